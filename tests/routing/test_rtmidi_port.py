"""The RtMidi back-end: its stamps and its spin as pure things, itself on a real JACK server."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports import rtmidi_port
from descant_routing.ports.rtmidi_port import RtMidiBackend
from descant_routing.ports.spin import SpinWindow
from descant_routing.ports.stamps import StampMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.routing.conftest import Ear, Keyboard, Server

    from descant_routing.ports.backend import Backend
    from descant_routing.timed import Timed

    Start = Callable[..., "Child"]

MS = 1_000_000
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


# -- stamps --------------------------------------------------------------------------------------------------


def stamped(sent: Sequence[int], delays: Sequence[int]) -> list[int]:
    """The stamps of messages sent at times and seen after delays, less the time of the first."""
    stamps = StampMap()
    before = sent[0]
    out: list[int] = []
    arrival = 0
    for at, delay in zip(sent, delays, strict=True):
        arrival = max(arrival, at + delay)
        out.append(stamps.stamp(arrival, at - before))
        before = at
    return [stamp - sent[0] for stamp in out]


def test_the_quickest_arrival_sets_the_clock_and_delays_vanish() -> None:
    sent = [0, 20 * MS, 40 * MS, 60 * MS, 80 * MS]
    assert stamped(sent, [2 * MS, 0, 3 * MS, 9 * MS, 1 * MS])[1:] == pytest.approx(sent[1:], abs=5000)


def test_a_stamp_too_far_from_the_arrival_is_replaced_by_it() -> None:
    """Bluetooth stamps lie 450 ms off (research/timing.md §1.4)."""
    stamps = StampMap()
    stamps.stamp(1000 * MS, 0)
    assert stamps.stamp(1500 * MS, 10 * MS) == 1500 * MS
    assert stamps.distrusted == 1
    assert stamps.stamp(1510 * MS, 10 * MS) == 1510 * MS
    assert stamps.distrusted == 1


def test_clocks_that_drift_apart_are_followed() -> None:
    """A source whose clock is 40 ppm slow, an hour of it: a plain minimum would end 144 ms off."""
    stamps = StampMap()
    off = [n * 1_000_040 * 1000 - stamps.stamp(n * 1_000_040 * 1000, 1000 * MS) for n in range(3600)]
    assert max(off[10:]) < MS
    assert stamps.distrusted == 0


@given(st.lists(st.tuples(st.integers(0, 1000 * MS), st.integers(0, 100 * MS)), min_size=1))
def test_stamps_are_never_late_and_never_go_back(story: list[tuple[int, int]]) -> None:
    stamps = StampMap()
    arrival = last = sent = 0
    for gap, delay in story:
        sent += gap
        arrival = max(arrival, sent + delay)
        stamp = stamps.stamp(arrival, gap)
        assert last <= stamp <= arrival
        last = stamp


# -- spin ----------------------------------------------------------------------------------------------------


def test_the_spin_is_the_worst_of_the_last_32_sleeps_within_its_cap() -> None:
    spin = SpinWindow()
    assert spin.window == 800_000  # nothing known yet
    for by in [300_000, *[50_000] * 31]:
        spin.overslept(by)
    assert spin.window == 300_000
    spin.overslept(-20)
    assert spin.window == 50_000
    spin.overslept(5 * MS)
    assert spin.window == 800_000


# -- with ports that are made up -----------------------------------------------------------------------------


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
    backend = RtMidiBackend("alsa")
    assert [port.opened for port in ends(backend)] == [("Descant in",), ("Descant out",)]
    assert (backend.input, backend.output, backend.name) == ("Descant in", "Descant out", "ALSA")
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
    for system in ("alsa", "winmm"):
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
    backend = RtMidiBackend("alsa")
    driven = Answering(deadline=backend.now() + 3 * MS)
    backend.start(driven)
    assert driven.cycled.acquire(timeout=20)
    backend.close()


def test_close_ends_what_the_effect_forgot(fake: None) -> None:
    from descant_routing.timed import Timed

    backend = RtMidiBackend("alsa")
    _, sink = ends(backend)
    backend.start(Answering(Timed(0, ON)))
    backend.close()
    assert (set(sink.sent[:-1]), sink.sent[-1]) == ({ON}, OFF)


def test_a_cut_cable_is_said(fake: None) -> None:
    from descant_routing.timed import Timed

    backend = RtMidiBackend("alsa")
    _, sink = ends(backend)
    sink.broken = True
    driven = Answering(Timed(0, ON))
    backend.start(driven)
    backend.wake()
    assert driven.cycled.acquire(timeout=20)
    backend.close()
    assert backend.lost == "Descant out takes no messages any more: cable cut"


def test_a_port_that_wedges_does_not_hold_up_the_exit(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtmidi_port, "_CLOSING", 0.1)
    backend = RtMidiBackend("alsa")
    source, _ = ends(backend)
    source.wedged = threading.Event()
    backend.start(Answering())
    backend.close()
    assert backend.lost == "ALSA did not let go of its ports within 0.1 s"
    source.wedged.set()


def test_a_named_port_that_goes_is_missed(fake: None) -> None:
    backend = RtMidiBackend("alsa", "piano")
    source, _ = ends(backend)
    assert backend.lost is None
    source.ports = []
    assert backend.lost is None, "looked again within the second"
    vars(backend)["_looked"] = time.monotonic_ns() - 2_000_000_000
    assert backend.lost == "Piano 1 is gone: plug it in again, then start Descant again"
    backend.close()


# -- on a real server ----------------------------------------------------------------------------------------


class Child:
    """rtmidi_child.py: the back-end in its own process."""

    def __init__(self, server: Server, *names: str) -> None:
        script = Path(__file__).with_name("rtmidi_child.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), *names],
            env={"JACK_DEFAULT_SERVER": server.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.opened = self.hear()

    def hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def do(self, command: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self.hear()

    def end(self) -> None:
        _, noise = self._process.communicate(timeout=20)
        assert noise == ""
        assert self._process.returncode == 0


@pytest.fixture
def start(jack_server: Server) -> Iterator[Start]:
    children: list[Child] = []

    def start(*names: str) -> Child:
        children.append(Child(jack_server, *names))
        return children[-1]

    yield start
    for child in children:
        child.end()


def test_messages_pass_whole_and_in_order(start: Start, keyboard: Keyboard, ear: Ear) -> None:
    child = start("keys", "ear")
    assert child.opened == "keyboard:keys > ear:ear"
    for velocity in range(1, 101):
        keyboard.play(*[(offset, message.note_on(0, 60, velocity)) for offset in (0, 7, 7, 255)])
    sysex = b"\xf0" + bytes(300) + b"\xf7"
    keyboard.play((0, b"\xf8"))
    keyboard.play((0, sysex))
    assert [data for _, data in ear.wait_for(402)] == [data for _, data in keyboard.played]
    assert child.do("close") == "None"
    assert [data for _, data in ear.wait_for(403)][402:] == [OFF]


def test_its_own_ports_can_be_connected(start: Start, keyboard: Keyboard, ear: Ear) -> None:
    child = start("-", "-")
    assert child.opened == "Descant in > Descant out"
    keyboard.connect("Descant:Descant in")
    ear.connect("Descant-01:Descant out")
    keyboard.play((0, ON))
    assert [data for _, data in ear.wait_for(1)] == [ON]
    assert child.do("close") == "None"
    assert ear.heard[-1][1] == OFF


def test_when_the_effect_fails_its_notes_end(start: Start, keyboard: Keyboard, ear: Ear) -> None:
    child = start("keys", "ear")
    keyboard.play((0, ON))
    ear.wait_for(1)
    keyboard.play((0, message.note_on(0, 127, 1)))
    assert [data for _, data in ear.wait_for(2)] == [ON, OFF]
    assert child.do("lost") == "the effect has failed, its notes were ended: AssertionError: a bug"


def test_a_keyboard_that_goes_is_missed(start: Start, keyboard: Keyboard, ear: Ear) -> None:
    child = start("keys", "-")
    keyboard.close()
    assert child.do("lost") == "keyboard:keys is gone: plug it in again, then start Descant again"


def test_it_is_a_backend(fake: None) -> None:
    backend: Backend = RtMidiBackend("alsa")
    assert not backend.exact_stamps
    backend.close()


def test_no_alsa_here_is_a_sentence_and_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    if Path("/dev/snd/seq").exists():
        backend = RtMidiBackend("alsa")
        backend.close()
    else:
        with pytest.raises(DescantError, match="ALSA cannot be opened on this machine"):
            RtMidiBackend("alsa")
    with pytest.raises(DescantError, match="CoreMIDI is not a MIDI system of this machine"):
        RtMidiBackend("coremidi")
    assert capfd.readouterr() == ("", "")
