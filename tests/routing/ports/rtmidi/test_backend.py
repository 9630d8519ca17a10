"""The RtMidi back-end with ports that are made up: what no machine has all of."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from tests.routing.ports.doubles import Forgetful, Patch, Unmoved, one

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports import threaded
from descant_routing.ports.api import Cables
from descant_routing.ports.rtmidi import backend as rtmidi_backend
from descant_routing.ports.rtmidi.backend import RtMidiBackend
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from descant_routing.ports.api import Backend

MS = 1_000_000
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


class FakePort:
    """Stands for rtmidi.MidiIn and MidiOut."""

    ports: ClassVar[list[str]] = []
    made: ClassVar[list[Any]] = []

    def __init__(self, api: int, name: str = "") -> None:
        self.made.append(self)
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
        assert not self.opened, "python-rtmidi refuses a second port"
        self.opened = (number, name)

    def open_virtual_port(self, name: str) -> None:
        self.opened = (name,)

    def is_port_open(self) -> bool:
        return bool(self.opened)

    def ignore_types(self, *, sysex: bool, timing: bool, active_sense: bool) -> None:
        assert (sysex, timing, active_sense) == (False, False, True)

    def set_callback(self, callback: Callable[[tuple[list[int], float], object], None]) -> None:
        self.callback = callback

    def cancel_callback(self) -> None:
        self.callback = None

    def close_port(self) -> None:
        assert self.callback is None, "closed under a callback: this can lock up the interpreter"
        self.opened = ()
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


class Answering(Unmoved):
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
    monkeypatch.setattr(FakePort, "ports", ["loopMIDI Port 0", "Piano 1"])
    monkeypatch.setattr(FakePort, "made", [])
    monkeypatch.setattr(rtmidi_backend, "load_rtmidi", lambda: FakeRtMidi)


def ends() -> tuple[Any, Any]:
    """The fake input and output that were made last."""
    return FakePort.made[-2], FakePort.made[-1]


def test_virtual_ports_where_the_system_has_them(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi")
    assert [port.opened for port in ends()] == [("Descant in",), ("Descant out",)]
    assert (backend.inputs, backend.outputs) == ({MAIN: "Descant in"}, {MAIN: "Descant out"})
    backend.close()
    assert [port.deleted for port in ends()] == [True, True]


def test_windows_wants_names(fake: None) -> None:
    with pytest.raises(UsageError, match=r"--input \(there are 'loopMIDI Port 0', 'Piano 1'\).*loopMIDI"):
        RtMidiBackend("winmm")
    backend = RtMidiBackend("winmm", one("piano", "loopmidi"))
    assert [port.opened for port in ends()] == [(1, "Descant in"), (0, "Descant out")]
    assert (backend.inputs, backend.outputs) == ({MAIN: "Piano 1"}, {MAIN: "loopMIDI Port 0"})
    backend.close()


def test_kernel_stamps_are_used_where_they_are_true(fake: None) -> None:
    """Two messages of one moment, seen a millisecond apart: ALSA's stamps tell, Windows' are not believed."""
    apart: list[int] = []
    for system in ("alsa-rtmidi", "winmm"):
        backend, driven = RtMidiBackend(system, one("piano", "piano")), Answering()
        source, _ = ends()
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
    _, sink = ends()
    backend.start(Answering(Timed(0, ON)))
    backend.close()
    assert (set(sink.sent[:-1]), sink.sent[-1]) == ({ON}, OFF)


def test_a_cut_cable_is_said(fake: None) -> None:
    backend = RtMidiBackend("alsa-rtmidi")
    _, sink = ends()
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
    source, _ = ends()
    source.wedged = threading.Event()
    backend.start(Answering())
    backend.close()
    assert backend.lost == "ALSA by RtMidi did not let go of its ports within 0.1 s"
    source.wedged.set()


def test_every_cable_keeps_its_label(fake: None) -> None:
    patch = Patch({"keys": "synth", "pads": "click"})
    backend = RtMidiBackend(
        "alsa-rtmidi", Cables({"keys": "piano", "pads": None}, {"synth": "piano", "click": None})
    )
    keys, synth, pads, click = FakePort.made
    backend.start(patch)
    patch.wait_for(lambda: patch.now > 0)
    keys.callback((list(ON), 0.0), None)
    pads.callback((list(OFF), 0.0), None)
    patch.wait_for(lambda: len(patch.heard) == 2)
    backend.close()
    assert sorted((data, port) for _, data, port in patch.heard) == [(OFF, "pads"), (ON, "keys")]
    assert (synth.sent, click.sent) == ([ON, OFF], [OFF])


def test_a_keyboard_that_goes_holds_no_note_and_is_taken_up_again(fake: None) -> None:
    """Windows numbers its devices: the piano is the same though its number is another, and is another's number."""
    patch = Patch({MAIN: MAIN})
    backend = RtMidiBackend("winmm", one("piano", "loopmidi"))
    source, sink = ends()
    backend.start(patch)
    patch.wait_for(lambda: patch.now > 0)
    source.callback((list(ON), 0.0), None)
    patch.wait_for(lambda: len(patch.heard) == 1)
    FakePort.ports[:] = ["loopMIDI Port 0", "Drums 1"]
    backend.look()
    patch.wait_for_told("-")
    assert backend.absent == {MAIN: "Piano 1 is gone: it is taken up again when it is back"}
    assert (source.opened, source.callback) == ((), None)
    FakePort.ports[:] = ["Drums 0", "loopMIDI Port 1", "Piano 2"]
    backend.look()
    patch.wait_for_told("-", "+")
    assert source.opened == (2, "Descant in")
    assert (backend.inputs, backend.outputs) == ({MAIN: "Piano 2"}, {MAIN: "loopMIDI Port 1"})
    source.callback((list(ON), 0.0), None)
    patch.wait_for(lambda: len(patch.heard) == 2)
    backend.close()
    assert sink.sent == [ON, OFF, ON, OFF]
    assert backend.lost is None


