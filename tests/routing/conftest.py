"""A real JACK server, and independent clients of it: a keyboard and an ear."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from tests.routing.ports.alsa.kernel import Kernel
from tests.routing.ports.coremidi.mac import Clock, Mac
from tests.routing.ports.doubles import PATIENCE

from descant_routing.ports import threaded
from descant_routing.ports.alsa import backend as alsa_backend
from descant_routing.ports.alsa import ends as alsa_ends
from descant_routing.ports.coremidi import backend as coremidi_backend
from descant_routing.ports.coremidi import ends as coremidi_ends
from descant_routing.ports.coremidi.library import CoreMidi
from descant_routing.ports.inbox import Inbox
from descant_routing.ports.libraries import load_jack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_serial = itertools.count()


class Server:
    """A jackd of our own, with the dummy driver. It waits for its clients: a slow machine loses nothing."""

    def __init__(self, rate: int = 48000, period: int = 256) -> None:
        if shutil.which("jackd") is None:
            pytest.fail("these tests need a real JACK server: install jackd2 (apt install jackd2)")
        self.name = f"descant-test-{os.getpid()}-{next(_serial)}"
        driver = ["-d", "dummy", "-r", str(rate), "-p", str(period)]
        self._process = subprocess.Popen(
            ["jackd", "--no-realtime", "--sync", "--timeout", "5000", "--name", self.name, *driver],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        """Ask for the server until it answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.client("waiting").close()
                break
            except load_jack().JackError:
                if time.monotonic() > deadline:
                    pytest.fail(f"jackd --name {self.name} has not started within {PATIENCE} s")
                time.sleep(0.02)

    def client(self, name: str) -> Any:
        return load_jack().Client(name, no_start_server=True, servername=self.name)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()


class Keyboard:
    """Plays messages at frames: ``play`` gives offsets from the start of the cycle that takes them up."""

    def __init__(self, server: Server, name: str = "keyboard") -> None:
        self._client = server.client(name)
        self._port = self._client.midi_outports.register("keys")
        self.name: str = self._port.name
        self.played: list[tuple[int, bytes]] = []  # (frame, data)
        self._waiting: deque[Sequence[tuple[int, bytes]]] = deque()
        self._cycles = threading.Semaphore(0)
        self._client.set_process_callback(self._process)
        self._client.activate()

    def connect(self, port: str) -> None:
        """Returns when the connection is in force, which takes JACK a cycle."""
        self._client.connect(self.name, port)
        while self._cycles.acquire(blocking=False):
            pass
        for _ in range(3):
            assert self._cycles.acquire(timeout=PATIENCE)

    def disconnect(self, port: str) -> None:
        self._client.disconnect(self.name, port)

    def play(self, *messages: tuple[int, bytes]) -> None:
        self._waiting.append(messages)

    def close(self) -> None:
        self._client.deactivate()
        self._client.close()

    def _process(self, frames: int) -> None:
        self._cycles.release()
        self._port.clear_buffer()
        if self._waiting:
            start = self._client.last_frame_time
            for offset, data in self._waiting.popleft():
                self._port.write_midi_event(offset, data)
                self.played.append((start + offset, data))


class Ear:
    """Hears messages with their frames."""

    def __init__(self, server: Server, name: str = "ear") -> None:
        self._client = server.client(name)
        self._port = self._client.midi_inports.register("ear")
        self.name: str = self._port.name
        self.heard: list[tuple[int, bytes]] = []  # (frame, data)
        self._news = threading.Condition()
        self._client.set_process_callback(self._process)
        self._client.activate()

    def connect(self, port: str) -> None:
        self._client.connect(port, self.name)

    def wait_for(self, count: int) -> list[tuple[int, bytes]]:
        """Everything heard, once that is ``count`` messages; fails when they do not come."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.heard) >= count, PATIENCE):
                pytest.fail(f"waited for {count} messages, heard {self.heard}")
        return self.heard

    def close(self) -> None:
        self._client.deactivate()
        self._client.close()

    def _process(self, frames: int) -> None:
        start = self._client.last_frame_time
        news = [(start + offset, bytes(data)) for offset, data in self._port.incoming_midi_events()]
        if news:
            with self._news:
                self.heard += news
                self._news.notify_all()


@pytest.fixture
def jack_server() -> Iterator[Server]:
    server = Server(rate=44100)  # at 48000 a frame is nearly a whole number of ns: too easy
    yield server
    server.stop()


@pytest.fixture
def keyboard(jack_server: Server) -> Iterator[Keyboard]:
    keyboard = Keyboard(jack_server)
    yield keyboard
    keyboard.close()


@pytest.fixture
def ear(jack_server: Server) -> Iterator[Ear]:
    ear = Ear(jack_server)
    yield ear
    ear.close()


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """ALSA on a kernel that is made up, whose clock is everybody's."""
    from tests.routing.ports.alsa.library import MODULES, Library

    kernel = Kernel()
    for module in MODULES:
        monkeypatch.setattr(module, "alsa", Library(kernel))
    for module in (alsa_backend, alsa_ends, threaded):
        monkeypatch.setattr(module, "time", kernel)
    monkeypatch.setattr(alsa_backend, "select", kernel)
    return kernel


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (coremidi_backend, coremidi_ends, threaded):
        monkeypatch.setattr(module, "time", clock)
    sleep = Inbox[object].wait

    def wait(inbox: Inbox[object], seconds: float | None) -> None:
        if seconds is None:
            sleep(inbox, 20)
        elif not inbox.has_news():
            clock.sleep(seconds)

    monkeypatch.setattr(Inbox, "wait", wait)
    return clock


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> Mac:
    mac = Mac()
    api = CoreMidi(mac.midi, mac.foundation, mac.system, mac.constant)
    monkeypatch.setattr(coremidi_backend, "load_coremidi", lambda: api)
    return mac
