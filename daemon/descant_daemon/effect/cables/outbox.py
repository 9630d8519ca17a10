"""What is to be sent, in the order in which it was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from descant_routing.timed import MAIN, Timed


class Outbox:
    """Notes pair up in the order of decision, so a message decided later is never sent earlier.

    What is for an output that is unplugged goes nowhere.
    """

    def __init__(self) -> None:
        self._waiting: list[Timed] = []
        self._unplugged: set[str] = set()

    def unplug(self, port: str) -> None:
        """Nothing leaves by this output until it is back."""
        self._unplugged.add(port)
        self._waiting = [each for each in self._waiting if each.port != port]

    def plug(self, port: str) -> None:
        """It is back."""
        self._unplugged.discard(port)

    def put(self, messages: Iterable[Timed], port: str = MAIN) -> None:
        """Messages with times of their own, for the output ``port``."""
        if port in self._unplugged:
            return
        for time, data, _ in messages:
            last = self._waiting[-1].time if self._waiting else time
            self._waiting.append(Timed(max(time, last), data, port))

    def send(self, now: int, messages: Iterable[bytes], port: str = MAIN) -> None:
        """Messages that are due ``now``."""
        self.put([Timed(now, data) for data in messages], port)

    def send_each(self, now: int, sent: Iterable[tuple[str, bytes]]) -> None:
        """Messages that are due ``now``, each with its output."""
        for port, data in sent:
            self.put([Timed(now, data)], port)

    def send_to(self, ports: Collection[str], now: int, messages: Sequence[bytes]) -> None:
        """The same for several outputs."""
        for port in ports:
            self.send(now, messages, port)

    def take(self) -> Sequence[Timed]:
        """Everything, by time; the box is empty then."""
        taken, self._waiting = self._waiting, []
        return taken


class Outlet:
    """The outbox as an instance sees it: everything goes to its output."""

    def __init__(self, outbox: Outbox, port: str) -> None:
        """``port``: label of the output."""
        self._outbox = outbox
        self.port = port

    def put(self, messages: Iterable[Timed]) -> None:
        """See ``Outbox``."""
        self._outbox.put(messages, self.port)

    def send(self, now: int, messages: Iterable[bytes]) -> None:
        """See ``Outbox``."""
        self._outbox.send(now, messages, self.port)
