"""What MIDI is here, and the choice among it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports import catalogue, ladder
from descant_routing.ports.catalogue import MidiSystem, systems
from descant_routing.ports.ladder import open_backend

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
    jack, alsa = systems("linux")
    assert (jack.available, jack.reason) == (False, "no server is running")
    assert "start JACK" in jack.advice
    assert (alsa.available, alsa.reason) == (False, "the kernel's MIDI sequencer (/nowhere/seq) is not there")
    assert "modprobe snd-seq" in alsa.advice
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
    alsa = systems("linux")[1]
    assert (alsa.available, alsa.reason) == (False, "no client")
    assert capfd.readouterr() == ("", "")


def test_the_other_platforms(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [system.key for system in systems("darwin")] == ["jack", "coremidi"]
    coremidi = systems("darwin")[1]
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
    backend = open_backend("auto")
    assert backend.name == "JACK"
    backend.close()


def test_an_unknown_back_end() -> None:
    with pytest.raises(UsageError, match="no back-end 'pulse': there are auto, jack, alsa, coremidi, winmm"):
        open_backend("pulse")


def test_the_ladder_goes_down_to_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[MidiSystem]:
        return [MidiSystem("jack", "JACK", available=False, reason=""), MidiSystem("alsa", "A", True, "")]

    opened: list[tuple[str | None, ...]] = []
    monkeypatch.setattr(ladder, "systems", found)
    monkeypatch.setattr(ladder, "RtMidiBackend", lambda *names: opened.append(names))  # pyright: ignore[reportUnknownLambdaType]
    open_backend(None, "keys", "synth")
    assert opened == [("alsa", "keys", "synth")]
