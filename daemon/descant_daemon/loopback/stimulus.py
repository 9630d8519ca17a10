"""What is played to Descant, as times and bytes: pure, on any time axis.

Times are integers from the beginning of the score, in the axis' own unit: JACK's frames, or ns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from descant_daemon.tunes.book import COMMON_METRE, medley
from descant_routing import message

BPM = 150
"""At 48 and 96 kHz a tick is then a whole number of frames; elsewhere it is rounded to one."""
TICKS_PER_BEAT, TICKS_PER_STEP = 24, 6
LEAD_IN = 16  # steps before anything is measured: the follower locks, the first answers are prepared
STEPS_PER_KEY = 2
TAIL = 2  # steps after the last key
SPREAD = 0.020  # s after its sixteenth within which a player's key comes
TURN = 0.6180339887  # the golden section: however many keys there are, they are spread evenly
ECHO_GAP = 0.0237  # s between the notes of an echo; no multiple of any period
LENGTH = 0.5  # of the gap between two keys that a key is held
PLAYER = 0  # channel
VELOCITY = 90


class Cue(NamedTuple):
    """Something to be sent at a time."""

    time: int
    data: bytes


class Press(NamedTuple):
    """A key that goes down at ``time``; only what is heard before ``until`` is its answer."""

    time: int
    until: int
    key: int


@dataclass(frozen=True)
class Stimulus:
    """``grid``: the sixteenths that count; ``rate``: units a second; ``length``: in units."""

    rate: int
    cues: tuple[Cue, ...]
    grid: tuple[int, ...] = ()
    keys: tuple[Press, ...] = ()

    @property
    def length(self) -> int:
        """Until the last cue."""
        return self.cues[-1].time

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.length / self.rate


def echo_score(keys: int, rate: int) -> Stimulus:
    """Notes alone, as fast as a brilliant pianist."""
    gap = round(ECHO_GAP * rate)
    struck = [Press(at * gap, (at + 1) * gap, 40 + at % 48) for at in range(keys)]
    return Stimulus(rate, _in_order(_notes(struck)), keys=tuple(struck))


def grid_score(steps: int, rate: int) -> Stimulus:
    """Start, clock and stop; ``steps`` sixteenths count."""
    grid = _grid(LEAD_IN + steps, rate)
    return Stimulus(rate, _clock(len(grid), rate), grid=tuple(grid[LEAD_IN:]))


def harmony_score(keys: int, rate: int) -> Stimulus:
    """A melody to the clock, every key within 20 ms after its sixteenth, as people play.

    Only what comes before the next sixteenth is a key's answer: what comes then may be that one's.
    """
    grid = _grid(LEAD_IN + STEPS_PER_KEY * keys + TAIL, rate)
    tune = [note.key for note in medley(COMMON_METRE)]
    struck = []
    for at in range(keys):
        step = LEAD_IN + STEPS_PER_KEY * at
        late = round(SPREAD * rate * (at * TURN % 1))
        struck.append(Press(grid[step] + late, grid[step + 1], tune[at % len(tune)]))
    cues = _in_order([*_clock(len(grid), rate), *_notes(struck)])
    return Stimulus(rate, cues, tuple(grid[LEAD_IN:]), tuple(struck))


def _tick(rate: int) -> int:
    return round(rate * 60 / (BPM * TICKS_PER_BEAT))


def _grid(steps: int, rate: int) -> list[int]:
    """The first clock comes a tick after Start."""
    return [_tick(rate) * (1 + TICKS_PER_STEP * step) for step in range(steps)]


def _clock(steps: int, rate: int) -> tuple[Cue, ...]:
    tick, ticks = _tick(rate), steps * TICKS_PER_STEP
    clocks = [Cue(tick * (at + 1), bytes([message.CLOCK])) for at in range(ticks)]
    return Cue(0, bytes([message.START])), *clocks, Cue(tick * (ticks + 1), bytes([message.STOP]))


def _notes(keys: list[Press]) -> Iterator[Cue]:
    for each, after in zip(keys, [*keys[1:], None], strict=True):
        gap = (after.time if after else 2 * each.until - each.time) - each.time
        yield Cue(each.time, message.note_on(PLAYER, each.key, VELOCITY))
        yield Cue(each.time + round(gap * LENGTH), message.note_off(PLAYER, each.key))


def _in_order(cues: Iterator[Cue] | list[Cue]) -> tuple[Cue, ...]:
    """Sorted by time; the clock stays before the keys of its frame."""
    return tuple(sorted(cues, key=lambda cue: cue.time))
