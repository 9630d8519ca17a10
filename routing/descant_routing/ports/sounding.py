"""The back-end's own last line: what sounds on the wire, so that it can be ended if the effect cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_routing import message

if TYPE_CHECKING:
    from collections.abc import Iterable

_Note = tuple[int, int]  # channel, key


class Sounding:
    """Watches what leaves by one port. The effect's ledger ends the notes; this is for its failure.

    It also knows what a synth that was away has missed: a box that was unplugged while it sounded, or a little
    before anybody noticed, may sound on, and hears the ends when it is back.
    """

    def __init__(self) -> None:
        """Silent."""
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
