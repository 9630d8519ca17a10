"""Doubles of the effect, and a system without anybody in it."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from descant_routing import message
from descant_routing.ports.api import Cables
from descant_routing.ports.cable import Cable, Ends
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PATIENCE = 20  # s after which a test that waits for something has failed


def one(source: str | None = None, sink: str | None = None) -> Cables:
    """One input and one output, from and to whom they lead."""
    return Cables({MAIN: source}, {MAIN: sink})


class Unmoved:
    """An effect that does nothing about cables that come and go, and asks nobody."""

    def settle(self) -> None:
        pass

    def unplugged(self, port: str, now: int) -> None:
        pass

    def plugged(self, port: str, now: int) -> None:
        pass


class Patch:
    """Sends what comes by an input out by an output, and ends what a cable that goes has left sounding.

    ``heard``: what came, once the answer to it has left; ``told``: "-keys" and "+keys" as that cable goes and
    comes. A key that is struck on an input sounds until it is let go or the input is gone; those that sound on an
    output end when that goes.
    """

    def __init__(self, routes: Mapping[str, str]) -> None:
        self.routes = dict(routes)
        self.heard: list[Timed] = []
        self.told: list[str] = []
        self.now = 0
        self._arrived: list[Timed] = []  # in the cycle of which the answer may not have left yet
        self._held: dict[str, set[bytes]] = defaultdict(set)  # input → note-offs to come
        self._ends: list[Timed] = []
        self._news = threading.Condition()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self._tell_heard()
        out, self._ends = self._ends, []
        for at, data, port in arrived:
            self._hold(port, data)
            out.append(Timed(at, data, self.routes[port]))
        self._arrived += arrived
        self.now = until
        return out

    def next_deadline(self) -> int | None:
        self._tell_heard()
        return None

    def settle(self) -> None:
        pass

    def unplugged(self, port: str, now: int) -> None:
        for source, sink in self.routes.items():
            if port in (source, sink):
                self._ends += [Timed(now, data, sink) for data in sorted(self._held.pop(source, set()))]
        self._tell(f"-{port}")

    def plugged(self, port: str, now: int) -> None:
        self._tell(f"+{port}")

    def wait_for(self, wanted: Callable[[], bool]) -> None:
        with self._news:
            if not self._news.wait_for(wanted, PATIENCE):
                pytest.fail(f"it never came to that; heard {self.heard}, told {self.told}")

    def wait_for_told(self, *told: str) -> None:
        self.wait_for(lambda: self.told == [*told])

    def _tell_heard(self) -> None:
        """The last cycle is over, and what it answered has left."""
        with self._news:
            self.heard += self._arrived
            self._arrived = []
            self._news.notify_all()

    def _tell(self, what: str) -> None:
        with self._news:
            self.told.append(what)
            self._news.notify_all()

    def _hold(self, port: str, data: bytes) -> None:
        if message.is_note_on(data):
            self._held[port].add(message.note_off(message.channel(data), data[1]))
        elif message.is_note_off(data):
            self._held[port].discard(message.note_off(message.channel(data), data[1]))


class Forgetful(Patch):
    """Ends nothing by itself."""

    def unplugged(self, port: str, now: int) -> None:
        self._tell(f"-{port}")


class NoEnds(Ends[Cable]):
    """A system in which nobody else is."""

    def cable(self, label: str, is_input: bool, name: str | None) -> Cable:
        return Cable(label, is_input, name)

    def names(self, is_input: bool) -> list[str]:
        return []

    def open(self, cable: Cable) -> None:
        pass

    def join(self, cable: Cable, other: str) -> None:
        raise AssertionError("nobody is there")

    def close(self, cable: Cable) -> None:
        pass
