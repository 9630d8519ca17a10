"""That was good: the last bars of what has been heard, as a piece of the take, and what its file is called."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from descant_daemon.tape.header import Header
from descant_daemon.tape.midi import Window, piece
from descant_daemon.tape.prelude import first_needed, music_of
from descant_daemon.tape.ruler import Ruler, lay_out
from descant_daemon.tape.take_music import TakeMusic

BARS = 8


class CapturePlan(NamedTuple):
    """What is to be captured, and the numbers of its first and last bar, where the song has counted them."""

    ruler: Ruler
    window: Window
    numbers: tuple[int, int] | None


class Captured(NamedTuple):
    """A MIDI file, and its bars as in ``Plan``."""

    content: bytes
    numbers: tuple[int, int] | None


def capture(header: Header, music: TakeMusic, bars: int = BARS) -> Captured | None:
    """The last ``bars`` bars up to the bar line nearest to the end; None when nothing has been heard."""
    planned = plan(header, music, bars)
    return None if planned is None else carry_out(header, music, planned)


def capture_lines(header: Header, lines: Sequence[bytes], bars: int = BARS) -> Captured | None:
    """``capture`` of what a take's lines say, reading as few of them as will do. Raises ValueError for a wrong one."""
    music = music_of(header, lines, first_needed(lines, bars))
    planned = plan(header, music, bars)
    if music.since is not None and (planned is None or planned.ruler.at(music.since) >= planned.window.begin):
        music = music_of(header, lines)  # the song has leapt about so that these bars began even earlier
        planned = plan(header, music, bars)
    return None if planned is None else carry_out(header, music, planned)


def plan(header: Header, music: TakeMusic, bars: int) -> CapturePlan | None:
    """See ``capture``."""
    heard = music.last_heard
    if heard is None:
        return None
    ruler = lay_out(music, header.tempo)
    running = bool(music.places) and music.places[-1].tick is not None
    end = ruler.at(music.end if running else heard)
    lines = _bar_lines(ruler, end)
    starts = [at for at, _ in lines]
    after = bisect_left(starts, end)
    last = after if after and starts[after] - end <= end - starts[after - 1] else max(1, after - 1)
    first = max(0, last - bars)
    window = Window(starts[first], min(end + 1, starts[last]), starts[last])
    if ruler.at(heard) < window.begin:
        return None
    begins, ends = lines[first][1], lines[last - 1][1]
    return CapturePlan(ruler, window, None if begins is None or ends is None else (begins, ends))


def carry_out(header: Header, music: TakeMusic, planned: CapturePlan) -> Captured:
    """The file."""
    return Captured(piece(header, music, planned.ruler, planned.window), planned.numbers)


def file_name(captured: Captured, now: datetime, number: int = 1) -> str:
    """``descant-YYYY-MM-DD-HHMMSS-bars-17-24.mid``; ``number``: of those that would have the same name."""
    bars = "" if captured.numbers is None else "-bars-{}-{}".format(*captured.numbers)
    return f"descant-{now:%Y-%m-%d-%H%M%S}{bars}{f'-{number}' if number > 1 else ''}.mid"


def _bar_lines(ruler: Ruler, end: int) -> list[tuple[int, int | None]]:
    """Where bars begin, with their numbers in the song, up to the first at ``end`` or later.

    Where the song counts none, they are as long as its last.
    """
    bar = ruler.bar
    counted: dict[int, int | None] = dict(ruler.bars) or {0: None}
    starts = sorted(counted)
    lines = dict.fromkeys(range(starts[0] % bar, starts[0], bar)) | counted
    for here, following in pairwise(starts):
        lines |= dict.fromkeys(range(here + bar, following - bar // 2 + 1, bar))
    last = starts[-1] + bar
    lines |= dict.fromkeys(range(last, max(last, end) + bar, bar))
    return sorted(lines.items())
