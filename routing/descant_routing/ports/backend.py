"""What a back-end is, and what it drives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.timed import Timed


class Driven(Protocol):
    """The effect as a back-end sees it: one function of time, called from one thread only."""

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """Take what has arrived and return every message due before ``until``, in order of time.

        A message whose time lies before the cycle is due at once. Never blocks.
        """
        ...

    def next_deadline(self) -> int | None:
        """When ``cycle`` next has something to do by itself; None when only input can wake it."""
        ...


class Backend(Protocol):
    """One input and one output port, a clock, and the thread that calls ``Driven.cycle``."""

    name: str
    input: str
    """Our input port, as patchbays and DAWs show it."""
    output: str
    """Our output port."""
    periodic: bool
    """True where ``Driven.cycle`` is called every few ms anyway, so that nobody needs to wake it."""

    def now(self) -> int:
        """Nanoseconds on this back-end's own monotonic axis."""
        ...

    def start(self, driven: Driven) -> None:
        """Begin to call ``driven.cycle``; returns at once."""
        ...

    def wake(self) -> None:
        """Ask for a cycle soon; callable from any thread."""
        ...

    def close(self) -> None:
        """Send what one last cycle returns, then close the ports. Safe to call twice."""
        ...

    def facts(self) -> dict[str, float]:
        """What is worth knowing of its punctuality, by name; from any thread but the one that cycles."""
        ...

    @property
    def lost(self) -> str | None:
        """A sentence when the ports are gone (server shut down, device unplugged), else None."""
        ...
