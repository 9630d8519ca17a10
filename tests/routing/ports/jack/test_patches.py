"""What JACK tells of connections, late and in its own thread, as the process thread takes it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from descant_routing.ports.jack.ends import JackCable, JackPort
from descant_routing.ports.jack.patches import JackPatches

OURS = "Descant:keys"


class Client:
    """Calls back when it is told to. Names that begin with Descant are ours."""

    def set_port_registration_callback(self, callback: Any, only_available: bool) -> None:
        assert not only_available, "who is gone already is still news"
        self.registered = callback

    def set_port_connect_callback(self, callback: Any, only_available: bool) -> None:
        assert not only_available
        self.connected = callback

    def owns(self, port: Any) -> bool:
        return str(port.name).startswith("Descant:")


class Board:
    """Stands for the wiring: one input, and what is said of it."""

    def __init__(self, name: str | None = None) -> None:
        self.cable = JackCable("keys", is_input=True, name=name)
        self.cable.end = JackPort(SimpleNamespace(name=OURS), is_input=True)
        self.cable.found = name
        self.said: list[str] = []

    @property
    def every(self) -> list[JackCable]:
        return [self.cable]

    def say(self, cable: JackCable, plugged: bool) -> None:
        self.said.append("+" if plugged else "-")

    def missed(self, cable: JackCable) -> None:
        self.said.append("missed")


def hear(board: Board, *patches: tuple[str | None, bool], cycle: int = 2) -> list[str]:
    """Connections of ours to a port by name, made or gone in cycle 0, as they are heard in ``cycle``."""
    client = Client()
    heard = JackPatches(client)
    for other, connected in patches:
        theirs = None if other is None else SimpleNamespace(name=other)
        client.connected(theirs, SimpleNamespace(name=OURS), connected)
    heard.hear(cycle, board)  # type: ignore[arg-type]
    return board.said


def test_it_is_heard_of_when_it_is_in_force() -> None:
    """A note may still come by a connection that JACK has just said to be gone."""
    assert hear(Board(), ("Keys:out", True), cycle=1) == []
    assert hear(Board(), ("Keys:out", True), cycle=2) == ["+"]


def test_the_last_one_to_leave_is_missed() -> None:
    said = hear(Board(), ("A:out", True), ("B:out", True), ("A:out", False), ("B:out", False))
    assert said == ["+", "+", "-"]


def test_the_one_that_was_named_is_missed_whoever_stays() -> None:
    said = hear(Board("A:out"), ("A:out", True), ("B:out", True), ("A:out", False))
    assert said == ["+", "+", "-"]


def test_what_left_the_port_before_this_one_is_not_missed() -> None:
    """Rewired away and back at once: JACK tells of the old port's end when the new one has its name already."""
    assert hear(Board(), ("Keys:out", False), ("Keys:out", True)) == ["+"]


def test_who_has_left_without_a_name_may_have_been_the_last() -> None:
    assert hear(Board(), ("A:out", True), (None, False)) == ["+", "-"]


def test_a_named_port_that_goes_is_waited_for() -> None:
    client, board = Client(), Board("Keys:out")
    patches = JackPatches(client)
    client.registered(SimpleNamespace(name="Keys:out"), False)
    client.registered(SimpleNamespace(name="Other:out"), False)
    patches.hear(2, board)  # type: ignore[arg-type]
    assert board.said == ["missed"]
    assert patches.ports_gone()
    assert not patches.ports_gone()
