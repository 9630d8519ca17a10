"""How notes end when somebody ends them: items 2, 3, 4, 7, 11 and 16 of the checklist for MIDI effects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.checklist.desk import assert_silent, ear, sent
from tests.effect.stage import CONTINUE, START, STOP, Stage, by_melody
from tests.routing.ports.doubles import NoEnds, Unmoved

from descant_daemon.effect.events import EngineLost
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.live.live_effect import LiveEffect
from descant_daemon.settings.rig.values import Rig
from descant_routing import message
from descant_routing.ports.api import ONE_CABLE, Cables
from descant_routing.ports.cable import Cable
from descant_routing.ports.threaded import ThreadedBackend
from descant_routing.ports.wiring import Wiring
from descant_routing.timed import MAIN, Timed

CHORDS = by_melody({72: (64, 60), 74: (65, 60), 76: (67,)})
BAR = 2000
PATIENCE = 20  # s
Notes = tuple[Sequence[int], Sequence[int]]


def long_notes(ask: Ask) -> Notes:
    """Two keys, struck with the song and held for ever."""
    return ((50, 57), ()) if ask.jump or not ask.ours.any() else ((), (50, 57))


def scales(ask: Ask) -> Notes:
    return (40 + ask.step % 16,), ()


def stage_of(part: Callable[[Ask], Notes], **settings: Any) -> Stage:
    stage = Stage(part, mode="free", **settings)
    stage.roll(32)
    return stage


def control(number: int, value: int = 0, channel: int = 0) -> bytes:
    return message.control_change(channel, number, value)


def offs(messages: Sequence[bytes]) -> list[tuple[int, int]]:
    return [(data[0] & 15, data[1]) for data in messages if message.is_note_off(data)]


def controls(messages: Sequence[bytes]) -> list[bytes]:
    return [data for data in messages if message.is_control_change(data)]


# -- 2 ---------------------------------------------------------------------------------------------------


def stop(stage: Stage) -> None:
    stage.at(300, STOP)


def lose_clock(stage: Stage) -> None:
    """Nothing more comes of it."""


def reset(stage: Stage) -> None:
    stage.at(300, b"\xff")


def replug(stage: Stage) -> None:
    stage.backend.unplug(MAIN)
    stage.backend.plug(MAIN)


def drop_instance(stage: Stage) -> None:
    stage.effect.rewire(Rig((), routes=()), stage.backend.now())
    stage.backend.wake()


def drop_output(stage: Stage) -> None:
    stage.backend.rewire(Cables({MAIN: None}, {}))


WAYS_TO_END: Sequence[Callable[[Stage], None]] = (
    stop,
    lose_clock,
    reset,
    Stage.panic,
    Stage.kill_engine,
    replug,
    drop_instance,
    drop_output,
)


@pytest.mark.parametrize("end", WAYS_TO_END)
def test_02_whatever_ends_them_our_notes_get_note_offs_of_their_own(end: Callable[[Stage], None]) -> None:
    """Catches an ending that trusts in "all notes off", which much hardware does not heed."""
    stage = Stage(long_notes, mode="free")
    stage.at(-1, START)
    stage.clocks(0, 14)
    stage.run(295)
    assert ear(stage).sounding == {(1, 50), (1, 57)}
    end(stage)
    stage.run(5000)
    assert sorted(set(offs(sent(stage, 290)))) == [(1, 50), (1, 57)]


def test_02_note_offs_come_before_all_notes_off() -> None:
    """Catches the order the other way round, in which a synth gets offs of notes that it has ended."""
    stage = stage_of(long_notes)
    stage.key(72, 20)
    stage.run(300)
    stage.panic()
    stage.run(310)
    silencing = sent(stage, 300)
    first = next(index for index, data in enumerate(silencing) if message.is_control_change(data))
    assert offs(silencing[:first]) == [(0, 72), (1, 50), (1, 57)]
    assert not offs(silencing[first:])
    assert_silent(stage)


# -- 3 ---------------------------------------------------------------------------------------------------


def test_03_panic_speaks_on_used_channels_and_no_others() -> None:
    """Catches a panic on sixteen channels, which holds up a DIN cable for 46 ms."""
    stage = stage_of(long_notes)
    stage.key(72, 20, channel=6)
    stage.run(300)
    stage.panic()
    stage.run(310)
    assert {data[0] & 15 for data in sent(stage, 300)} == {1, 6}
    assert sum(map(len, sent(stage, 300))) <= 3 * (3 + 2 * 2), "three notes, two controllers on two channels"


def test_03_panic_before_any_note_sends_nothing() -> None:
    """Catches the flood that is sent for safety."""
    stage = Stage(long_notes)
    stage.run(100)
    stage.panic()
    stage.run(200)
    assert sent(stage) == []


def test_03_no_panic_at_a_loop_wrap() -> None:
    """Catches controllers in front of the downbeat, which delay it by 15 ms."""
    stage = stage_of(scales)
    for wrap in (8, 12, 16):  # steps
        stage.at(wrap * 125 - 2, message.song_position(4))
    stage.run(3000)
    assert controls(sent(stage)) == []
    for wrap in (8, 12, 16):
        around = sent(stage, wrap * 125 - 5, wrap * 125 + 1)
        assert [data[0] >> 4 for data in around] == [8, 9], "an off, an on"


def test_03_no_panic_at_the_seam_of_freeze() -> None:
    """Catches the same where the loop is ours."""
    stage = stage_of(scales, phrase=1)
    stage.run(BAR - 100)
    stage.effect.change({"mode": "freeze"}, stage.backend.now())
    stage.run(2 * BAR - 10)
    assert controls(sent(stage)) == []
    assert len(sent(stage, BAR - 5, BAR + 1)) == 2


# -- 4 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [120, 123])
def test_04_all_sound_off_and_all_notes_off_end_every_note_once_and_pass(number: int) -> None:
    """Catches one of the two that is not heeded, and a second off when the finger leaves the key."""
    stage = Stage(CHORDS)
    stage.roll(8)
    stage.key(72, 0, 300)
    stage.at(200, control(number))
    stage.run(900)
    assert sorted(offs(sent(stage, 200, 240))) == [(0, 72), (1, 60), (1, 64)]
    assert sent(stage).count(control(number)) == 1
    assert offs(sent(stage, 250)) == []
    assert_silent(stage)


@pytest.mark.parametrize("number", [120, 123])
def test_04_they_end_what_the_pedal_holds(number: int) -> None:
    """Catches keys that stay held, for the harmony, under a pedal that the synth has forgotten."""
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.at(0, control(64, 127))
    stage.key(72, 0, 100)
    stage.at(400, control(number))
    stage.run(1200)
    assert stage.effect.held == []
    assert stage.sounding_at(1200) == []


# -- 7 ---------------------------------------------------------------------------------------------------


def test_07_the_pedal_is_forwarded_with_every_value_between() -> None:
    """Catches a pedal that is eaten, or made a switch, so that half-pedalling is lost."""
    stage = Stage(CHORDS)
    values = [0, 20, 63, 64, 90, 127, 64, 63, 0]
    for place, value in enumerate(values):
        stage.at(10 * place, control(64, value))
    stage.run(200)
    assert sent(stage) == [control(64, value) for value in values]


@pytest.mark.parametrize(("value", "held"), [(0, []), (63, []), (64, [72]), (127, [72])])
def test_07_the_pedal_holds_keys_for_the_harmony_from_64_on(value: int, held: list[int]) -> None:
    """Catches a pedal that is down at 127 alone, or at 1 already."""
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.at(0, control(64, value))
    stage.key(72, 5, 100)
    stage.run(900)
    assert stage.effect.held == held
    assert stage.sounding_at(900) == [60, 64][: 2 * len(held)]


def test_07_a_pedal_holds_the_keys_of_its_channel() -> None:
    """Catches one pedal for all channels."""
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.at(0, control(64, 127, channel=3))
    stage.key(72, 5, 100)
    stage.key(74, 5, 100, channel=3)
    stage.run(300)
    assert stage.effect.held == [74]


def test_07_a_half_pedal_ends_the_keys_when_it_comes_up_past_the_middle() -> None:
    """Catches a harmony that stays until the pedal is at 0."""
    stage = Stage(CHORDS)
    stage.roll(16)
    stage.at(0, control(64, 127))
    stage.key(72, 5, 100)
    stage.at(400, control(64, 63))
    stage.run(900)
    assert stage.effect.held == []


def panic(stage: Stage) -> None:
    stage.panic()


def shut_thru(stage: Stage) -> None:
    stage.effect.change({"thru": False}, stage.backend.now())
    stage.backend.wake()


@pytest.mark.parametrize("end", [panic, shut_thru, replug])
def test_07_the_pedal_comes_up_where_we_put_it_down(end: Callable[[Stage], None]) -> None:
    """Catches a synth that sustains for ever because the foot's way to it was shut."""
    stage = Stage(CHORDS)
    stage.at(0, control(64, 127, channel=3))
    stage.key(72, 10, channel=3)
    stage.run(100)
    end(stage)
    stage.run(200)
    assert control(64, 0, channel=3) in sent(stage, 100)


