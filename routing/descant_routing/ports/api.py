"""What a back-end is asked for, what it is, and what it drives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from descant_routing.errors import UsageError
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from descant_routing.timed import Timed


class Cables(NamedTuple):
    """Label → name of somebody's port to connect to (see ``resolve``); None is only a port of Descant's.

    Labels are unique over inputs and outputs together, but for MAIN, the only one of its side. A named port
    that is not there is an error, unless ``patient``: then it is waited for.
    """

    inputs: Mapping[str, str | None]
    outputs: Mapping[str, str | None]
    patient: bool = False


CLIENT = "Descant"
"""What a patchbay calls the program that has the ports."""
ONE_CABLE = Cables({MAIN: None}, {MAIN: None})
"""One input and one output, both ports of Descant's."""


def check_labels(cables: Cables) -> None:
    """Raises UsageError for a label that stands for an input and for an output."""
    for label in cables.inputs:
        if label != MAIN and label in cables.outputs:
            raise UsageError(f"{label!r} names both an input and an output: give each a name of its own")


def own_name(label: str, is_input: bool) -> str:
    """What Descant's own port is called behind the client's name: ``in``, ``out``, or the label."""
    return label or ("in" if is_input else "out")


class Driven(Protocol):
    """The effect as a back-end sees it: a function of time, called from one thread only. Nothing here blocks."""

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """Take what has arrived, in order of time, and return every message due before ``until``, likewise.

        A message whose time lies before the cycle is due at once; one for an output that is not there is dropped.
        """
        ...

    def next_deadline(self) -> int | None:
        """When ``cycle`` next has something to do by itself; None when only input can wake it."""
        ...

    def unplugged(self, port: str, now: int) -> None:
        """Nobody is at the other end of the cable ``port`` any more, or the cable goes: between two cycles.

        What came from there is to be ended. The next cycle's answer is sent by that cable only if it is the cable
        that goes; ends that are sent to nobody do no harm, and whoever comes back is sent those that it has missed.
        """
        ...

    def plugged(self, port: str, now: int) -> None:
        """Somebody is there again, after ``unplugged`` (or after a start without): between two cycles."""
        ...

    def settle(self) -> None:
        """After a cycle where no time passes before the next (JACK freewheels): wait for what was asked for.

        The one call that may block, and for a few seconds at most.
        """
        ...


class Backend(Protocol):
    """Inputs and outputs, a clock, and the thread that calls ``Driven``. Labels are those of ``Cables``."""

    name: str
    periodic: bool
    """True where ``Driven.cycle`` is called every few ms anyway, so that nobody needs to wake it."""

    @property
    def inputs(self) -> Mapping[str, str]:
        """Label → the input port as patchbays and DAWs show it, and to whom it is connected; for people."""
        ...

    @property
    def outputs(self) -> Mapping[str, str]:
        """Label → the output port, likewise."""
        ...

    @property
    def absent(self) -> Mapping[str, str]:
        """What is waited for: label → a sentence that says who."""
        ...

    def now(self) -> int:
        """Nanoseconds on this back-end's own monotonic axis."""
        ...

    def start(self, driven: Driven) -> None:
        """Begin to call ``driven.cycle``; returns at once."""
        ...

    def wake(self) -> None:
        """Ask for a cycle soon; callable from any thread."""
        ...

    def look(self) -> None:
        """Once a second, from the main thread: see who has gone, and take up again who is back."""
        ...

    def rewire(self, cables: Cables) -> None:
        """Have these cables from now on; from the main thread, which it holds up for some cycles.

        What is new opens. What goes is ``unplugged`` first, and closes when the answer to that has left. What is as
        it was loses and delays nothing. Raises UsageError or DescantError, and then everything is as it was.
        """
        ...

    def close(self) -> None:
        """Send what one last cycle returns, then close the ports. Safe to call twice."""
        ...

    def facts(self) -> dict[str, float]:
        """What is worth knowing of its punctuality, by name; from any thread but the one that cycles."""
        ...

    @property
    def lost(self) -> str | None:
        """A sentence when nothing can be heard any more (the server has shut down, the effect failed), else None."""
        ...
