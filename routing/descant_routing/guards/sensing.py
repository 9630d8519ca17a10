"""Active sensing: who has sent it once promises to send something every 300 ms, or the cable is dead."""

from __future__ import annotations

from descant_routing import message

_SENSING = bytes([message.ACTIVE_SENSING])
TIMEOUT = 330_000_000  # ns: 300 ms and the tenth by which MIDI 1.0 lets a sender be late


class SensingWatch:
    """One for each input."""

    def __init__(self) -> None:
        self._last: int | None = None  # when something came, ns; None where nothing was promised

    def feed(self, data: bytes, now: int) -> None:
        """Any message has arrived at ``now`` ns."""
        if self._last is not None or data[:1] == _SENSING:
            self._last = now

    def due(self, now: int) -> bool:
        """Whether the cable has just been found dead: everything held by it is to end. Said once."""
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return False
        self._last = None
        return True

    def next_deadline(self) -> int | None:
        """When ``due`` next has something to say."""
        return None if self._last is None else self._last + TIMEOUT