# -- 11 --------------------------------------------------------------------------------------------------


def test_11_held_keys_survive_stop_and_continue_and_only_ours_are_closed() -> None:
    """Catches a stop that forgets the hands, or that cuts what they hold."""
    stage = Stage(CHORDS)
    stage.at(-1, START)
    stage.clocks(0, 14)
    stage.key(72, 0, 2500)
    stage.at(310, STOP)
    stage.at(1000, CONTINUE)
    stage.clocks(1001, 48)
    stage.run(500)
    assert ear(stage).sounding == {(0, 72)}
    stage.run(1500)
    assert stage.sounding_at(1500) == [60, 64], "the chord that is held is taken up again"
    assert offs(sent(stage, 0, 1500)) == [(1, 60), (1, 64)]
    stage.run(3500)
    assert_silent(stage)


@pytest.mark.parametrize("gap", [0, 1, 20, 49])
def test_11_stop_and_continue_at_once_is_a_loop(gap: float) -> None:
    """Catches a wrap that a DAW says by stop, position, continue, taken for the end of the song."""
    stage = Stage(scales, mode="free")
    stage.key(90, 10, 2000)
    stage.at(-1, START)
    stage.clocks(0, 24)  # steps 0 to 3
    stage.at(498 - gap, STOP, message.song_position(2))
    stage.at(498, CONTINUE)
    stage.clocks(500, 24)
    stage.run(980)
    ons = [(ms, note) for ms, note in stage.ours if "+" in note]
    assert ons == [(125 * n, f"+{40 + key}") for n, key in enumerate((0, 1, 2, 3, 2, 3, 4, 5))]
    assert controls(sent(stage)) == []
    assert (0, 90) in ear(stage).sounding


