"""A take played again is the session, to the byte, whatever happened in it."""

from __future__ import annotations

import json
import random
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effect.test_fuzz import Coins
from tests.tape.studio import (
    ALONE,
    MS,
    ORIGIN,
    PERIOD,
    TRACKS,
    Studio,
    fixed,
    header,
    storm,
    uneven,
)  # fmt: skip

from descant_daemon.engine.engine import Engine
from descant_daemon.settings.choices import ClockName
from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.values import Ears, Instance, Program
from descant_daemon.tape.header import Header
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import TakeFile
from descant_daemon.tape.replay import ReplayVerdict, replay
from descant_daemon.tape.take_line import Cycle
from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.sampled_clock import Sample
from descant_daemon.time.timeline import Timeline, ns_per_tick
from descant_routing import message
from descant_routing.errors import DescantError
from descant_routing.timed import Timed


def engines(facts: Header) -> Callable[[], Engine]:
    return lambda: Engine(Coins(), Coins(), instances=len(facts.rig.instances))


def again(studio: Studio, path: Path) -> tuple[ReplayVerdict, bytes]:
    """Through a file: the verdict, and the MIDI file of the replay."""
    take, verdict = TakeFile(studio.save(path)), ReplayVerdict()
    cycles = replay(take.header, take.lines(), engines(take.header), verdict)
    return verdict, whole_take(take.header, cycles)


def session(clock: ClockName, seed: int, periods: Iterator[int], events: int = 500, **facts: Any) -> Studio:
    studio = Studio(header(clock, TRACKS if seed % 2 else ALONE, **facts), seed)
    if clock == "internal":
        studio.live.request_start(ORIGIN + 30 * MS)
    studio.play(storm(seed, events), periods)
    assert studio.live.faults.empty()
    return studio


def assert_the_same(studio: Studio, folder: Path) -> None:
    verdict, midi = again(studio, folder / f"{id(studio)}.take")
    assert str(verdict) == f"identical: {len(studio.sent):,} messages"
    assert midi == whole_take(studio.header, studio.recorded)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["midi", "auto", "internal"]), st.booleans(), st.booleans())
def test_whatever_happened(
    tmp_path_factory: pytest.TempPathFactory, seed: int, clock: ClockName, jack: bool, master: bool
) -> None:
    studio = session(
        clock, seed, fixed() if jack else uneven(seed), send_clock=master and clock != "midi", tap_cc=80
    )
    assert_the_same(studio, tmp_path_factory.getbasetemp())


def test_a_long_session_reaches_every_corner(tmp_path: Path) -> None:
    studio = session("midi", 5, fixed(), 6_000)
    counts = studio.effect.counts
    assert min(counts.late, counts.overtaken, counts.asked_again, counts.waited) > 5
    assert min(studio.engine.deaths, studio.engine.refusals) > 3
    kinds = {item[0] for cycle in studio.recorded for item in cycle.items}
    assert kinds == {
        "answer", "lost", "panic", "tap", "set", "capture", "unasked", "close", "in", "out", "metre", "song",
        "beat", "stop",
    }  # fmt: skip
    assert_the_same(studio, tmp_path)


def test_what_is_recorded_is_what_left() -> None:
    studio = session("auto", 8, uneven(8))
    assert [event for cycle in studio.recorded for event in cycle.messages("out")] == studio.sent


class Transport:
    """A source that runs, jumps, drifts and stops by the clock on the wall."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.sample_now = Sample(running=False, line=None)

    def sample(self, now: int) -> Sample:
        dice = self.random.random()
        if dice < 0.01:
            self.sample_now = Sample(running=False, line=None)
        elif dice < 0.03:
            tick = self.random.randrange(-10, 400)
            line = Timeline(tick, now + 1e6 / 3, ns_per_tick(self.random.uniform(60, 180)))
            bars = (None, Stretch(max(0, tick), tick // 24 + 11, Metre(3, 4)), Stretch(0, 0, FOUR_FOUR))
            self.sample_now = Sample(True, line, self.random.choice(bars))
        elif dice < 0.3 and self.sample_now.line is not None:
            tick, time, per_tick = self.sample_now.line
            self.sample_now = self.sample_now._replace(line=Timeline(tick, time + 100 / 3, per_tick))
        return self.sample_now


@pytest.mark.parametrize("period", [PERIOD, 64 * 1_000_000_000 // 48_000])
def test_a_clock_of_somebody_else_s_says_the_same_again(tmp_path: Path, period: int) -> None:
    studio = Studio(header("jack", TRACKS), 3, Transport(3))
    studio.play(storm(3, 900), fixed(period))
    assert studio.effect.counts.steps > 20
    assert_the_same(studio, tmp_path)


def test_a_clock_that_is_lost_is_lost_when_the_cycle_ended(tmp_path: Path) -> None:
    """Why ends of cycles are kept: it is told at one, so what left depends on how long they were."""
    beats = [Timed(ORIGIN + round(at * ns_per_tick(120)), b"\xf8") for at in range(60)]
    events = [Timed(ORIGIN, b"\xfa"), *beats[:30], Timed(beats[29].time + 1, message.note_on(0, 60, 90))]
    left: list[list[Timed]] = []
    for period in (PERIOD, 37 * MS):
        studio = Studio(header("midi"), 1, hands=False)
        studio.play(events, repeat(period))
        left.append(studio.sent)
        assert_the_same(studio, tmp_path)
    assert left[0] != left[1]


@pytest.mark.parametrize("off", [-52 * MS, -1, 1, 900 * MS])
def test_a_first_cycle_that_ends_before_the_begin_that_was_told(tmp_path: Path, off: int) -> None:
    """A busy server's first cycle may lie before the frame that it told: the take can be read all the same."""
    studio = Studio(header("internal", TRACKS), 4)
    studio.cycle(deque(), off)
    studio.live.request_start(ORIGIN)
    studio.play(storm(4, 200), fixed())
    assert_the_same(studio, tmp_path)


