"""Masters as they really behave, as scores: time in ms, bytes → what happens.

``F8 x5`` are five clocks, 20 ms apart (125 BPM). ``--`` is time passing. ``@4``: the song is at tick 4 then.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from descant_daemon.time.clock import Kind
from descant_daemon.time.midi_clock import MidiClock

MS = 1_000_000
CLOCK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"

ROW = re.compile(
    r"(?P<ms>\d+) +(?P<bytes>--|[0-9A-F]{2}(?: [0-9A-F]{2})*)(?: x(?P<times>\d+))?"
    r" *(?:→ *(?P<happens>[A-Z0-9, ]*?))? *(?:@(?P<tick>\d+))?"
)

SCORES = {
    "Start arms, the next clock is tick 0": """
        1000  FA
        1001  F8                → STARTED 0  @0
        1021  F8 x23            @23
    """,
    "Start arms, even when the clock takes its time": """
        1000  FA
        1900  --
        2000  F8                → STARTED 0  @0
        2020  F8 x5             @5
    """,
    "clocks while stopped move nothing": """
        1000  F8 x48
        1950  FA
        1960  F8                → STARTED 0  @0
        1980  F8 x12            @12
    """,
    "a clock just before Start is not yet tick 0": """
        1000  F8
        1001  FA
        1020  F8                → STARTED 0  @0
    """,
    "a clock stamped with Start, but after it, is tick 0": """
        1000  FA
        1000  F8                → STARTED 0  @0
        1020  F8 x3             @3
    """,
    "clocks only while playing; Stop; Start again from the top": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1200  FC                → STOPPED 10
        5000  FA
        5001  F8 x3             → STARTED 0  @2
    """,
    "Start while running begins again": """
        1000  FA
        1001  F8 x31            → STARTED 0  @30
        1610  FA                → STOPPED 31
        1621  F8 x2             → STARTED 0  @1
    """,
    "Continue resumes at the clock after the last": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  FC                → STOPPED 10
        3000  FB
        3001  F8 x2             → CONTINUED 10  @11
    """,
    "clocks while stopped do not count for Continue": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  FC                → STOPPED 10
        1201  F8 x50
        2195  FB
        2201  F8                → CONTINUED 10  @10
    """,
    "Continue with nothing known begins at the beginning": """
        1000  FB
        1001  F8 x2             → CONTINUED 0  @1
    """,
    "Continue while running says nothing new": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  FB
        1201  F8                @10
    """,
    "from the middle: song position, then Continue (Logic, Ardour, Live)": """
        1000  F2 10 00
        1001  FB
        1002  F8 x3             → CONTINUED 96  @98
    """,
    "song position has 14 bits": """
        1000  F2 7F 7F
        1001  FB
        1002  F8 x2             → CONTINUED 98298  @98299
    """,
    "song position between Continue and its clock": """
        1000  FB
        1001  F2 10 00
        1002  F8 x2             → CONTINUED 96  @97
    """,
    "Start forgets an earlier song position": """
        1000  F2 10 00
        1001  FA
        1002  F8                → STARTED 0  @0
    """,
    "Stop before the first clock leaves the position": """
        1000  F2 10 00
        1001  FB
        1002  FC
        2000  FB
        2001  F8                → CONTINUED 96  @96
    """,
    "loop: a song position while running counts from the next clock (Live)": """
        1000  FA
        1001  F8 x96            → STARTED 0  @95
        2910  F2 00 00
        2921  F8                → RELOCATED 0  @0
        2941  F8 x5             @5
    """,
    "a song position while running that says where we are": """
        1000  FA
        1001  F8 x96            → STARTED 0  @95
        2910  F2 10 00
        2921  F8                @96
        2941  F8 x5             @101
    """,
    "a song position a little late names the sixteenth that we are in": """
        1000  FA
        1001  F8 x99            → STARTED 0  @98
        2970  F2 10 00
        2981  F8                @99
    """,
    "song positions in a row while running: the last counts": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  F2 20 00
        1191  F2 30 00
        1192  F2 08 00
        1201  F8 x2             → RELOCATED 48  @49
    """,
    "a song position while running, and Stop before the next clock": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  F2 20 00
        1195  FC                → STOPPED 192
        3000  FB
        3001  F8                → CONTINUED 192  @192
    """,
    "loop without a word: counting goes on": """
        1000  FA
        1001  F8 x960           → STARTED 0  @959
    """,
    "Reaper: Stop, after a pause back to the top, later somewhere else": """
        1000  FA
        1001  F8 x20            → STARTED 0  @19
        1395  FC                → STOPPED 20
        1900  F2 00 00
        9000  F2 04 00
        9500  FB
        9501  F8 x2             → CONTINUED 24  @25
    """,
    "a dragged playhead floods song positions: the last counts": """
        1000  F2 01 00
        1001  F2 02 00
        1002  F2 03 00
        1003  F2 04 00
        1004  FB
        1005  F8                → CONTINUED 24  @24
    """,
    "Stop and Continue within 50 ms are a loop": """
        1000  FA
        1001  F8 x96            → STARTED 0  @95
        2905  FC                → STOPPED 96
        2906  F2 00 00
        2910  FB
        2921  F8 x25            → CONTINUED 0  @24
    """,
    "Stop twice": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  FC                → STOPPED 10
        1191  FC
        2000  FB
        2001  F8                → CONTINUED 10  @10
    """,
    "a gap shorter than the patience is free-wheeled": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1681  --
        1681  F8                @34
    """,
    "a gap too long for drops: the master has paused, and so has the song": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1801  F8 x2             @31
    """,
    "a clock that stays away is lost, and the song is where it has come to when it is back": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1831  --
        1832  --                → LOST 30
        2981  F8 x4             → CONTINUED 99  @102
    """,
    "to the nearest tick": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1900  --                → LOST 30
        2989  F8 x2             → CONTINUED 99  @100
    """,
    "a loss that nobody has asked for is told with the next clock": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        2501  F8 x4             → LOST 30, CONTINUED 75  @78
    """,
    "at a tempo that is hardly known, it goes on where counting stopped": """
        1000  FA
        1001  F8 x20            → STARTED 0  @19
        1900  --                → LOST 20
        2981  F8 x2             → CONTINUED 20  @21
    """,
    "and after five minutes too": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1900  --                → LOST 30
        302000  F8 x2           → CONTINUED 30  @31
    """,
    "lost, then Continue": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1900  --                → LOST 30
        2500  FB
        2501  F8                → CONTINUED 30  @30
    """,
    "lost, and located meanwhile": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1900  --                → LOST 30
        2500  F2 08 00
        2501  F8                → CONTINUED 48  @48
    """,
    "lost, then Stop, then Continue": """
        1000  FA
        1001  F8 x30            → STARTED 0  @29
        1900  --                → LOST 30
        2500  FC
        2600  FB
        2601  F8                → CONTINUED 30  @30
    """,
    "one clock and no more": """
        1000  FA
        1001  F8                → STARTED 0  @0
        1313  --
        1314  --                → LOST 1
        9000  --
    """,
    "Start and never a clock": """
        1000  FA
        9000  --
        9001  FC
    """,
    "what is none of a clock's business": """
        1000  FA
        1001  F8 x10            → STARTED 0  @9
        1190  FE
        1191  FF
        1192  F9
        1193  FD
        1201  F8                @10
    """,
}


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES.keys())
def test_score(score: str) -> None:
    clock = MidiClock()
    for line in filter(None, map(str.strip, score.splitlines())):
        row = ROW.fullmatch(line)
        assert row is not None, f"not a row: {line}"
        begin, happened = int(row["ms"]) * MS, []
        data = bytes.fromhex(row["bytes"].replace("--", ""))
        for index in range(int(row["times"] or 1)):
            now = begin + index * 20 * MS
            news = clock.feed(data, now) if data else clock.advance(now)
            assert all(happening.time == now for happening in news)
            happened += [f"{happening.kind.name} {happening.tick}" for happening in news]
        assert ", ".join(happened) == (row["happens"] or ""), line
        if row["tick"]:
            assert clock.running
            assert clock.timeline is not None
            assert clock.timeline.tick == int(row["tick"]), line