def test_a_synth_that_does_not_take_messages_is_waited_for(fake: None) -> None:
    patch = Patch({MAIN: MAIN})
    backend = RtMidiBackend("alsa-rtmidi", one("piano", "piano"))
    source, sink = ends()
    backend.start(patch)
    patch.wait_for(lambda: patch.now > 0)
    source.callback((list(ON), 0.0), None)
    patch.wait_for(lambda: len(patch.heard) == 1)
    sink.broken = True
    source.callback((list(OFF), 0.0), None)
    patch.wait_for_told("-")
    sink.broken = False
    backend.look()
    patch.wait_for_told("-", "+")
    backend.close()
    assert sink.sent == [ON, OFF]
    assert backend.lost is None


def test_rewiring_opens_closes_and_leaves_alone(fake: None) -> None:
    patch = Forgetful({"keys": "synth", "pads": "click"})
    stays = Cables({"keys": None}, {"synth": None})
    backend = RtMidiBackend("alsa-rtmidi", stays)
    keys, synth = FakePort.made
    backend.start(patch)
    patch.wait_for(lambda: patch.now > 0)
    backend.rewire(Cables({"keys": None, "pads": "piano"}, {"synth": None, "click": None}))
    _, _, pads, click = FakePort.made
    late = pads.callback
    pads.callback((list(ON), 0.0), None)
    patch.wait_for(lambda: len(patch.heard) == 1)
    with pytest.raises(UsageError, match="no ALSA by RtMidi output port 'organ'"):
        backend.rewire(Cables({}, {"synth": "organ"}))
    backend.rewire(stays)
    assert click.sent == [ON, OFF]
    assert [port.deleted for port in (keys, synth, pads, click)] == [False, False, True, True]
    late((list(ON), 0.0), None)  # a callback that was still on its way
    keys.callback((list(ON), 0.0), None)
    patch.wait_for(lambda: len(patch.heard) == 2)
    assert patch.heard[1].port == "keys"
    backend.close()
    assert synth.sent == [ON, OFF]


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
