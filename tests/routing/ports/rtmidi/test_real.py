"""The RtMidi back-end on a real JACK server, by RtMidi's own JACK: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.routing.conftest import Keyboard

from descant_routing import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.routing.conftest import Ear, Server

    Start = Callable[..., "Child"]

ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


class Child:
    """child.py: the back-end in its own process."""

    def __init__(self, server: Server, *names: str) -> None:
        script = Path(__file__).with_name("child.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), *names],
            env={**os.environ, "JACK_DEFAULT_SERVER": server.name},
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


def test_a_keyboard_that_goes_is_missed_and_taken_up_again(
    start: Start, jack_server: Server, ear: Ear
) -> None:
    keyboard = Keyboard(jack_server)
    child = start("keys", "ear")
    keyboard.close()
    assert "keyboard:keys is gone: it is taken up again when it is back" in child.do("absent")
    keyboard = Keyboard(jack_server)
    assert child.do("back") == "{}"
    keyboard.play((0, ON))
    assert [data for _, data in ear.wait_for(3)] == [b"\xb0\x07\x00", b"\xb0\x07\x7f", ON]
    keyboard.close()
