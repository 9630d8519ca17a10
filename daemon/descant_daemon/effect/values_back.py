"""Values sent back: motor faders and lights show what every instance is played by."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.effect.common import Due
from descant_daemon.effect.part import Part

EVERY = 100_000_000  # ns between two looks at what they are to be told


class ValuesBack:
    """``parts`` is the effect's own list, in which parts come and go."""

    def __init__(self, parts: Sequence[Part], out: Outbox) -> None:
        self._parts, self._out = parts, out
        self._output: str | None = None
        self._next: int | None = None  # ns, when they are told next

    def send_to(self, output: str | None) -> None:
        """The output to which they are sent from now on, all of them at first; None: to none."""
        self._output, self._next = output, None
        for part in self._parts:
            part.send_values(output is not None)

    def advance(self, until: int) -> None:
        """It begins where time does."""
        if self._output is not None and self._next is None:
            self._next = until

    def next_due(self) -> Due | None:
        """The next look."""
        return None if self._next is None else Due(self._next, self._tell)

    def _tell(self, now: int) -> None:
        assert self._output is not None  # whose due it was
        self._next = now + EVERY
        for part in self._parts:
            self._out.send_each(now, [(self._output, data) for data in part.values_back(now)])
