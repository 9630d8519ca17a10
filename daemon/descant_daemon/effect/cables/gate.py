"""The gate of an input: what arrives is let in, unless it is an echo of ours or more than anybody plays."""

from __future__ import annotations

from typing import NamedTuple

from descant_routing.guards.age import AgeLimit
from descant_routing.guards.feedback import FeedbackGuard
from descant_routing.guards.sensing import SensingWatch
from descant_routing.guards.storm import RATE, StormGuard

ECHO = 25_000_000  # ns: a way through a DAW or a patchbay takes two of its blocks


class Care(NamedTuple):
    """What is known of an input: ns after which a held note is taken for one whose note-off was lost (None: never).

    ``storm``: messages a second above which only what ends something is let in.
    """

    longest_note: int | None = None
    storm: int = RATE


class Gate:
    """One for each input; times in ns."""

    def __init__(self, care: Care) -> None:
        """Nothing has arrived."""
        self._echoes = FeedbackGuard(ECHO)
        self._storm = StormGuard(care.storm)
        self._age = AgeLimit(care.longest_note)
        self._sensing = SensingWatch()

    @property
    def looping(self) -> list[str]:
        """The outputs of which notes come back here; nothing is to be generated for them."""
        return self._echoes.looping if self._echoes.muted else []

    @property
    def loops(self) -> int:
        """How often a loop has been found."""
        return self._echoes.loops

    @property
    def dropped(self) -> int:
        """How many messages were too many."""
        return self._storm.dropped

    def let_in(self, data: bytes, now: int) -> list[bytes]:
        """A whole message has arrived: what to go on with."""
        self._sensing.feed(data, now)
        if not self._storm.passes(data, now):
            return []
        entering = self._echoes.hears(data, now)
        for each in entering:
            self._age.feed(each, now)
        return entering

    def sent(self, sink: str, data: bytes, now: int) -> None:
        """A message leaves."""
        self._echoes.sent(sink, data, now)

    def due(self, now: int) -> tuple[list[bytes], bool]:
        """What must have been lost on its way, to be taken as if it came now; and whether the cable is dead."""
        self._echoes.advance(now)
        return self._age.due(now), self._sensing.due(now)

    def next_deadline(self) -> int | None:
        """When ``due`` next has something to say."""
        times = (self._echoes.next_deadline(), self._age.next_deadline(), self._sensing.next_deadline())
        return min((time for time in times if time is not None), default=None)
