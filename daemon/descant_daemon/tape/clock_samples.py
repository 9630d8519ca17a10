"""What a clock's source said (Link, JACK's transport): noted on its way, and said again."""

from __future__ import annotations

from collections.abc import Iterable

from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.tape.take_line import Item
from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.sampled_clock import Sample, SampleSource
from descant_daemon.time.timeline import Timeline

NOTHING = Sample(running=False, line=None)


class NotedSource:
    """A ``SampleSource`` that passes on another's samples, and notes those that differ from the last."""

    def __init__(self, source: SampleSource) -> None:
        """``source`` is asked as often as Descant is."""
        self._source = source
        self._last: Sample | None = None
        self._bar: Stretch | None = None
        self._asked = 0
        self._news: list[Item] = []

    def sample(self, now: int) -> Sample:
        """See ``SampleSource``."""
        sample = self._source.sample(now)
        if sample != self._last:
            if sample.bar != self._bar:
                self._bar = bar = sample.bar
                told = () if bar is None else (bar.tick, bar.bar, str(bar.metre))
                self._news.append(("bar", self._asked, *told))
            if self._last is None or sample[:2] != self._last[:2]:
                self._news.append(("sample", self._asked, sample.running, *(sample.line or ())))
            self._last = sample
        self._asked += 1
        return sample

    def take(self) -> list[Item]:
        """What has been noted in this cycle; the next one begins."""
        self._asked = 0
        news, self._news = self._news, []
        return news


class SaidAgain:
    """A ``SampleSource`` that says what was noted."""

    def __init__(self) -> None:
        self._last = NOTHING
        self._asked = 0
        self._coming: dict[int, list[Item]] = {}

    def begin(self, noted: Iterable[Item]) -> None:
        """A cycle begins, in which these were noted."""
        self._asked = 0
        self._coming = {}
        for item in noted:
            self._coming.setdefault(item[1], []).append(item)

    def sample(self, now: int) -> Sample:  # noqa: ARG002
        """See ``SampleSource``."""
        for item in self._coming.pop(self._asked, ()):
            match item:
                case ["bar", _, int(tick), int(number), str(text)]:
                    self._last = self._last._replace(
                        bar=Stretch(tick, number, Metre.parse(text) or FOUR_FOUR)
                    )
                case ["bar", _]:
                    self._last = self._last._replace(bar=None)
                case [_, _, running, *line]:
                    self._last = self._last._replace(running=running, line=Timeline(*line) if line else None)
                case _:
                    pass
        self._asked += 1
        return self._last
