"""One cable of a back-end, what sounds at its far end, and what a MIDI system can do with its two ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from descant_routing import message
from descant_routing.ports.resolve import without_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Note = tuple[int, int]  # channel, key


class Sounding:
    """Watches what leaves by one port. The effect's ledger ends the notes; this is for its failure.

    It also knows what a synth that was away has missed: a box that was unplugged while it sounded, or a little
    before anybody noticed, may sound on, and hears the ends when it is back.
    """

    def __init__(self) -> None:
        self._notes: set[_Note] = set()
        self._ended: set[_Note] = set()  # since the last ``shift``
        self._ended_before: set[_Note] = set()  # between the last two
        self._owed: set[_Note] = set()

    def watch(self, data: bytes) -> None:
        """``data`` leaves."""
        if message.is_note_on(data):
            self._notes.add((message.channel(data), data[1]))
        elif message.is_note_off(data):
            note = message.channel(data), data[1]
            self._notes.discard(note)
            self._ended.add(note)

    def end(self) -> list[bytes]:
        """A note-off for everything that sounds, by channel and key; from now on nothing does."""
        notes = sorted(self._notes)
        self._notes.clear()
        return _note_offs(notes)

    def shift(self) -> None:
        """Somebody looks whether the port is there: ends of before the look before this one have arrived."""
        self._ended_before, self._ended = self._ended, set()

    def lose(self) -> None:
        """The port is not there; who knows since when."""
        self._owed |= self._notes | self._ended | self._ended_before

    def owed(self) -> list[bytes]:
        """The port is back: the ends that it may have missed. Taken by the call."""
        owed, self._owed = self._owed - self._notes, set()
        return _note_offs(sorted(owed))


def _note_offs(notes: Iterable[_Note]) -> list[bytes]:
    return [message.note_off(channel, key) for channel, key in notes]


class Cable:
    """An input or output: the near end, Descant's, and the other one, which may be away. A system adds its own handles.

    ``name``: the port asked for; None leaves it to others to connect.
    """

    def __init__(self, label: str, is_input: bool, name: str | None) -> None:
        self.label = label
        self.is_input = is_input
        self.name = name
        self.own = ""
        """The near end, as others see it."""
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
        """For people: the other end if it was named, else the near one."""
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
        """Make the near end."""

    @abstractmethod
    def join(self, cable: C, other: str) -> None:
        """Connect the near end to the port called ``other``, which is there."""

    def part(self, cable: C) -> None:
        """The other end has gone: let go of what was left of it."""

    @abstractmethod
    def close(self, cable: C) -> None:
        """Nothing travels by the cable any more: take the near end away. Safe for a cable that is half open."""

    def settle(self) -> None:
        """Return when what was joined or taken out of use is so for the driving thread, too."""

    def bare(self, name: str) -> str:
        """``name`` without what changes when a device is plugged in again."""
        return without_numbers(name)
