"""A control surface: hands on knobs and buttons, others who set the same parameters, and the steps of a song."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.controls.decoder import NOT_OURS
from descant_daemon.controls.surface import Surface, Turned
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.bindings import MOVABLE, bind
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.row import Row, Value
from descant_daemon.settings.source import Controller, Nrpn, Pair, Source
from descant_routing.errors import UsageError

MORPH, VOICES, MODE, THRU, STYLE = (
    MOVABLE[name] or 0 for name in ("morph", "voices", "mode", "thru", "style")
)
FREEZE, UP = MOVABLE["freeze"] or 0, MOVABLE["variation_up"] or 0
OWN: dict[str, Source | None] = {"morph": Nrpn(1234), "gate": Pair(21, 53), "low": Controller(1)}


class Player:
    """Hands on a surface, and the parameters that the effect would play."""

    def __init__(self, own: dict[str, Source | None] | None = None, **values: object) -> None:
        self.parameters = Parameters().with_values(values)
        self.surface = Surface(bind(own or {}))
        self.actions: list[str] = []

    def cc(self, number: int, *values: int, channel: int = 0) -> Turned:
        turned = Turned(self.parameters, NOT_OURS)
        for value in values:
            turned = self.surface.turn(channel, number, value, self.parameters)
            self.parameters = turned.parameters
            self.actions += [] if turned.action is None else [turned.action]
        return turned

    def step(self, count: int = 1) -> None:
        for _ in range(count):
            self.parameters = self.surface.step(self.parameters)

    def settle(self) -> None:
        self.parameters = self.surface.settle(self.parameters)

    def osc(self, **values: object) -> None:
        self.parameters = self.surface.set(values, self.parameters)

    def elsewhere(self, **values: object) -> None:
        """Behind the surface's back."""
        self.parameters = self.parameters.with_values(values)


def running(own: dict[str, Source | None] | None = None, **values: object) -> Player:
    """In the middle of a song."""
    player = Player(own, **values)
    player.step()
    return player


