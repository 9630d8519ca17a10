"""JACK's transport as the back-end tells it, on a real server, beside what another client sees of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.routing.ports.doubles import PATIENCE, Unmoved

from descant_routing.ports.jack.backend import JackBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.routing.conftest import Server

    from descant_routing.ports.jack.transport import Transport
    from descant_routing.timed import Timed

RATE, PERIOD = 44100, 256
ROLLING = 1  # jack/transport.h


class Reader(Unmoved):
    """An effect that does nothing but ask, once a cycle."""

    def __init__(self, backend: JackBackend) -> None:
        self._backend = backend
        self.seen: list[tuple[int, Transport]] = []  # (the cycle's end, ns; what was told)
        self._news = threading.Condition()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        with self._news:
            self.seen.append((until, self._backend.transport()))
            self._news.notify_all()
        return ()

    def next_deadline(self) -> int | None:
        return None

    def wait_for(self, wanted: Callable[[Transport], bool]) -> Transport:
        """The next that is as wanted, and two more cycles for whoever else looks on."""
        with self._news:
            begin = len(self.seen)
            found: list[int] = []

            def come() -> bool:
                found[:] = [at for at in range(begin, len(self.seen)) if wanted(self.seen[at][1])][:1]
                return bool(found) and len(self.seen) > found[0] + 2

            assert self._news.wait_for(come, PATIENCE), self.seen[-1:]
            return self.seen[found[0]][1]


class Conductor:
    """Another client: it starts, stops and moves the transport, and writes down what it sees of it."""

    def __init__(self, server: Server) -> None:
        self.client: Any = server.client("conductor")
        self.seen: dict[int, tuple[bool, int]] = {}  # the cycle's first frame → (rolling, transport's frame)
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, frames: int) -> None:
        state, position = self.client.transport_query_struct()
        self.seen[self.client.last_frame_time] = state == ROLLING, position.frame

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()


@pytest.fixture
def conductor(jack_server: Server) -> Iterator[Conductor]:
    conductor = Conductor(jack_server)
    yield conductor
    conductor.close()


@pytest.fixture
def reader(jack_server: Server) -> Iterator[Reader]:
    backend = JackBackend(server=jack_server.name)
    reader = Reader(backend)
    backend.start(reader)
    yield reader
    backend.close()


def test_it_starts_moves_and_stops_in_the_very_cycle_in_which_others_see_it(
    conductor: Conductor, reader: Reader
) -> None:
    assert not reader.wait_for(lambda _: True).rolling
    conductor.client.transport_start()
    reader.wait_for(lambda now: now.rolling)
    conductor.client.transport_frame = 1_000_000
    assert reader.wait_for(lambda now: now.rolling and now.seconds > 20).quarters is None
    conductor.client.transport_stop()
    reader.wait_for(lambda now: not now.rolling)
    compared = set()
    for end, told in list(reader.seen):
        seen = conductor.seen.get(round(end * RATE / 1e9) - PERIOD)
        if seen is not None:
            assert (told.rolling, round(told.seconds * RATE)) == seen
            compared.add((told.rolling, told.seconds > 20))
    assert compared == {(False, False), (True, False), (True, True), (False, True)}


def test_its_time_is_that_of_the_cycle_s_first_frame(reader: Reader) -> None:
    reader.wait_for(lambda _: True)
    for end, told in list(reader.seen):
        assert round(told.time * RATE / 1e9) == round(end * RATE / 1e9) - PERIOD


def test_a_timebase_master_s_bars_are_told_in_quarters(conductor: Conductor, reader: Reader) -> None:
    """6/8 at 200 eighths a minute: bar 3, the fifth eighth, a third of it past is 2·3 + 2 + 1/6 quarters."""

    @conductor.client.set_timebase_callback  # type: ignore[untyped-decorator]
    def tell(_state: int, _frames: int, position: Any, _new: bool) -> None:
        position.valid = 0x10  # JackPositionBBT
        position.bar, position.beat, position.tick = 3, 5, 320
        position.bar_start_tick = 2 * 6 * 960
        position.beats_per_bar, position.beat_type, position.ticks_per_beat = 6.0, 8.0, 960.0
        position.beats_per_minute = 200.0

    told = reader.wait_for(lambda now: now.quarters is not None)
    assert told.quarters == pytest.approx(6 + 2 + 1 / 6)
    assert told.bpm == pytest.approx(100)
