"""OSC in and out, against the library's own client and server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

from descant_daemon.live.control.control_link import Outlets
from descant_daemon.live.control.osc import OscInlet, OscOutlet
from descant_daemon.live.control.panel import Command
from descant_routing.errors import DescantError

STATUS = {"late": 0, "staleness": 0, "bar": 1, "beat": 1, "bpm": None}


@pytest.fixture
def inlet() -> Iterator[OscInlet]:
    made = OscInlet(0)
    yield made
    made.close()


def commands(inlet: OscInlet) -> list[Command]:
    return inlet.commands(time.monotonic() + 10)


def send(inlet: OscInlet, address: str, *values: Any) -> None:
    with closing(SimpleUDPClient("127.0.0.1", inlet.port)) as client:
        client.send_message(address, list(values))


@pytest.mark.parametrize(
    ("address", "value", "command"),
    [
        ("/descant/temperature", 0.5, {"set": {"temperature": 0.5}}),
        ("/descant/voices", 3.0, {"set": {"voices": 3}}),
        ("/descant/thru", 0, {"set": {"thru": False}}),
        ("/descant/thru", True, {"set": {"thru": True}}),
        ("/descant/mode", "free", {"set": {"mode": "free"}}),
        ("/descant/panic", 1, {"panic": True}),
        ("/descant/tap", 1.0, {"tap": True}),
        ("/descant/capture", 1, {"capture": True}),
    ],
)
def test_what_comes_in(inlet: OscInlet, address: str, value: Any, command: Command) -> None:
    send(inlet, address, value)
    assert commands(inlet) == [command]
    assert inlet.complaints() == []


def test_styles_come_by_name_and_a_name_that_the_model_has_not_is_said() -> None:
    with closing(OscInlet(0, ("chorale", "rag"))) as inlet:
        send(inlet, "/descant/style", "rag")
        assert commands(inlet) == [{"set": {"style": "rag"}}]
        send(inlet, "/descant/morph_to", "polka")
        assert commands(inlet) == []
        assert inlet.complaints() == ["OSC: morph_to must be chorale or rag, not 'polka'"]


def test_a_button_that_is_let_go_does_nothing(inlet: OscInlet) -> None:
    send(inlet, "/descant/panic", 0)
    assert commands(inlet) == []


@pytest.mark.parametrize(
    ("address", "values", "sentence"),
    [
        ("/descant/temprature", [1.0], "did you mean 'temperature'"),
        ("/descant/voices", [99], "voices must be a whole number from 0 to 16"),
        ("/descant/voices", [1, 2], "/descant/voices takes one value, not 2"),
        ("/other/voices", [1], "all is under /descant/"),
        ("/descant/mode", ["swing"], "mode must be free or harmonise or instant or respond"),
    ],
)
def test_what_is_wrong_is_said_once_in_a_sentence(
    inlet: OscInlet, address: str, values: list[Any], sentence: str
) -> None:
    send(inlet, address, *values)
    assert commands(inlet) == []
    (complaint,) = inlet.complaints()
    assert sentence in complaint
    assert inlet.complaints() == []


@pytest.mark.parametrize(
    "packet", [b"", b"\xff" * 40, b"/descant/voices\x00,i", b"#bundle\x00junk", bytes(60000)]
)
def test_nonsense_does_no_harm(inlet: OscInlet, packet: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(packet, ("127.0.0.1", inlet.port))
    send(inlet, "/descant/voices", 2)
    assert commands(inlet) == [{"set": {"voices": 2}}]


def test_of_a_flood_the_last_value_of_each_parameter_passes(inlet: OscInlet) -> None:
    for number in range(50):  # what a socket holds even where its buffer is small
        send(inlet, "/descant/velocity", 51 + number)
        send(inlet, "/descant/density", 1.0)
    got: dict[str, Any] = {}
    count = 0
    while got.get("velocity") != 100:
        for command in commands(inlet):
            got |= command["set"]
            count += 1
    assert got == {"velocity": 100, "density": 1.0}
    assert count < 20


def test_control_is_told_where_to_listen_whom_to_tell_and_the_styles() -> None:
    outlets = Outlets(osc_in=("127.0.0.1", 9000), osc_out=("::1", 9001), styles=("chorale", "rag"))
    assert Outlets.decode(outlets.encode()) == outlets
    assert Outlets.decode(Outlets().encode()) == Outlets()


def test_a_port_that_is_taken_is_said(inlet: OscInlet) -> None:
    with pytest.raises(DescantError, match=f"OSC port {inlet.port} cannot be opened"):
        OscInlet(inlet.port)


def test_only_what_changes_goes_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10)
        outlet = OscOutlet("127.0.0.1", ear.getsockname()[1])
        outlet.show(STATUS)
        outlet.show(STATUS)
        outlet.show(STATUS | {"late": 2, "bpm": 119.5})
        outlet.close()
        heard = [OscMessage(ear.recv(1000)) for _ in range(6)]
    told = [(message.address, *message) for message in heard]
    assert told == [
        ("/descant/late", 0), ("/descant/staleness", 0), ("/descant/bar", 1), ("/descant/beat", 1),
        ("/descant/late", 2), ("/descant/bpm", 119.5),
    ]  # fmt: skip


def test_the_other_actions_and_a_single_instance_are_reached() -> None:
    made = OscInlet(0)
    send(made, "/descant/variation_up")
    send(made, "/descant/freeze", 0)
    send(made, "/descant/2/voices", 3)
    heard: list[Command] = []
    while len(heard) < 2:
        heard += commands(made)
    send(made, "/descant/choir/voices", 3)
    while not (complaints := made.complaints()):
        commands(made)
    made.close()
    assert sorted(heard, key=str) == [{"act": "variation_up"}, {"set": {"2/voices": 3}}]
    assert "there is no instance 'choir'" in complaints[0]


def test_each_instance_is_told_of_by_its_number() -> None:
    instance = {"preset": "hymn", "mode": "free", "state": "playing", "next": [60, 64], "chord": "C/E"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10)
        outlet = OscOutlet("127.0.0.1", ear.getsockname()[1])
        outlet.show(STATUS | {"instances": [instance]})
        outlet.show(STATUS | {"instances": [instance | {"next": []}]})
        outlet.close()
        heard = [OscMessage(ear.recv(1000)) for _ in range(10)]
    told = [(message.address, *message) for message in heard][4:]
    assert told == [
        ("/descant/1/preset", "hymn"), ("/descant/1/mode", "free"), ("/descant/1/state", "playing"),
        ("/descant/1/next", 60, 64), ("/descant/1/chord", "C/E"), ("/descant/1/next",),
    ]  # fmt: skip
