"""That was good: the last bars of what has been heard, as a piece of the take, and what its file is called."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from descant_daemon.tape.header import Header
from descant_daemon.tape.midi import Window, piece
from descant_daemon.tape.music import Music
from descant_daemon.tape.ruler import Ruler, lay_out

BARS = 8


class Captured(NamedTuple):
    """A MIDI file, and the numbers of its first and last bar, where the song has counted them."""

    content: bytes
    numbers: tuple[int, int] | None


def capture(header: Header, music: Music, bars: int = BARS) -> Captured | None:
    """The last ``bars`` bars up to the bar line nearest to the end; None when nothing has been heard."""
    heard = music.heard
    if not heard:
        return None
    ruler = lay_out(music, header.clock.tempo)
    running = bool(music.places) and music.places[-1].tick is not None
    end = ruler.at(music.end if running else max(heard))
    lines = _bar_lines(ruler, end)
    starts = [at for at, _ in lines]
    after = bisect_left(starts, end)
    last = after if after and starts[after] - end <= end - starts[after - 1] else max(1, after - 1)
    first = max(0, last - bars)
    window = Window(starts[first], min(end + 1, starts[last]), starts[last])
    if max(map(ruler.at, heard)) < window.begin:
        return None
    begins, ends = lines[first][1], lines[last - 1][1]
    numbers = None if begins is None or ends is None else (begins, ends)
    return Captured(piece(header, music, ruler, window), numbers)


def file_name(captured: Captured, now: datetime) -> str:
    """``descant-YYYY-MM-DD-HHMMSS-bars-17-24.mid``."""
    bars = "" if captured.numbers is None else "-bars-{}-{}".format(*captured.numbers)
    return f"descant-{now:%Y-%m-%d-%H%M%S}{bars}.mid"


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