# -- tempo and trust over the transport --------------------------------------------------------------


def clocks(clock: MidiClock, begin: float, ticks: int, per_tick: float = 20 * MS) -> int:
    """Feed clocks; the time at which the next would be."""
    for index in range(ticks):
        clock.feed(CLOCK, int(begin + index * per_tick))
    return int(begin + ticks * per_tick)


def test_a_tempo_known_before_start_serves_from_its_first_clock() -> None:
    clock = MidiClock()
    now = clocks(clock, 1e9, 48)
    clock.feed(START, now - 5 * MS)
    clocks(clock, now, 1)
    assert clock.timeline is not None
    assert clock.timeline.time_of(24) == pytest.approx(now + 480 * MS, abs=1000)
    assert clock.trusted_until == now + 250 * MS


@pytest.mark.parametrize(("idle_ms", "trusted_ms"), [(1500, 250), (2500, 2)])
def test_a_tempo_is_kept_for_two_seconds(idle_ms: int, trusted_ms: int) -> None:
    clock = MidiClock()
    now = clocks(clock, 1e9, 48) + idle_ms * MS
    clock.feed(START, now)
    clock.feed(CLOCK, now)
    assert clock.trusted_until == now + trusted_ms * MS


def test_a_master_that_never_stopped_keeps_its_line_over_start(jittered: Callable[..., list[int]]) -> None:
    true = [1e9 + index * 20 * MS for index in range(121)]
    clock = MidiClock()
    for index, time in enumerate(jittered(true[:100], 1.0, 3)):
        if index == 96:
            clock.feed(START, time - MS)
        clock.feed(CLOCK, time)
        if index >= 96:
            assert clock.timeline is not None
            assert clock.timeline.tick == index - 96
            assert abs(clock.timeline.time_of(24) - true[120]) < 1.5 * MS


