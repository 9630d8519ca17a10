"""What MIDI is here, and the choice among it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.alsa.kernel import Kernel
from tests.routing.ports.alsa.library import MODULES, Library
from tests.routing.ports.doubles import one

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports import catalogue, select
from descant_routing.ports.alsa.queue import QueueTimer
from descant_routing.ports.catalogue import MidiSystem, systems
from descant_routing.ports.select import BACKENDS, open_backend

if TYPE_CHECKING:
    from tests.routing.conftest import Ear, Keyboard, Server


class FakeMidi:
    """Stands for rtmidi.MidiIn: ports without a system."""

    ports: tuple[str, ...] = ()

    def __init__(self, api: int, name: str) -> None:
        os.write(2, b"ALSA lib: noise\n")  # past sys.stderr, as a library in C writes
        if api == 0:
            raise FakeRtMidi.RtMidiError("no client")

    def get_ports(self) -> list[str]:
        return list(self.ports)

    def delete(self) -> None:
        pass


class FakeIn(FakeMidi):
    ports = ("Piano", "loopMIDI 1")


class FakeOut(FakeMidi):
    ports = ("Synth",)


class FakeRtMidi:
    """Stands for the module on a machine with all systems, of which ALSA refuses."""

    RtMidiError = type("RtMidiError", (Exception,), {})
    API_LINUX_ALSA, API_MACOSX_CORE, API_WINDOWS_MM = 0, 1, 2
    MidiIn, MidiOut = FakeIn, FakeOut


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "load_rtmidi", lambda: FakeRtMidi)


@pytest.fixture
def no_jack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")


@pytest.fixture
def no_alsa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_SEQUENCER", Path("/nowhere/seq"))


@pytest.fixture
def our_jack(jack_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)


def test_a_jack_server_and_its_ports(our_jack: None, keyboard: Keyboard, ear: Ear) -> None:
    assert systems("linux")[0] == MidiSystem(
        "jack",
        "JACK",
        available=True,
        reason="a server is running: 44100 Hz, 256 frames (5.8 ms)",
        inputs=("keyboard:keys",),
        outputs=("ear:ear",),
    )


def test_nothing_at_all(no_jack: None, no_alsa: None, capfd: pytest.CaptureFixture[str]) -> None:
    jack, alsa, by_rtmidi = systems("linux")
    assert (jack.available, jack.reason) == (False, "no server is running")
    assert "start JACK" in jack.advice
    assert (alsa.available, alsa.reason) == (False, "the kernel's MIDI sequencer (/nowhere/seq) is not there")
    assert "modprobe snd-seq" in alsa.advice
    assert (by_rtmidi.key, by_rtmidi.reason) == ("alsa-rtmidi", alsa.reason)
    with pytest.raises(
        DescantError, match=r"no MIDI system .*JACK: no server.*ALSA: .*`descant demo` needs none"
    ):
        open_backend()
    assert capfd.readouterr() == ("", "")


def test_a_sequencer_that_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer = tmp_path / "seq"
    sequencer.touch()
    monkeypatch.setattr(catalogue, "_SEQUENCER", sequencer)
    monkeypatch.setattr("os.access", lambda path, mode: False)  # pyright: ignore[reportUnknownLambdaType]
    alsa = systems("linux")[1]
    assert not alsa.available
    assert "group audio" in alsa.advice


def test_a_system_that_refuses(
    fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sequencer = tmp_path / "seq"
    sequencer.touch()
    monkeypatch.setattr(catalogue, "_SEQUENCER", sequencer)
    alsa = systems("linux")[2]
    assert (alsa.available, alsa.reason) == (False, "no client")
    assert capfd.readouterr() == ("", "")


def test_the_other_platforms(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [system.key for system in systems("darwin")] == ["jack", "coremidi", "coremidi-rtmidi"]
    coremidi = systems("darwin")[2]
    assert (coremidi.available, coremidi.inputs, coremidi.outputs) == (True, FakeIn.ports, FakeOut.ports)
    (windows,) = systems("win32")
    assert windows.available
    assert windows.reason == "name one input and one output port"
    monkeypatch.setattr(FakeOut, "ports", ())
    (windows,) = systems("win32")
    assert not windows.available
    assert "loopMIDI" in windows.advice


def test_it_can_be_printed() -> None:
    assert set(asdict(systems()[0])) == {
        *("key", "title", "available", "reason", "advice", "inputs", "outputs"),
    }


def test_jack_is_the_first_choice_where_it_runs(our_jack: None) -> None:
    backend = open_backend("auto").backend
    assert backend.name == "JACK"
    backend.close()


def test_an_unknown_back_end() -> None:
    with pytest.raises(
        UsageError, match="no back-end 'pulse': there are auto, jack, alsa, alsa-rtmidi, coremidi"
    ):
        open_backend("pulse")


def test_the_best_that_opens_is_taken_and_says_why_no_better_one(
    no_jack: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fake:
        name, timing = "ALSA by RtMidi", "by hand"

        def __init__(self, *what: object) -> None:
            self.what = what

    def refuse(*what: object) -> None:
        raise DescantError("ALSA gave no queue: it is Sunday; come back")

    monkeypatch.setattr(select, "AlsaBackend", refuse)
    monkeypatch.setattr(select, "RtMidiBackend", Fake)
    chosen = open_backend(None, one("keys", "synth"), platform="linux")
    assert vars(chosen.backend)["what"] == ("alsa-rtmidi", one("keys", "synth"))
    assert chosen.why == (
        "ALSA by RtMidi: by hand; not ALSA: ALSA gave no queue: it is Sunday; "
        "not JACK: no JACK server is running"
    )
    assert open_backend("alsa-rtmidi").why == "ALSA by RtMidi, as asked: by hand"


def test_a_port_that_is_not_there_is_not_looked_for_on_another_rung(our_jack: None) -> None:
    with pytest.raises(UsageError, match="no JACK input port 'organ'"):
        open_backend("auto", one("organ"))


def test_every_backend_can_be_asked_for_by_name(no_jack: None, no_alsa: None) -> None:
    """Each name leads to its own back-end; on this machine most then say that they are not here."""
    for platform in ("linux", "darwin", "win32"):
        assert {system.key for system in systems(platform)} <= set(BACKENDS)
    said: list[str] = []
    for name in BACKENDS[1:]:
        try:
            open_backend(name).backend.close()
        except DescantError as error:
            said.append(str(error))
    assert len(set(said)) == len(said), "two names that lead to one back-end"


def test_alsas_queue_and_its_timer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer = tmp_path / "seq"
    sequencer.touch()
    monkeypatch.setattr(catalogue, "_SEQUENCER", sequencer)
    for module in MODULES:
        monkeypatch.setattr(module, "alsa", Library(Kernel()))
    monkeypatch.setattr(catalogue, "queue_timer", lambda queue: QueueTimer(f"HR timer {queue}", 160_000))  # pyright: ignore[reportUnknownLambdaType]
    alsa = systems("linux")[1]
    assert alsa.available
    assert "by its HR timer 5, every 0.16 ms" in alsa.reason
    assert "not yet tried on hardware" in alsa.reason
    assert alsa.inputs == ("Keystation:Keystation MIDI 1 20:0",)
    assert alsa.outputs == ("Prophet:Prophet MIDI 1 24:0",)