# -- 16 --------------------------------------------------------------------------------------------------


class Link:
    """An engine that answers within the cycle, until it is ``dead``."""

    ready = True

    def __init__(self, part: Callable[[Ask], Notes]) -> None:
        self.stage = Stage(part)
        self.coming: list[Answer | EngineLost] = []
        self.dead = False

    def ask(self, ask: Ask, now: int = 0) -> bool:
        answer = None if self.dead else self.stage.engine.answer(ask)
        self.coming += [answer] if answer is not None else []
        return answer is not None

    def ring(self) -> None:
        """It needs no waking."""

    def answers(self) -> list[Answer | EngineLost]:
        taken, self.coming = self.coming, []
        return taken


def live_on(stage: Stage) -> tuple[LiveEffect, Link]:
    """What ``descant play`` has on its back-end, on the stage's."""
    link: Any = Link(long_notes)
    live = LiveEffect(stage.effect, link)
    stage.backend.start(live)
    return live, link


def playing() -> tuple[Stage, LiveEffect, Link]:
    stage = stage_of(long_notes)
    live, link = live_on(stage)
    stage.at(10, control(64, 127, channel=2))
    stage.key(72, 20, channel=2)
    stage.run(300)
    assert ear(stage).sounding == {(1, 50), (1, 57), (2, 72)}
    return stage, live, link


def test_16_closing_ends_every_note_and_lifts_the_pedals() -> None:
    """Catches a shutdown that leaves the synth sounding; SIGTERM and Ctrl-C ask for this same cycle."""
    stage, live, _ = playing()
    live.request_close()
    stage.backend.close()
    assert live.closed.is_set()
    assert_silent(stage)
    assert control(64, 0, channel=2) in sent(stage, 300)


def test_16_nothing_begins_after_closing() -> None:
    """Catches a note that an answer or a key still begins after the last note-off."""
    stage, live, _ = playing()
    live.request_close()
    stage.key(76, 310, channel=2)
    stage.run(900)
    assert_silent(stage)
    assert live.closed.is_set()


def test_16_an_engine_that_dies_leaves_no_note_behind() -> None:
    """Catches notes that wait for the process that would have ended them."""
    stage, _, link = playing()
    link.dead = True
    link.coming = [EngineLost()]
    stage.run(900)
    assert ear(stage).sounding == {(2, 72)}, "only the player's"


class Failing(Unmoved):
    """An effect that begins two notes and breaks."""

    def __init__(self) -> None:
        self.cycles = 0

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.cycles += 1
        if self.cycles > 1:
            raise RuntimeError("broken")
        return [Timed(0, message.note_on(1, key, 100)) for key in (50, 57)]

    def next_deadline(self) -> int | None:
        return 0


class Port(ThreadedBackend[Cable]):
    """A system that takes everything."""

    def __init__(self) -> None:
        super().__init__("port", Wiring(NoEnds(), "port", ONE_CABLE, self.wake))
        self.left: list[bytes] = []
        self.gone = threading.Event()

    def wake(self) -> None:
        pass

    def _wait(self, seconds: float | None) -> None:
        pass

    def _has_news(self) -> bool:
        return True

    def _take(self) -> list[Timed]:
        return []

    def _send(self, at: int, data: bytes, cable: Cable) -> None:
        self.left.append(data)

    def _leave(self) -> None:
        self.gone.set()


def test_16_the_port_ends_what_sounds_when_the_effect_itself_fails() -> None:
    """Catches a last line that is missing: the effect cannot end its notes any more."""
    port = Port()
    port.start(Failing())
    assert port.gone.wait(PATIENCE)
    port.close()
    assert port.lost is not None
    assert offs(port.left) == [(1, 50), (1, 57)]
