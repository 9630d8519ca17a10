"""Bars and tempi of a take's MIDI file: where in the file a moment is, so that bars fall on the file's bars.

The file runs on where the song stands or jumps, and keeps its time: only the tempo of a pause is bent, so that the
song goes on at the same place of a bar as in the file. After a jump to another place of the bar there is no such room.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from descant_daemon.settings.metre import FOUR_FOUR
from descant_daemon.tape.take_music import SongPlace, TakeMusic
from descant_daemon.tempo_map import TempoMap
from descant_daemon.time.timeline import PPQN

PPQ = 960
PER_TICK = PPQ // PPQN
NEAR = PPQ / 8  # from its place in the bar that a jump may land, and is drawn there
MOST_BENT = 2.0  # times as fast or as slow that a pause may run
TOLERANCE = 1_000_000  # ns by which a beat may lie beside the tempo, so that a steady tempo is one
SLOWEST = 2**24 - 1  # µs a quarter; a file has three bytes for it


class Anchor(NamedTuple):
    """The file is at ``at`` (``PPQ`` a quarter) at ``time``, ns."""

    time: int
    at: int


class Ruler(NamedTuple):
    """``origin``: ns of the file's beginning. ``bars``: where one begins in the file, and its number in the song.

    ``begins``: where the song begins or jumps, and the number of that bar. ``bar``: how long the last one is.
    """

    origin: int
    tempo_map: TempoMap
    bars: Sequence[tuple[int, int]]
    begins: Sequence[tuple[int, int]]
    bar: int

    def at(self, time: int) -> int:
        """Where in the file a moment is; never before its beginning."""
        return max(0, round(self.tempo_map.tick_at(time - self.origin)))


def lay_out(music: TakeMusic, bpm: float) -> Ruler:
    """The ruler of a take; ``bpm`` serves where no song tells a tempo."""
    layer = _Layer(music, 60e9 / bpm / PPQ)
    tempos = _tempos(layer.anchors, max(1, min(round(60e6 / bpm), SLOWEST)))
    origin = layer.anchors[0].time
    return Ruler(origin, TempoMap(PPQ, tempos), layer.bars, layer.begins, layer.bar_at(music.end))


class _Layer:
    """Lays anchors from the first to the last place of the song."""

    def __init__(self, music: TakeMusic, pace: float) -> None:
        self._metre_times = [time for time, _ in music.metres]
        self._metres = [metre for _, metre in music.metres]
        self._pace = pace  # ns a step of the file, as the song last had it
        self._tick = 0  # the song's, at the last anchor
        self._running = False
        self.bars: list[tuple[int, int]] = []
        self.begins: list[tuple[int, int]] = []
        heard = music.begin if music.first_heard is None else music.first_heard
        first = next((at for at, place in enumerate(music.places) if place.tick is not None), None)
        self.anchors = [Anchor(heard, 0)]
        if first is not None:
            self._begin(music.places[first], music.places[first + 1 :], heard)
            for place in music.places[first:]:
                self._lay(place)

    def bar_at(self, time: int) -> int:
        """How long a bar is, in the file's steps."""
        index = max(0, bisect_right(self._metre_times, time) - 1)
        metre = self._metres[index] if self._metres else FOUR_FOUR
        return metre.beats * 4 * PPQ // metre.unit

    def _begin(self, place: SongPlace, later: Sequence[SongPlace], heard: int) -> None:
        """Whole bars before the song, as many as were heard."""
        assert place.tick is not None  # the caller has looked
        for each in later:
            if each.tick is None or each.begins:
                break
            if each.tick > place.tick:
                self._pace = (each.time - place.time) / (each.tick - place.tick) / PER_TICK
                break
        bar = self.bar_at(place.time)
        at = place.tick * PER_TICK % bar
        at += bar * max(0, math.ceil((place.time - heard - at * self._pace) / self._pace / bar))
        self.anchors = [Anchor(place.time - round(at * self._pace), 0)]
        if at:
            self.anchors.append(Anchor(place.time, at))
        self._tick, self._running = place.tick, True

    def _lay(self, place: SongPlace) -> None:
        if place.tick is None:
            self._running = False
            return
        time, at = self.anchors[-1]
        grown = (place.tick - self._tick) * PER_TICK
        if place.time > time:
            goes_on = self._running and not place.begins and grown > 0
            if goes_on:
                self._pace = (place.time - time) / grown
            at = at + grown if goes_on else self._landing(place.time, place.tick)
            self.anchors.append(Anchor(place.time, at))
        self._tick, self._running = place.tick, True
        if place.bar is not None:
            self.bars.append((at, place.bar))
        if place.begins:
            self.begins.append((at, place.tick * PER_TICK // self.bar_at(place.time) + 1))

    def _landing(self, time: int, tick: int) -> int:
        """Where the song, which stood or jumps, goes on."""
        since, last = self.anchors[-1]
        bar, straight = self.bar_at(time), (time - since) / self._pace
        bent = last + straight
        bent += (tick * PER_TICK - bent + bar / 2) % bar - bar / 2  # the nearest such place of a bar
        if self._running:
            wanted = abs(bent - last - straight) <= NEAR
        else:
            wanted = straight / MOST_BENT <= bent - last <= straight * MOST_BENT
        return max(last + 1, round(bent if wanted else last + straight))


def _tempos(anchors: Sequence[Anchor], default: int) -> list[tuple[int, int]]:
    """As few tempi as keep every anchor within ``TOLERANCE``: (where, µs a quarter)."""
    tempos = [(0, default)]
    begin, index = 0, 0  # ns in the file, of the anchor
    while index < len(anchors) - 1:
        here = anchors[index]
        low, high, last, best = 1, SLOWEST, index, 0.0
        for number, anchor in enumerate(anchors[index + 1 :], index + 1):
            thousand = 1000 * (anchor.at - here.at) / PPQ
            wanted = anchor.time - anchors[0].time - begin
            least, most = (
                math.ceil((wanted - TOLERANCE) / thousand),
                math.floor((wanted + TOLERANCE) / thousand),
            )
            if last == index:
                best = wanted / thousand
            if max(low, least) > min(high, most):
                break
            low, high, last, best = max(low, least), min(high, most), number, wanted / thousand
        tempo = _choose(low, high, best, tempos[-1][1])
        if here.at == 0:
            tempos = [(0, tempo)]
        elif tempo != tempos[-1][1]:
            tempos.append((here.at, tempo))
        last = max(last, index + 1)
        begin += (anchors[last].at - here.at) * tempo * 1000 // PPQ
        index = last
    return tempos


def _choose(low: int, high: int, best: float, before: int) -> int:
    """The tempo before, or a whole number of beats a minute, where that will do."""
    whole = round(60e6 / max(1, round(60e6 / max(best, 1))))
    for tempo in (before, whole):
        if low <= tempo <= high:
            return tempo
    return max(1, min(max(low, min(round(best), high)), SLOWEST))
