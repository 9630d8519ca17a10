"""The back-end's own last line: what sounds on the wire, so that it can be ended if the effect cannot."""

from __future__ import annotations

from descant_routing import message


class Sounding:
    """Watches what leaves by one port. The effect's ledger ends the notes; this is for its failure."""

    def __init__(self) -> None:
        """Silent."""
        self._notes: set[tuple[int, int]] = set()

    def watch(self, data: bytes) -> None:
        """``data`` leaves."""
        if message.is_note_on(data):
            self._notes.add((message.channel(data), data[1]))
        elif message.is_note_off(data):
            self._notes.discard((message.channel(data), data[1]))

    def end(self) -> list[bytes]:
        """A note-off for everything that sounds, by channel and key; from now on nothing does."""
        notes = sorted(self._notes)
        self._notes.clear()
        return [message.note_off(channel, key) for channel, key in notes]
