"""Keys that are buttons: from their press to their release they are nothing else."""

from __future__ import annotations

from descant_routing import message


class KeyButtons:
    """A key is named by its input, its channel and itself."""

    def __init__(self) -> None:
        """All up."""
        self._down: set[tuple[str, int, int]] = set()

    def takes(self, port: str, data: bytes, *, bound: bool) -> bool:
        """Whether a message of a key goes no further; ``bound``: whether it is a button by now.

        What is pressed as a note ends as one, and what is pressed as a button ends as that, whatever it is by then.
        """
        at = port, message.channel(data), data[1]
        if message.is_note_on(data):
            (self._down.add if bound else self._down.discard)(at)
            return bound
        was_down = at in self._down
        if message.is_note_off(data):
            self._down.discard(at)
        return was_down
