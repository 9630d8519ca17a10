"""One cable of a back-end, and what a MIDI system can do with its two ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from descant_routing.ports.resolve import without_numbers
from descant_routing.ports.sounding import Sounding

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cable:
    """An input or output: our own end, and the other one, which may be away. A system adds its own handles."""

    def __init__(self, label: str, is_input: bool, name: str | None) -> None:
        """``name``: the port asked for; None leaves it to others to connect to us."""
        self.label = label
        self.is_input = is_input
        self.name = name
        self.own = ""
        """Our own end, as others see it."""
        self.found: str | None = None
        """The other end's whole name, once it was there."""
        self.waits: str | None = None
        """While a named other end is away: a sentence that says so."""
        self.told = True
        """Whether the effect takes it to be plugged in; for the driving thread alone."""
        self.sounding = Sounding()
        """What sounds at the other end of an output."""
        self.losses = 0
        self.pause = self.skip = 0  # looks until the other end is tried again, see ``Wiring``

    @property
    def shown(self) -> str:
        """For people: the other end if it was named, else our own."""
        return self.found or self.name or self.own


C = TypeVar("C", bound=Cable)


class Ends(ABC, Generic[C]):
    """What a MIDI system does with the ends of cables; all calls from the main thread, DescantError if it fails."""

    @abstractmethod
    def cable(self, label: str, is_input: bool, name: str | None) -> C:
        """A cable that is not open yet."""

    @abstractmethod
    def names(self, is_input: bool) -> Sequence[str]:
        """The ports of others at which an input (they send) or an output (they take) can end."""

    @abstractmethod
    def open(self, cable: C) -> None:
        """Make our end."""

    @abstractmethod
    def join(self, cable: C, other: str) -> None:
        """Connect our end to the port called ``other``, which is there."""

    def part(self, cable: C) -> None:
        """The other end has gone: let go of what was left of it."""

    @abstractmethod
    def close(self, cable: C) -> None:
        """Nothing travels by the cable any more: take our end away. Safe for a cable that is half open."""

    def settle(self) -> None:
        """Return when what was joined or taken out of use is so for the driving thread, too."""

    def bare(self, name: str) -> str:
        """``name`` without what changes when a device is plugged in again."""
        return without_numbers(name)
