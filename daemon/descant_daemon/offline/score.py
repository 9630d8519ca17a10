"""What a rendering goes by: tempo, metre and length, as a file or the command line has them."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil
from typing import NamedTuple

from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.song import Song
from descant_daemon.tempo_map import TempoMap
from descant_daemon.time.metre_map import MetreMap
from descant_daemon.time.timeline import PPQN
from descant_routing.errors import DescantError, UsageError

DEFAULT_BARS = 16
MOST_BARS = 10_000  # eight hours of slow music
MOST_QUARTERS = 4 * MOST_BARS
BEGINNING = PPQN // 8  # a metre that is told so soon stands at the beginning: abc2midi's are at tick 1


class Score(NamedTuple):
    """``length`` in ticks of the tempo map, which are ``bars`` bars. ``metres``: what a file of it says, by tick.

    ``metre``: the first. ``metre_map`` is empty where the parameter ``metre`` says it all. ``passed_over``: metres
    of the file that cannot be counted.
    """

    tempo_map: TempoMap
    metre: Metre
    metres: list[tuple[int, tuple[int, int]]]
    metre_map: MetreMap
    length: int
    bars: int
    passed_over: list[str]


def score_of(
    song: Song | None,
    tempo_map: TempoMap,
    metre: Metre,
    per_beat: Collection[int],
    *,
    bars: int | None,
    fixed: bool = False,
) -> Score:
    """``metre`` serves where the song says none, or is ``fixed``. ``per_beat``: the models' steps.

    Raises DescantError for a song that is too long.
    """
    beat = tempo_map.ticks_per_beat
    usable: dict[int, Metre] = {}
    passed_over: list[str] = []
    for tick, beats, unit in () if song is None or fixed else song.metres:
        found = Metre.parse(f"{beats}/{unit}")
        if found is not None and all(_fits(found, each) for each in per_beat):
            usable[0 if tick * PPQN < BEGINNING * beat else tick] = found
        else:
            passed_over.append(f"the metre {beats}/{unit}")
    if usable and 0 not in usable:
        usable[0] = FOUR_FOUR
    told = sorted(usable.items())
    metre_map = MetreMap((round(tick * PPQN / beat), each) for tick, each in told)
    metre = told[0][1] if told else metre
    if bars is None and song is not None:
        last = ceil(max((note.end for note in song.notes), default=1) * PPQN / beat)
        stretch = metre_map.at(last - 1, metre)
        bars = stretch.bar + (last - 1 - stretch.tick) // stretch.length + 1
    bars = bars or DEFAULT_BARS
    clocks = metre_map.line(bars, metre)
    if bars > MOST_BARS or clocks > MOST_QUARTERS * PPQN:
        raise DescantError(
            f"{song.name if song else 'this'} has {bars:,} bars and {clocks // PPQN:,} quarters; at most {MOST_BARS:,} "
            f"bars and {MOST_QUARTERS:,} quarters can be rendered; see --bars."
        )
    metres = [(tick, (each.beats, each.unit)) for tick, each in told or [(0, metre)]]
    return Score(tempo_map, metre, metres, metre_map, clocks * beat // PPQN, bars, passed_over)


def _fits(metre: Metre, steps_per_beat: int) -> bool:
    try:
        return metre.steps_per_bar(steps_per_beat) > 0
    except UsageError:
        return False
