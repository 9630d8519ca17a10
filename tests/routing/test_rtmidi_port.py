"""The RtMidi back-end with ports that are made up: what no machine has all of."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports import rtmidi_port, threaded
from descant_routing.ports.rtmidi_port import RtMidiBackend
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from descant_routing.ports.backend import Backend

MS = 1_000_000
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


class FakePort:
    """Stands for rtmidi.MidiIn and MidiOut."""

    def __init__(self, api: int, name: str = "") -> None:
        self.ports = ["loopMIDI Port 0", "Piano 1"]
        self.sent: list[bytes] = []
        self.opened: tuple[object, ...] = ()
        self.callback: Callable[[tuple[list[int], float], object], None] | None = None
        self.broken = False
        self.wedged: threading.Event | None = None
        self.deleted = False

    def get_ports(self) -> list[str]:
        assert not self.deleted, "python-rtmidi crashes here"
        return self.ports

    def open_port(self, number: int, name: str) -> None:
        self.opened = (number, name)

    def open_virtual_port(self, name: str) -> None:
        self.opened = (name,)

    def ignore_types(self, *, sysex: bool, timing: bool, active_sense: bool) -> None:
        assert (sysex, timing, active_sense) == (False, False, True)

    def set_callback(self, callback: Callable[[tuple[list[int], float], object], None]) -> None:
        self.callback = callback

    def cancel_callback(self) -> None:
        self.callback = None

    def close_port(self) -> None:
        assert self.callback is None, "closed under a callback: this can lock up the interpreter"
        if self.wedged is not None:
            self.wedged.wait(20)

    def delete(self) -> None:
        self.deleted = True

    def send_message(self, data: bytes) -> None:
        if self.broken:
            raise FakeRtMidi.RtMidiError("cable cut")
        self.sent.append(data)


class FakeRtMidi:
    """Stands for the module."""

    RtMidiError = type("RtMidiError", (Exception,), {})
    API_LINUX_ALSA, API_WINDOWS_MM = 1, 2
    MidiIn = MidiOut = FakePort

    @staticmethod
    def get_compiled_api() -> list[int]:
        return [1, 2]


class Answering:
    """Every note-on 5 is a cue: the effect does what it is told to."""

    def __init__(self, *answer: Timed, deadline: int | None = None) -> None:
        self.answer: Sequence[Timed] = answer
        self.arrived: list[Timed] = []
        self.deadline = deadline
        self.cycled = threading.Semaphore(0)

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.arrived += arrived
        self.deadline = None
        self.cycled.release()
        return self.answer

    def next_deadline(self) -> int | None:
        return self.deadline


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtmidi_port, "load_rtmidi", lambda: FakeRtMidi)


def ends(backend: RtMidiBackend) -> tuple[Any, Any]:
    """The fake input and output behind a back-end."""
    return vars(backend)["_in"], vars(backend)["_out"]


def test_virtual_ports_where_the_system_has_them(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi")
    assert [port.opened for port in ends(backend)] == [("Descant in",), ("Descant out",)]
    assert (backend.input, backend.output, backend.name) == ("Descant in", "Descant out", "ALSA by RtMidi")
    backend.close()
    assert [port.deleted for port in ends(backend)] == [True, True]


def test_windows_wants_names(fake: None) -> None:
    with pytest.raises(UsageError, match=r"--input \(there are 'loopMIDI Port 0', 'Piano 1'\).*loopMIDI"):
        RtMidiBackend("winmm")
    backend = RtMidiBackend("winmm", "piano", "loopmidi")
    assert [port.opened for port in ends(backend)] == [(1, "Descant in"), (0, "Descant out")]
    assert (backend.input, backend.output) == ("Piano 1", "loopMIDI Port 0")
    backend.close()


def test_kernel_stamps_are_used_where_they_are_true(fake: None) -> None:
    """Two messages of one moment, seen a millisecond apart: ALSA's stamps tell, Windows' are not believed."""
    apart: list[int] = []
    for system in ("alsa-rtmidi", "winmm"):
        backend, driven = RtMidiBackend(system, "piano", "piano"), Answering()
        source, _ = ends(backend)
        backend.start(driven)
        backend.wake()
        assert driven.cycled.acquire(timeout=20)  # what came before the first cycle would be past
        seen = time.monotonic_ns()
        source.callback((list(ON), 1.0), None)
        while time.monotonic_ns() < seen + MS:
            pass
        source.callback((list(OFF), 0.0), None)
        backend.close()
        first, second = driven.arrived
        assert (first.data, second.data) == (ON, OFF)
        apart.append(second.time - first.time)
    assert apart[0] == 0
    assert apart[1] >= MS // 2


def test_a_deadline_brings_a_cycle_by_itself(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi")
    driven = Answering(deadline=backend.now() + 3 * MS)
    backend.start(driven)
    assert driven.cycled.acquire(timeout=20)
    backend.close()


def test_close_ends_what_the_effect_forgot(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi")
    _, sink = ends(backend)
    backend.start(Answering(Timed(0, ON)))
    backend.close()
    assert (set(sink.sent[:-1]), sink.sent[-1]) == ({ON}, OFF)


def test_a_cut_cable_is_said(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi")
    _, sink = ends(backend)
    sink.broken = True
    driven = Answering(Timed(0, ON))
    backend.start(driven)
    backend.wake()
    assert driven.cycled.acquire(timeout=20)
    backend.close()
    assert backend.lost == "Descant out takes no messages any more: cable cut"


def test_a_port_that_wedges_does_not_hold_up_the_exit(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threaded, "_CLOSING", 0.1)
    backend = RtMidiBackend("alsa-rtmidi")
    source, _ = ends(backend)
    source.wedged = threading.Event()
    backend.start(Answering())
    backend.close()
    assert backend.lost == "ALSA by RtMidi did not let go of its ports within 0.1 s"
    source.wedged.set()


def test_a_named_port_that_goes_is_missed(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi", "piano")
    source, _ = ends(backend)
    assert backend.lost is None
    source.ports = []
    assert backend.lost is None, "looked again within the second"
    vars(backend)["_looked"] = time.monotonic_ns() - 2_000_000_000
    assert backend.lost == "Piano 1 is gone: plug it in again, then start Descant again"
    backend.close()


def test_it_is_a_backend(fake: None) -> None:
    backend: Backend = RtMidiBackend("alsa-rtmidi")
    assert not backend.periodic
    backend.close()


def test_no_alsa_here_is_a_sentence_and_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    if Path("/dev/snd/seq").exists():
        backend = RtMidiBackend("alsa-rtmidi")
        backend.close()
    else:
        with pytest.raises(DescantError, match="ALSA by RtMidi cannot be opened on this machine"):
            RtMidiBackend("alsa-rtmidi")
    with pytest.raises(DescantError, match="CoreMIDI by RtMidi is not a MIDI system of this machine"):
        RtMidiBackend("coremidi-rtmidi")
    assert capfd.readouterr() == ("", "")