def test_a_loop_made_of_stop_and_continue_keeps_the_line(jittered: Callable[..., list[int]]) -> None:
    true = [1e9 + index * 20 * MS for index in range(125)]
    clock = MidiClock()
    clock.feed(START, 0)
    for index, time in enumerate(jittered(true[:97], 1.0, 4)):
        if index == 96:
            clock.feed(STOP, time - 15 * MS)
            clock.feed(b"\xf2\0\0", time - 14 * MS)
            clock.feed(CONTINUE, time - 10 * MS)
        clock.feed(CLOCK, time)
    assert clock.timeline is not None
    assert clock.timeline.tick == 0
    assert abs(clock.timeline.time_of(24) - true[120]) < 1.5 * MS


@pytest.mark.parametrize("idle_ms", [10, 300, 1500, 2500])
def test_a_tempo_changed_while_stopped_is_learnt_at_start(idle_ms: int) -> None:
    clock = MidiClock()
    clock.feed(START, 0)
    now = clocks(clock, 1e9, 96) - 20 * MS
    clock.feed(STOP, now + MS)
    now += idle_ms * MS
    clock.feed(START, now)
    now += MS
    clocks(clock, now, 4, 25 * MS)
    assert clock.timeline is not None
    assert clock.timeline.tick == 3
    assert abs(clock.timeline.time_of(6) - now - 150 * MS) < MS


def test_a_halved_tempo_is_told_as_a_relocation(listener: Any) -> None:
    """At first it looks like every other tick dropped; what was counted for those is taken back."""
    ear = listener(MidiClock())
    ear.feed(START, 0)
    now = 1_000_000_000
    for _ in range(60):
        ear.feed(CLOCK, now)
        now += 20 * MS
    for _ in range(60):
        now += 20 * MS
        ear.feed(CLOCK, now)
        now += 20 * MS
    assert [happening.kind for happening in ear.happened] == [Kind.STARTED, Kind.RELOCATED]
    assert ear.clock.timeline.tick == 119
    assert ear.step == 119 // 6


# -- the first clocks, and absurd ones, as the effect hears them -------------------------------------


