"""What goes back to motor faders and lights, as "number=value"; the surface listens on channel 3."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.controls.feedback import REST, Feedback
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.bindings import MOVABLE, Bindings, bind
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.source import ButtonKey, Controller, Nrpn, Pair, Source
from descant_routing import message

NOBODY: dict[str, Source | None] = dict.fromkeys(MOVABLE)
ALL = 1000  # messages a call


def only(**own: Source | None) -> Bindings:
    return bind({**NOBODY, **own})


FEW = only(temperature=Controller(21), low=Controller(24), freeze=Controller(85))


def said(messages: object) -> str:
    told: list[str] = []
    assert isinstance(messages, (list, tuple))
    for data in messages:
        assert message.is_complete(data)
        assert data[0] == message.CONTROL_CHANGE | 2
        told.append(f"{data[1]}={data[2]}")
    return " ".join(told)


def connected(bindings: Bindings, parameters: Parameters) -> Feedback:
    """To which everything has been sent."""
    feedback = Feedback(bindings, 2)
    feedback.messages(parameters, 0, most=ALL)
    return feedback


def test_everything_is_sent_once() -> None:
    feedback, parameters = Feedback(FEW, 2), Parameters(temperature=2.0, low=30)
    assert said(feedback.messages(parameters, 0, lit=("freeze",))) == "21=127 24=30 85=127"
    assert said(feedback.messages(parameters, 1, lit=("freeze",))) == ""
    feedback.refresh()
    assert said(feedback.messages(parameters, 2)) == "21=127 24=30 85=0"


def test_a_key_that_is_a_button_is_not_lit() -> None:
    """It would be a note to whoever else hears it."""
    assert said(Feedback(only(freeze=ButtonKey(36)), 2).messages(Parameters(), 0, lit=("freeze",))) == ""


def test_what_changes_is_sent_and_nothing_else() -> None:
    feedback = connected(FEW, Parameters(low=30))
    assert said(feedback.messages(Parameters(low=31), 1)) == "24=31"
    assert said(feedback.messages(Parameters(low=31), 2, lit=("freeze",))) == "85=127"
    assert said(feedback.messages(Parameters(low=31, voices=1), 3, lit=("freeze",))) == ""


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        (Controller(7), "7=64"),
        (Pair(21, 53), "21=64 53=64"),
        (Nrpn(1234), "99=9 98=82 6=64 38=64"),  # 9·128 + 82, and 64·129 of 16383
    ],
)
def test_each_kind_of_source_is_told_in_its_own_way(source: Source, sent: str) -> None:
    feedback = connected(only(morph=source), Parameters())
    assert said(feedback.messages(Parameters(morph=64 / 127), 1)) == sent


def test_a_hand_is_left_alone_until_it_rests() -> None:
    feedback = connected(FEW, Parameters(low=30))
    feedback.moved(Controller(24), 60 / 127, 0)
    assert said(feedback.messages(Parameters(low=30, temperature=2.0), 0)) == "21=127"
    feedback.moved(Controller(24), 70 / 127, 300_000_000)
    assert said(feedback.messages(Parameters(low=30, temperature=2.0), REST)) == ""
    assert said(feedback.messages(Parameters(low=30, temperature=2.0), 299_999_999 + REST)) == ""
    assert said(feedback.messages(Parameters(low=30, temperature=2.0), 300_000_000 + REST)) == "24=30"


def test_a_fader_whose_place_means_the_value_is_not_moved_to_its_middle() -> None:
    feedback = connected(only(mode=Controller(20), voices=Pair(23, 55)), Parameters(mode="free", voices=8))
    feedback.moved(Controller(20), 100 / 127, 0)
    feedback.moved(Pair(23, 55), 0.26, 0)
    reached = Parameters(mode="continue", voices=4)
    assert said(feedback.messages(reached, REST)) == ""
    assert said(feedback.messages(Parameters(mode="harmonise", voices=4), REST)) == "20=25"


def test_another_preset_is_shown_whole_but_not_to_the_hand_that_is_on_a_fader() -> None:
    feedback = connected(FEW, Parameters(low=30))
    feedback.moved(Controller(21), 0.5, 0)
    feedback.rebind(FEW)
    assert said(feedback.messages(Parameters(low=30), 1)) == "24=30 85=0"
    assert said(feedback.messages(Parameters(low=30), REST)) == "21=62"


def test_a_style_that_is_not_named_is_the_first() -> None:
    feedback = Feedback(only(style=Controller(9)), 2, Abilities(styles=("chorale", "hymn", "rag")))
    assert said(feedback.messages(Parameters(), 0)) == "9=0"
    assert said(feedback.messages(Parameters(style="hymn"), 0)) == "9=64"
    assert said(feedback.messages(Parameters(style="polka"), 0)) == "9=0"


def test_a_cable_is_not_flooded_and_nobody_waits_for_ever() -> None:
    """One value never stands still; the others still get through, each whole."""
    bindings = bind({"temperature": Controller(1), "low": Nrpn(1), "morph": Nrpn(2), "gate": Pair(21, 53)})
    feedback, places = Feedback(bindings, 2), dict[int, int]()
    for call in range(40):
        sent = feedback.messages(Parameters(temperature=0.1 + call / 40), call, most=4)
        assert len(sent) <= 4
        numbers = [data[1] for data in sent]
        assert 99 not in numbers or numbers[numbers.index(99) :][:4] == [99, 98, 6, 38]
        assert (21 in numbers) == (53 in numbers)
        places |= {data[1]: data[2] for data in sent}
    wanted = {number for source in bindings.names for number in source.numbers} - {96, 97, 100, 101}
    assert set(places) == wanted


VALUES: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {
        "temperature": st.floats(0.05, 2),
        "low": st.integers(0, 127),
        "mode": st.sampled_from(TABLE["mode"].choices),
        "velocity": st.integers(1, 127),
        "gate": st.floats(0.05, 16),
    }
)
SURFACE = only(
    temperature=Pair(21, 53), low=Nrpn(5), mode=Controller(20), velocity=Nrpn(16382), gate=Controller(29)
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(VALUES, st.tuples(st.sampled_from(list(SURFACE.names)), st.floats(0, 1))), max_size=20),
       st.integers(4, 12))  # fmt: skip
def test_in_the_end_every_fader_stands_where_it_means_the_value(
    events: list[dict[str, object] | tuple[Source, float]], most: int
) -> None:
    """Values that change and hands that move faders somewhere, in any order; then all rest."""
    feedback, parameters, now = Feedback(SURFACE, 2), Parameters(), 0
    faders: dict[Source, float] = {}

    def listen() -> int:
        sent = [data[1:] for data in feedback.messages(parameters, now, most=most)]
        assert len(sent) <= most
        state = dict[int, int]()
        for number, value in sent:
            state[number] = value
            for source in SURFACE.names:
                if isinstance(source, Controller) and number == source.number:
                    faders[source] = value / 127
                if isinstance(source, Pair) and number == source.fine:
                    faders[source] = (state[source.coarse] << 7 | value) / 16383
                if isinstance(source, Nrpn) and number == 38 and state[99] << 7 | state[98] == source.number:
                    faders[source] = (state[6] << 7 | value) / 16383
        return len(sent)

    for event in events:
        now += 100_000_000
        if isinstance(event, dict):
            parameters = parameters.with_values(event)
        else:
            top = 127 if isinstance(event[0], Controller) else 16383
            faders[event[0]] = round(event[1] * top) / top
            feedback.moved(event[0], faders[event[0]], now)
        listen()
    now += REST
    calls = 0
    while listen():
        calls += 1
        assert calls < 20
    for source, name in SURFACE.names.items():
        row, value = TABLE[name], getattr(parameters, name)
        top = 127 if isinstance(source, Controller) else 16383
        assert (
            row.from_position(faders[source]) == value
            or abs(faders[source] - row.to_position(value)) <= 0.5 / top
        )
