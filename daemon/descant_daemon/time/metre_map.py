"""Where the bars of a song are, through all changes of metre; of whoever tells: a file, or a host that keeps bars."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from descant_daemon.settings.metre import Metre
from descant_daemon.time.timeline import PPQN


class Bars(NamedTuple):
    """Bars of one metre in steps: ``first`` is where bar number ``before`` (counted from 0) begins."""

    metre: Metre
    steps_per_beat: int
    first: int = 0
    before: int = 0

    @property
    def length(self) -> int:
        """Steps in a bar. Raises UsageError when that is no whole number."""
        return self.metre.steps_per_bar(self.steps_per_beat)

    @property
    def pulse(self) -> int:
        """Steps in a beat as it is felt."""
        return self.metre.steps_per_pulse(self.steps_per_beat)

    def number(self, step: int) -> int:
        """Of the bar that ``step`` is in, from 0."""
        return self.before + (step - self.first) // self.length

    def within(self, step: int) -> int:
        """Where ``step`` is in its bar, 0 on the bar line."""
        return (step - self.first) % self.length

    def bar_and_beat(self, step: int) -> tuple[int, int]:
        """Where ``step`` is, both counted from 1."""
        return self.number(step) + 1, self.within(step) * self.metre.unit // (4 * self.steps_per_beat) + 1


class Stretch(NamedTuple):
    """From ``tick`` (MIDI clock, 24 a quarter) on, where bar number ``bar`` (from 0) begins, the metre stays."""

    tick: int
    bar: int
    metre: Metre

    @property
    def length(self) -> int:
        """Ticks in a bar."""
        return self.metre.beats * 4 * PPQN // self.metre.unit

    def bars(self, steps_per_beat: int) -> Bars:
        """In steps; a stretch that begins between two begins with the nearer."""
        first = (2 * self.tick * steps_per_beat + PPQN) // (2 * PPQN)
        return Bars(self.metre, steps_per_beat, first, self.bar)


class MetreMap:
    """Empty while nobody tells: then a parameter says the metre, from the song's beginning on.

    ``changes``: (tick, metre), by tick. A first stretch shorter than the bar after it is a pick-up: its end.
    """

    def __init__(self, changes: Iterable[tuple[int, Metre]] = ()) -> None:
        told = [*changes]
        self._stretches: list[Stretch] = []
        for tick, metre in told:
            self.change(tick, metre)
        if len(self._stretches) > 1:
            first, second = self._stretches[:2]
            if second.tick - first.tick < second.length:
                self._stretches[0] = Stretch(second.tick - second.length, 0, second.metre)

    def change(self, tick: int, metre: Metre, bar: int | None = None) -> None:
        """A bar of ``metre`` begins at ``tick``, whatever was told of later ones: number ``bar``, or the next."""
        self._stretches = [each for each in self._stretches if each.tick < tick]
        last = self._stretches[-1] if self._stretches else None
        number = 0 if last is None else last.bar - (last.tick - tick) // last.length
        if (
            last is not None
            and last.metre == metre
            and (tick - last.tick) % last.length == 0
            and bar in (None, number)
        ):
            return
        bar = number if bar is None else bar
        self._stretches.append(Stretch(tick, bar, metre))

    def bars(self, step: int, steps_per_beat: int, otherwise: Metre) -> Bars:
        """Those that ``step`` is among; see ``at``."""
        until = (step + 0.499) * PPQN / steps_per_beat  # a change belongs to the nearest step
        return self.at(until, otherwise).bars(steps_per_beat)

    def line(self, bar: int, otherwise: Metre) -> int:
        """The tick at which bar number ``bar`` (from 0) begins; the song's beginning for one that began before it."""
        stretches = [Stretch(0, 0, otherwise), *self._stretches]
        stretch = next(each for each in reversed(stretches) if each.bar <= bar)
        return max(0, stretch.tick + (bar - stretch.bar) * stretch.length)

    def at(self, tick: float, otherwise: Metre) -> Stretch:
        """What holds at ``tick``; where nobody has told yet, bars of ``otherwise`` from the song's beginning on."""
        index = bisect_right(self._stretches, tick, key=lambda each: each.tick) - 1
        return Stretch(0, 0, otherwise) if index < 0 else self._stretches[index]