def test_a_controller_has_its_own_parameter_checked_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes in a callback that has no time for the whole table."""
    player = Player()
    checked: list[str] = []
    check = Row.check

    def counted(row: Row, value: object) -> Value:
        checked.append(row.name)
        return check(row, value)

    monkeypatch.setattr(Row, "check", counted)
    player.cc(VOICES, 127)
    player.step()
    assert set(checked) == {"voices"}


# -- values ----------------------------------------------------------------------------------------------


def test_a_knob_moves_its_parameter_and_its_message_is_ours() -> None:
    player = Player(OWN)
    turned = player.cc(VOICES, 127)
    assert (player.parameters.voices, turned.heard.ours) == (16, True)
    turned = player.cc(88, 127)
    assert (turned.parameters is player.parameters, turned.heard.ours, turned.action) == (True, False, None)


def test_fourteen_bits_and_nrpns_reach_their_parameters() -> None:
    player = Player(OWN)
    player.cc(21, 64)
    player.cc(53, 64)
    assert player.parameters.gate == pytest.approx(0.05 + 15.95 * (64 * 128 + 64) / 16383)
    for number, value in ((99, 9), (98, 82), (6, 127)):
        player.cc(number, value)
    assert player.parameters.morph == 1.0


def test_channels_are_kept_apart() -> None:
    """Two keyboards: the one's fine half is not the other's, nor is its selection."""
    player = Player(OWN)
    player.cc(21, 64, channel=0)
    before = player.parameters
    player.cc(53, 64, channel=1)
    for number in (99, 98):
        player.cc(number, {99: 9, 98: 82}[number], channel=0)
    player.cc(6, 127, channel=1)
    assert player.parameters is before


def test_a_style_is_one_of_the_model_s() -> None:
    player = Player(style="rag")
    player.surface.rebind(bind(), Abilities(styles=("chorale", "hymn", "rag")))
    player.cc(STYLE, 64)
    assert player.parameters.style == "hymn"
    player.surface.rebind(bind())
    player.cc(STYLE, 64)
    assert player.parameters.style == ""


# -- buttons ---------------------------------------------------------------------------------------------


def test_an_action_is_done_once_for_each_press() -> None:
    player = Player()
    before = player.parameters
    player.cc(FREEZE, 127, 127, 64, 63, 0, 64, 0, 30)
    assert player.actions == ["freeze", "freeze"]
    player.cc(UP, 127)
    assert player.actions[2:] == ["variation_up"]
    assert player.parameters is before


def test_the_same_button_of_two_keyboards_is_two_buttons() -> None:
    player = Player()
    player.cc(FREEZE, 127, channel=0)
    player.cc(FREEZE, 127, channel=1)
    assert player.actions == ["freeze", "freeze"]


# -- takeover --------------------------------------------------------------------------------------------


def test_a_knob_has_to_pick_up_what_a_preset_left_elsewhere() -> None:
    player = Player(takeover="pickup", voices=8)
    player.cc(VOICES, 10, 30, 50)
    assert player.parameters.voices == 8
    player.cc(VOICES, 70, 80)
    assert player.parameters.voices == 10


@pytest.mark.parametrize("by", ["osc", "elsewhere"])
def test_what_somebody_else_has_set_has_to_be_picked_up_again(by: str) -> None:
    player = Player(takeover="pickup", voices=8)
    player.cc(VOICES, 64, 72)
    assert player.parameters.voices == 9
    getattr(player, by)(voices=2)
    player.cc(VOICES, 80, 60)
    assert player.parameters.voices == 2
    player.cc(VOICES, 12, 40)
    assert player.parameters.voices == 5


def test_another_preset_has_to_be_picked_up_though_its_value_is_the_same() -> None:
    player = Player(takeover="pickup", voices=8)
    player.cc(VOICES, 64, 127)
    player.surface.rebind(bind())
    player.elsewhere(voices=8)
    player.cc(VOICES, 120)
    assert player.parameters.voices == 8


def test_the_knob_of_another_keyboard_has_to_pick_up_too() -> None:
    player = Player(takeover="pickup", voices=8)
    player.cc(VOICES, 64, 127, channel=0)
    player.cc(VOICES, 10, channel=1)
    assert player.parameters.voices == 16
    player.cc(VOICES, 90, channel=0)
    assert player.parameters.voices == 11


def test_of_few_values_any_place_that_means_the_present_one_meets_it() -> None:
    player = Player(takeover="pickup", mode="harmonise")  # which 22 to 42 mean
    modes = [player.cc(MODE, place).parameters.mode for place in (30, 40, 20)]
    assert modes == ["harmonise", "harmonise", "free"]


def test_a_switch_is_not_waited_for() -> None:
    player = Player(takeover="pickup", thru=True)
    player.cc(THRU, 0)
    assert not player.parameters.thru


def test_a_scaled_knob_is_not_held_up_by_whole_numbers() -> None:
    player = Player(takeover="scale", voices=4)
    player.cc(VOICES, *range(64, 128))
    assert player.parameters.voices == 16


def test_up_and_down_need_not_pick_up_and_go_on_from_the_value() -> None:
    player = Player(OWN, takeover="pickup", morph=0.5)
    for number, value in ((99, 9), (98, 82), (96, 0), (96, 0)):
        player.cc(number, value)
    assert player.parameters.morph == pytest.approx(0.5 + 2 / 127, abs=1 / 254)
    player.osc(morph=0.0)
    player.cc(96, 0)
    assert player.parameters.morph == pytest.approx(1 / 127)


def test_a_preset_between_the_halves_of_a_message_loses_nothing() -> None:
    player = Player(OWN)
    player.cc(99, 9)
    player.cc(98, 82)
    player.surface.rebind(bind(OWN))
    player.cc(6, 127)
    assert player.parameters.morph == 1.0


# -- gliding ---------------------------------------------------------------------------------------------


def test_a_leap_of_what_is_smooth_takes_eight_steps() -> None:
    player, ways = running(morph=0.0), list[float]()
    player.cc(MORPH, 127)
    ways.append(player.parameters.morph)
    for _ in range(8):
        player.step()
        ways.append(player.parameters.morph)
    assert ways == [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, 1.0]


def test_what_is_not_smooth_is_there_at_once() -> None:
    player = running(voices=0)
    player.cc(VOICES, 127)
    assert player.parameters.voices == 16


def test_every_smooth_parameter_has_a_range_to_glide_over() -> None:
    smooth = {name for name, row in TABLE.items() if row.smooth}
    assert smooth == {
        "temperature",
        "morph",
        "density",
        "velocity",
        "velocity_follow",
        "accent",
        "swing",
        "humanise",
    }
    assert all(TABLE[name].kind in ("int", "float") and TABLE[name].controllable for name in smooth)


def test_osc_glides_too_and_arrives_to_the_bit() -> None:
    player = running(temperature=2.0)
    player.osc(temperature=0.7, voices=3)
    assert (player.parameters.temperature > 1.7, player.parameters.voices) == (True, 3)
    player.step(8)
    assert player.parameters.temperature == 0.7


def test_where_the_song_jumps_to_everything_has_arrived() -> None:
    """So that each pass of a loop begins alike, however its automation ended the one before."""
    player = running(morph=0.0)
    player.cc(MORPH, 127)
    player.settle()
    assert player.parameters.morph == 1.0
    player.cc(MORPH, 0)  # the automation's first value, sent at the jump
    assert player.parameters.morph == 0.0
    player.step()
    player.cc(MORPH, 127)
    assert player.parameters.morph == 0.125


def test_a_knob_that_led_a_glide_still_leads_where_the_song_has_jumped_to() -> None:
    player = running(takeover="pickup", morph=0.0)
    player.cc(MORPH, 0, 100)
    player.settle()
    player.cc(MORPH, 20)
    assert player.parameters.morph == pytest.approx(20 / 127)


def test_before_the_song_begins_nothing_glides() -> None:
    player = Player(morph=0.0)
    player.cc(MORPH, 127)
    assert player.parameters.morph == 1.0


@pytest.mark.parametrize("value", [0.125, 0.3])
def test_what_is_set_behind_its_back_ends_a_glide(value: float) -> None:
    player = running(morph=0.0)
    player.cc(MORPH, 127)
    player.step()
    player.elsewhere(morph=value)
    player.step(3)
    player.settle()
    assert player.parameters.morph == value


def test_another_preset_ends_a_glide() -> None:
    player = running(morph=0.0)
    player.cc(MORPH, 127)
    player.surface.rebind(bind())
    player.step(3)
    assert player.parameters.morph == 0.125


def test_a_fader_is_shown_where_its_parameter_is_going() -> None:
    player = running(morph=0.0)
    player.cc(MORPH, 127)
    assert player.surface.aimed(player.parameters).morph == 1.0
    player.elsewhere(morph=0.0)
    assert player.surface.aimed(player.parameters) is player.parameters


def test_a_value_that_cannot_be_changes_nothing() -> None:
    player = running()
    before = player.parameters
    with pytest.raises(UsageError, match=r"^temperature must be"):
        player.osc(voices=3, temperature=9)
    assert player.parameters is before
    player.step(2)
    assert player.parameters is before


EVENTS = st.lists(
    st.one_of(
        st.just("step"),
        st.just("settle"),
        st.tuples(st.sampled_from([MORPH, VOICES, MODE, 21, 26, 6, 38, 98, 99]), st.integers(0, 127)),
        st.tuples(st.sampled_from(["morph", "temperature"]), st.floats(0.1, 1)),
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=60)
@given(EVENTS, st.sampled_from(["jump", "pickup", "scale"]))
def test_nothing_smooth_leaps_while_the_song_runs_and_the_same_is_the_same_again(
    events: list[str | tuple[int | str, float]], takeover: str
) -> None:
    def play() -> list[Parameters]:
        player, played, loose = Player({"velocity": Nrpn(1234)}, takeover=takeover), list[Parameters](), True
        began = player.parameters
        for event in events:
            if event == "step":
                loose, began = False, player.parameters
                player.step()
            elif event == "settle":
                loose = True
                player.settle()
            elif isinstance(event[0], int):
                player.cc(event[0], int(event[1]))
            else:
                player.osc(**{str(event[0]): event[1]})
            if not loose:
                for name in ("morph", "temperature", "velocity"):
                    assert (
                        abs(place(name, player.parameters) - place(name, began)) <= 0.125 + 0.5 / 126 + 1e-9
                    )
            played.append(player.parameters)
        return played

    assert play() == play()


def place(name: str, parameters: Parameters) -> float:
    value: Value = getattr(parameters, name)
    return TABLE[name].to_position(value)
