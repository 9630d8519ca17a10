"""Port names as musicians type them, and calls that hang."""

from __future__ import annotations

import threading

import pytest

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.bounded import bounded
from descant_routing.ports.resolve import matches, resolve, without_places

PORTS = ["Launchkey 61:Keys", "Launchkey 61:DAW", "a2j:Roland S-1", "roland s-1 loop", "Keys"]

FOUND = {
    "Keys": "Keys",  # exactly, though it is part of another
    "daw": "Launchkey 61:DAW",
    "ROLAND S-1 L": "roland s-1 loop",
    "a2j": "a2j:Roland S-1",
}


@pytest.mark.parametrize(("name", "port"), FOUND.items())
def test_found(name: str, port: str) -> None:
    assert resolve(name, PORTS) == port


ALSA = ["Keystation:MIDI 1 24:0", "Keystation:MIDI 2 24:1", "a2j:Nano [28] (capture): Nano MIDI 1"]


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("Keystation:MIDI 1 20:0", ALSA[0]),
        ("Keystation:MIDI 2 24:1", ALSA[1]),
        ("a2j:Nano [20] (capture): Nano MIDI 1", ALSA[2]),
    ],
)
def test_numbers_of_yesterday_do_not_matter(name: str, port: str) -> None:
    """ALSA numbers its clients anew whenever they come."""
    assert resolve(name, ALSA) == port


WINDOWS = ["Microsoft GS Wavetable Synth 0", "3- UM-ONE 1", "MIDIIN2 (2- Launchkey MK4) 2", "loopMIDI 2 3"]


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("UM-ONE 0", WINDOWS[1]),  # another socket, and another place in the list
        ("UM-ONE", WINDOWS[1]),
        ("2- UM-ONE 4", WINDOWS[1]),
        ("4- UM-ONE", WINDOWS[1]),
        ("MIDIIN2 (Launchkey MK4) 1", WINDOWS[2]),
        ("MIDIIN2 (3- Launchkey MK4)", WINDOWS[2]),
        ("loopMIDI 2", WINDOWS[3]),
    ],
)
def test_nor_do_those_of_windows(name: str, port: str) -> None:
    assert resolve(name, WINDOWS, bare=without_places) == port


def test_what_windows_numbers_is_only_that() -> None:
    """Names are kept that have numbers of their own."""
    for name in ("3 UM-ONE", "Port 2-3 x", "Launchkey (25 keys)", "a3- b"):
        assert without_places(name) == name
    assert matches("3- UM-ONE", ["UM-ONE 0"], without_places) == ["UM-ONE 0"]


SENTENCES = {
    "keys": "port 'keys' is ambiguous: it could be 'Launchkey 61:Keys', 'Keys'",
    "lunchkey 61": "there is no port 'lunchkey 61'; did you mean 'Launchkey 61:Keys' or 'Launchkey 61:DAW'? ",
    "xyz": "there is no port 'xyz'; there are 'Launchkey 61:Keys', 'Launchkey 61:DAW', 'a2j:Roland S-1'",
    "": "there is no port ''; there are 'Launchkey 61:Keys'",
}


@pytest.mark.parametrize(("name", "sentence"), SENTENCES.items())
def test_not_found(name: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(name, PORTS)
    assert str(caught.value).startswith(sentence)


def test_nothing_there() -> None:
    with pytest.raises(UsageError, match="no input port 'x': there is none at all"):
        resolve("x", [], "input port")


def test_the_same_name_twice_is_one_port() -> None:
    assert resolve("key", ["Keys", "Keys"]) == "Keys"


def test_a_call_that_answers_answers() -> None:
    assert bounded("it", 20, lambda: 7) == 7
    with pytest.raises(KeyError):
        bounded("it", 20, lambda: dict[str, str]()["missing"])


def test_a_call_that_hangs_is_a_sentence() -> None:
    release = threading.Event()
    with pytest.raises(DescantError, match=r"the clock does not answer \(waited 0.05 s\)"):
        bounded("the clock", 0.05, release.wait)
    release.set()
