"""Where the song is, seen from outside the effect: a beat as it passes, a beginning, a jump, a stop."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from descant_daemon.effect.effect import Effect
from descant_daemon.settings.metre import Metre
from descant_daemon.tape.take_line import Item
from descant_daemon.time.timeline import PPQN, Timeline
from descant_routing.timed import Timed

JUMP = 6.0  # ticks by which the song is elsewhere than it was heading; less is a tempo that moves
NEAR = 0.25  # ticks; a tick that comes just then is the first
SHORTEST_TICK = 1_000_000  # ns; nothing is played to a faster clock, so it has no beats


class Beats:
    """Look after each cycle; what is said depends on those looks alone."""

    def __init__(self) -> None:
        self._line: Timeline | None = None
        self._next = 0  # tick of the next beat
        self._metre: Metre | None = None

    def look(self, effect: Effect, begin: int, until: int, arrived: Sequence[Timed]) -> Iterator[Item]:
        """What has happened in the cycle from ``begin`` to ``until``: items, their times from ``begin``."""
        metre = effect.parameters.metre
        if metre != self._metre:
            self._metre = metre
            yield "metre", str(metre)
        before, line = self._line, effect.clock.timeline if effect.clock.running else None
        if line is not None and line.per_tick < SHORTEST_TICK:
            line = None
        self._line = line
        if line is None:
            if before is not None:
                yield ("stop",)
            return
        here = line.tick_at(until)
        if before is None or abs(before.tick_at(until) - here) > JUMP:
            since = (
                arrived[0].time if arrived else begin
            )  # it is what arrives that starts a song, or moves it
            tick = max(0, math.ceil(line.tick_at(since) - NEAR))
            self._next = self._beat_from(effect, tick)
            yield "song", line.time_of(tick) - begin, tick
        while self._next < here:
            stretch = effect.metres.at(self._next, metre)
            beat = 4 * PPQN // stretch.metre.unit
            number, within = divmod(self._next - stretch.tick, stretch.length)
            bar = stretch.bar + number + 1
            yield "beat", line.time_of(self._next) - begin, self._next, bar, within // beat + 1
            self._next = self._beat_from(effect, self._next + 1)

    @staticmethod
    def _beat_from(effect: Effect, tick: int) -> int:
        """The first beat at ``tick`` or after it; a metre that begins before it begins with one."""
        stretch = effect.metres.at(tick, effect.parameters.metre)
        beat = 4 * PPQN // stretch.metre.unit
        found = stretch.tick - (stretch.tick - tick) // beat * beat
        after = effect.metres.at(found, effect.parameters.metre)
        return max(tick, after.tick) if after.tick > stretch.tick else found
