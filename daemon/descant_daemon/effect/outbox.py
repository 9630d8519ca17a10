"""What is to be sent, in the order in which it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from descant_routing.timed import Timed


class Outbox:
    """Notes pair up in the order of decision, so a message decided later is never sent earlier."""

    def __init__(self) -> None:
        """Empty."""
        self._waiting: list[Timed] = []

    def put(self, messages: Iterable[Timed]) -> None:
        """Messages with times of their own."""
        for message in messages:
            last = self._waiting[-1].time if self._waiting else message.time
            self._waiting.append(message if message.time >= last else Timed(last, message.data))

    def send(self, now: int, messages: Sequence[bytes]) -> None:
        """Messages that are due ``now``."""
        if messages:
            self.put([Timed(now, data) for data in messages])

    def take(self) -> Sequence[Timed]:
        """Everything, by time; the box is empty then."""
        taken, self._waiting = self._waiting, []
        return taken
