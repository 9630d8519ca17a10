"""What a clock's source said (Link, JACK's transport): noted on its way, and said again."""

from __future__ import annotations

from collections.abc import Iterable

from descant_daemon.tape.line import Item
from descant_daemon.time.sampled_clock import Sample, Source
from descant_daemon.time.timeline import Timeline

NOTHING = Sample(running=False, line=None)


class NotedSource:
    """A ``Source`` that passes on another's samples, and notes those that differ from the last."""

    def __init__(self, source: Source) -> None:
        """``source`` is asked as often as we are."""
        self._source = source
        self._last: Sample | None = None
        self._asked = 0
        self._news: list[Item] = []

    def sample(self, now: int) -> Sample:
        """See ``Source``."""
        sample = self._source.sample(now)
        if sample != self._last:
            self._last = sample
            self._news.append(("sample", self._asked, sample.running, *(sample.line or ())))
        self._asked += 1
        return sample

    def take(self) -> list[Item]:
        """What has been noted in this cycle; the next one begins."""
        self._asked = 0
        news, self._news = self._news, []
        return news


class SaidAgain:
    """A ``Source`` that says what was noted."""

    def __init__(self) -> None:
        """It has said nothing yet."""
        self._last = NOTHING
        self._asked = 0
        self._coming: dict[int, Sample] = {}

    def begin(self, noted: Iterable[Item]) -> None:
        """A cycle begins, in which these were noted."""
        self._asked = 0
        self._coming = {
            asked: Sample(running, Timeline(*line) if line else None) for _, asked, running, *line in noted
        }

    def sample(self, now: int) -> Sample:  # noqa: ARG002
        """See ``Source``."""
        self._last = self._coming.pop(self._asked, self._last)
        self._asked += 1
        return self._last