def test_cycles_in_which_nothing_happens_leave_no_line() -> None:
    studio = Studio(header("midi"), 1, hands=False)
    studio.play([], fixed(), tail=10_000 * MS)
    assert studio.cycles > 1800
    assert len(studio.tape) == 3 + studio.engine.deaths, "the first, the first answer, the last, and deaths"


def test_another_seed_is_another_take(tmp_path: Path) -> None:
    studio = session("midi", 6, fixed())
    other = studio.header.rig.with_programs(
        lambda each: replace(each, parameters=each.parameters.with_values({"seed": 2}))
    )
    studio.header = studio.header.model_copy(update={"rig": other})
    verdict, _ = again(studio, tmp_path / "a.take")
    assert verdict.difference is not None
    assert verdict.difference.startswith("different at ")
    assert not verdict.whole


def test_the_first_difference_is_told_in_words(tmp_path: Path) -> None:
    studio = session("midi", 6, fixed())
    struck = re.compile(rb'(\["out",-?\d+,"9[0-9a-f]{3})[0-9a-f]{2}"')
    at = next(number for number, line in enumerate(studio.tape) if struck.search(line))
    studio.tape[at] = struck.sub(rb'\g<1>01"', studio.tape[at], count=1)
    verdict, _ = again(studio, tmp_path / "a.take")
    assert verdict.difference is not None
    assert "velocity 1, channel" in verdict.difference
    assert "is played now" in verdict.difference


def test_a_hole_ends_the_replay_and_is_told(tmp_path: Path) -> None:
    studio = Studio(header("midi"), 4, room=200)
    studio.play(storm(4, 600), fixed())
    studio.room = 1 << 30
    studio.live.closed.clear()
    studio.play([], fixed(), tail=MS)
    missing = studio.cycles - 200
    verdict, _ = again(studio, tmp_path / "a.take")
    assert verdict.hole is not None
    assert not verdict.whole
    hole = next(line for line in TakeFile(tmp_path / "a.take").lines() if not isinstance(line, Cycle))
    assert 0 < hole.lines <= missing
    assert f"{hole.lines:,} lines are missing" in str(verdict)


def test_a_session_that_breaks_off_is_the_same_up_to_there(tmp_path: Path) -> None:
    studio = session("auto", 2, fixed())
    del studio.tape[300:]
    verdict, _ = again(studio, tmp_path / "a.take")
    assert verdict.whole
    assert str(verdict).endswith("messages, up to where the recording breaks off")


def test_a_take_from_before_a_parameter_plays_as_it_did_then(tmp_path: Path) -> None:
    """Its header lacks the parameter: what that has brought is off, whatever its default is now."""
    new = {name: row.formerly for name, row in TABLE.items() if row.formerly is not None}
    assert new["lead_in"] is True
    facts = header("midi", (_track(Parameters().with_values({**new, "linger": 16})),))
    studio = Studio(facts, 2)
    studio.play(storm(2, 500), fixed())
    path = studio.save(tmp_path / "new.take")
    first, *rest = path.read_bytes().splitlines(keepends=True)
    told = json.loads(first)
    values = told["rig"]["instances"][0]["programs"][0]["parameters"]
    told["rig"]["instances"][0]["programs"][0]["parameters"] = {
        name: value for name, value in values.items() if name not in new
    }
    old = tmp_path / "old.take"
    old.write_bytes(json.dumps(told).encode() + b"\n" + b"".join(rest))
    take, verdict = TakeFile(old), ReplayVerdict()
    whole_take(take.header, replay(take.header, take.lines(), engines(take.header), verdict))
    assert str(verdict).startswith("identical: ")
    assert verdict.messages > 100


def _track(parameters: Parameters) -> Instance:
    return Instance((Program(parameters),), Ears())


def test_a_take_from_before_says_why_it_is_played_otherwise(tmp_path: Path) -> None:
    studio = session("midi", 6, fixed())
    struck = re.compile(rb'(\["out",-?\d+,"9[0-9a-f]{3})[0-9a-f]{2}"')
    at = next(number for number, line in enumerate(studio.tape) if struck.search(line))
    studio.tape[at] = struck.sub(rb'\g<1>01"', studio.tape[at], count=1)
    studio.header = studio.header.model_copy(update={"rules": 1})
    verdict, _ = again(studio, tmp_path / "a.take")
    assert verdict.difference is not None
    assert "by other rules" in verdict.difference


@pytest.mark.parametrize("line", ["[{far},1000]", "[10000000,{far}]", '[10000000,1000,["in",{far},"f8"]]'])
def test_years_in_which_a_song_goes_on_are_not_played(tmp_path: Path, line: str) -> None:
    """A torn number must not mean that a rendering never ends."""
    facts = header("internal")
    text = '[0,1000,["start",0],["in",0,"903c40"]]\n' + line.format(far=10**17) + "\n"
    (tmp_path / "a.take").write_bytes(facts.encode() + text.encode())
    take = TakeFile(tmp_path / "a.take")
    with pytest.raises(DescantError, match="nothing is recorded, though the song goes on"):
        list(replay(take.header, take.lines(), engines(take.header), ReplayVerdict()))
