"""``descant learn``: at a virtual clock, and through a real JACK server with a keyboard of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.routing.conftest import Keyboard, Server, jack_server, keyboard

from descant_daemon.cli import learn
from descant_daemon.cli.app import main
from descant_daemon.cli.learn import Listener
from descant_daemon.controls.learn_ear import REST, LearnEar
from descant_daemon.settings.preset import load_preset
from descant_daemon.settings.source import Controller, Pair
from descant_routing import message
from descant_routing.ports.api import Backend
from descant_routing.ports.memory import MemoryBackend
from descant_routing.ports.select import Selected
from descant_routing.timed import Timed

__all__ = ["jack_server", "keyboard"]

PRESET = "title: Rag\nmodel: rag\n# mine\ncc:\n  gate: 22   # the left one\n"
MS = 1_000_000
PATIENCE = 20  # s that a program may take


def test_a_knob_is_found_when_it_has_rested_and_nothing_is_sent() -> None:
    backend, listener = MemoryBackend(), Listener(LearnEar())
    backend.start(listener)
    backend.inject(Timed(place * MS, message.control_change(4, 21, place)) for place in range(10))
    backend.run_until(9 * MS + REST - 1)
    assert not listener.done.is_set()
    backend.run_until(9 * MS + REST)
    assert listener.done.is_set()
    assert listener.source == Controller(21)
    backend.run_until(10_000 * MS)
    assert backend.sent == []


def test_through_jack_into_a_file(jack_server: Server, keyboard: Keyboard, tmp_path: Path) -> None:
    """The knob sends 14 bits, and a note when it is touched."""
    path = tmp_path / "preset.yaml"
    path.write_text(PRESET)
    program = subprocess.Popen(
        [sys.executable, "-m", "descant_daemon.cli", "learn", "density", "--into", str(path), "--backend", "jack"],
        env={**os.environ, "JACK_DEFAULT_SERVER": jack_server.name, "JACK_NO_START_SERVER": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert program.stderr is not None
        invitation = program.stderr.readline()
        assert invitation.startswith("Move the knob for density. How many notes"), invitation
        assert "(listening on Descant:in)" in invitation
        keyboard.connect("Descant:in")
        keyboard.play((0, message.note_on(0, 1, 100)))
        for units in range(1000, 9000, 500):
            keyboard.play(
                (0, message.control_change(0, 20, units >> 7)),
                (1, message.control_change(0, 52, units & 127)),
            )
        keyboard.play((0, message.note_off(0, 1)))
        said, told = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
        program.communicate()
    assert (program.returncode, said) == (0, "density: 20+52\n"), told
    assert told == f"Written into {path}. Nothing moves mode any more.\n"  # whose default is 20
    assert path.read_text() == PRESET + "  density: 20+52\n"
    assert load_preset(path).bindings().names[Pair(20, 52)] == "density"


def opens(backend: Backend) -> Callable[..., Selected]:
    def open_backend(*asked: object) -> Selected:
        return Selected(backend, "as asked")

    return open_backend


@pytest.fixture
def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, str]]:
    """Run ``descant learn`` where it must fail: the exit code and what was said."""

    def run(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr("sys.argv", ["descant", "learn", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert said.out == ""
        return left.value.code, said.err

    return run


def test_what_cannot_be_learnt_is_told_before_a_port_is_opened(
    refused: Callable[..., tuple[object, str]], tmp_path: Path
) -> None:
    path = tmp_path / "preset.yaml"
    path.write_text(PRESET)
    assert refused("temprature") == (
        2, "descant: unknown parameter 'temprature' (did you mean 'temperature'?)\n")  # fmt: skip
    assert refused("seed") == (2, "descant: seed cannot be moved by a controller\n")
    assert refused("gate", "--instance", "choir") == (
        2, "descant: --instance says where to write in a rig: name the file with --into\n")  # fmt: skip
    assert refused("gate", "--into", str(tmp_path / "none.yaml")) == (
        1, f"descant: {tmp_path}/none.yaml: cannot be read (No such file or directory)\n")  # fmt: skip
    assert refused("gate", "--backend", "bagpipe")[0] == 2


def test_when_nothing_moves_it_says_where_it_listened(
    refused: Callable[..., tuple[object, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a back-end whose time nobody runs forward."""
    monkeypatch.setattr(learn, "open_backend", opens(MemoryBackend()))
    code, told = refused("capture", "--timeout", "1")
    assert code == 1
    assert told == (
        "Press the button, pad or key for capture. Keeps the last bars, yours and ours, in a file. "
        "(listening on memory in)\n"
        "descant: nothing moved capture within 1 s: does what you moved send controllers, and does it lead to "
        "memory in?\n"
    )


def test_ports_that_are_lost_end_it(
    refused: Callable[..., tuple[object, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = MemoryBackend()
    backend.lose("the JACK server has shut down")
    monkeypatch.setattr(learn, "open_backend", opens(backend))
    code, told = refused("gate")
    assert code == 1
    assert told.endswith("descant: the JACK server has shut down\n")