def test_the_very_first_start_fires_its_step_at_once_and_no_other_before_the_tempo_is_known(
    listener: Any,
) -> None:
    ear = listener(MidiClock())
    ear.feed(START, 1_000_000_000)
    ear.feed(CLOCK, 1_001_000_000)
    ear.advance(1_001_000_000 + ear.clock.guard)
    assert ear.fired == [(1_001_000_000 + ear.clock.guard, 0)]
    ear.advance(1_201_000_000)
    assert len(ear.fired) == 1
    ear.feed(CLOCK, 1_201_000_000)  # 12.5 BPM: not a tempo
    ear.advance(1_400_000_000)
    assert len(ear.fired) == 1


def test_steps_come_on_their_ticks(listener: Any) -> None:
    ear = listener(MidiClock())
    ear.feed(START, 1_000_000_000)
    for index in range(97):
        ear.feed(CLOCK, 1_001_000_000 + index * 20 * MS)
    ear.advance(1_001_000_000 + 96 * 20 * MS + MS)
    assert ear.fired == [(1_001_000_000 + step * 120 * MS + ear.clock.guard, step) for step in range(17)]


def test_nothing_fires_beyond_the_patience(listener: Any) -> None:
    ear = listener(MidiClock())
    ear.feed(START, 1_000_000_000)
    for index in range(25):
        ear.feed(CLOCK, 1_001_000_000 + index * 20 * MS)
    ear.advance(9_000_000_000)
    assert [step for _, step in ear.fired] == [0, 1, 2, 3, 4, 5, 6]
    assert not ear.clock.running
    assert ear.clock.next_deadline() is None


@pytest.mark.parametrize("bpm", [0.5, 2, 5, 1300, 2000, 100_000])
@pytest.mark.parametrize("sane_first", [True, False])
def test_an_absurd_clock_fires_next_to_nothing_and_is_forgiven(
    listener: Any, bpm: float, sane_first: bool
) -> None:
    ear = listener(MidiClock())
    ear.feed(START, 1_000_000_000)
    now = 1_001_000_000.0
    for _ in range(48 if sane_first else 0):
        ear.feed(CLOCK, int(now))
        now += 20 * MS
    before, absurd = len(ear.fired), now
    while now < absurd + 3e9:
        ear.feed(CLOCK, int(now))
        now += 60e9 / 24 / bpm
    ear.advance(int(now))
    assert len(ear.fired) - before <= 4 + (now - absurd) / 1e9
    assert len(ear.happened) <= 26
    sane = now
    for _ in range(48):
        ear.feed(CLOCK, int(now))
        now += 20 * MS
    late = [when for when, _ in ear.fired if when > sane + 400 * MS]
    assert len(late) >= 4
    assert all(110 * MS < after - when < 130 * MS for when, after in itertools.pairwise(late))
    assert ear.clock.bpm == pytest.approx(125, abs=0.1)


def test_the_guard_is_as_wide_as_the_jitter(jittered: Callable[..., list[int]]) -> None:
    for sigma, least, most in ((0.0, 0.05, 0.05), (0.3, 0.4, 0.8), (0.7, 1.0, 1.9), (4.0, 2.0, 2.0)):
        clock = MidiClock()
        for time in jittered([1e9 + index * 20 * MS for index in range(300)], sigma, 5):
            clock.feed(CLOCK, time)
        assert least * MS <= clock.guard <= most * MS, sigma


@pytest.mark.parametrize("bpm", [10, 20, 400, 999])
def test_the_slowest_and_the_fastest_tempo_are_followed(listener: Any, bpm: float) -> None:
    """As far as DAWs go: catches a clock that is thought lost between two ticks, or taken for none."""
    ear = listener(MidiClock())
    ear.feed(START, 1_000_000_000)
    per_tick = 60e9 / 24 / bpm
    for index in range(97):
        ear.feed(CLOCK, int(1_001_000_000 + index * per_tick))
    assert [happening.kind for happening in ear.happened] == [Kind.STARTED]
    assert ear.clock.bpm == pytest.approx(bpm, rel=1e-3)
    assert ear.clock.timeline.tick == 96
    assert [step for _, step in ear.fired][:16] == [*range(16)]
    assert ear.fired[15][0] == pytest.approx(1_001_000_000 + 90 * per_tick + ear.clock.guard, abs=1000)
