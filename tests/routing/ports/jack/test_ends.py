"""Several cables of one JACK client: labels and frames, plugs that are pulled, rewiring while playing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.routing.conftest import Ear, Keyboard
from tests.routing.ports.doubles import PATIENCE, Forgetful, Patch, one

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.api import Cables
from descant_routing.ports.jack.backend import JackBackend
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.routing.conftest import Server

    Open = Callable[[Cables, Patch], JackBackend]
    Player = Callable[[str], Keyboard]
    Listener = Callable[[str], Ear]

PERIOD = 256
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)
RATE = 44100


@pytest.fixture
def play(jack_server: Server) -> Iterator[Open]:
    """``play(cables, patch)`` is a back-end that plays; it is closed at the end."""
    backends: list[JackBackend] = []

    def play(cables: Cables, patch: Patch) -> JackBackend:
        backends.append(JackBackend(cables, server=jack_server.name))
        backends[-1].start(patch)
        return backends[-1]

    yield play
    for backend in backends:
        backend.close()


@pytest.fixture
def player(jack_server: Server) -> Iterator[Player]:
    players: list[Keyboard] = []

    def player(name: str) -> Keyboard:
        players.append(Keyboard(jack_server, name))
        return players[-1]

    yield player
    for each in players:
        each.close()


@pytest.fixture
def listener(jack_server: Server) -> Iterator[Listener]:
    ears: list[Ear] = []

    def listener(name: str) -> Ear:
        ears.append(Ear(jack_server, name))
        return ears[-1]

    yield listener
    for each in ears:
        each.close()


def look_until(backend: JackBackend, wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < deadline, backend.absent
        backend.look()
        time.sleep(0.005)


def datas(ear: Ear) -> list[bytes]:
    return [data for _, data in ear.heard]


def test_every_cable_keeps_its_label_and_every_message_its_frame(
    play: Open, player: Player, listener: Listener
) -> None:
    keys, pads, synth, click = player("keys"), player("pads"), listener("synth"), listener("click")
    patch = Patch({"keys": "synth", "pads": "click"})
    backend = play(
        Cables({"keys": "keys:", "pads": "pads:"}, {"synth": "synth:ear", "click": "click:"}), patch
    )
    assert backend.inputs == {"keys": "keys:keys → Descant:keys", "pads": "pads:keys → Descant:pads"}
    assert backend.outputs == {"synth": "Descant:synth → synth:ear", "click": "Descant:click → click:ear"}
    for velocity in range(1, 101):
        keys.play(*[(offset, message.note_on(0, 60, velocity)) for offset in (3, 9, 200)])
        pads.play(*[(offset, message.note_on(9, 36, velocity)) for offset in (0, 9, 255)])
    assert synth.wait_for(300) == keys.played
    assert click.wait_for(300) == pads.played
    patch.wait_for(lambda: len(patch.heard) == 600)
    assert [each.time for each in patch.heard] == sorted(each.time for each in patch.heard)
    for name, source in (("keys", keys), ("pads", pads)):
        assert [data for _, data, port in patch.heard if port == name] == [data for _, data in source.played]


def test_what_is_for_nobody_is_dropped_and_counted(play: Open, player: Player, listener: Listener) -> None:
    keys, synth = player("keys"), listener("synth")
    patch = Patch({MAIN: "nowhere"})
    backend = play(one("keys:", "synth:"), patch)
    keys.play((0, ON))
    patch.wait_for(lambda: len(patch.heard) == 1)
    patch.routes[MAIN] = MAIN
    keys.play((0, OFF))
    assert [data for _, data in synth.wait_for(1)] == [OFF]
    assert backend.facts()["dropped"] == 1


def test_a_keyboard_that_goes_holds_no_note_and_is_taken_up_again(
    play: Open, player: Player, listener: Listener, jack_server: Server
) -> None:
    other, synth = player("other"), listener("synth")
    keys = Keyboard(jack_server, "keys")
    patch = Patch({"keys": "synth", "more": "synth"})
    backend = play(Cables({"keys": "keys:", "more": "other:"}, {"synth": "synth:"}), patch)
    keys.play((0, ON))
    synth.wait_for(1)
    keys.close()
    assert [data for _, data in synth.wait_for(2)] == [ON, OFF]
    look_until(backend, lambda: bool(backend.absent))
    assert backend.absent == {"keys": "keys:keys is gone: it is taken up again when it is back"}
    other.play((5, ON))
    assert synth.wait_for(3)[2] == other.played[0], "the other cable plays on"
    keys = player("keys")
    look_until(backend, lambda: not backend.absent)
    patch.wait_for_told("-keys", "+keys")
    keys.play((7, message.note_on(0, 48, 1)))
    assert synth.wait_for(4)[3] == keys.played[0]
    assert backend.lost is None


def test_a_synth_that_comes_back_hears_the_ends_that_it_has_missed(
    play: Open, player: Player, listener: Listener, jack_server: Server
) -> None:
    """Behind an interface that is pulled a synth sounds on; nothing else would ever end that note."""
    keys, synth = player("keys"), Ear(jack_server, "synth")
    patch = Patch({"keys": "synth"})
    backend = play(Cables({"keys": "keys:"}, {"synth": "synth:"}), patch)
    keys.play((0, ON))
    synth.wait_for(1)
    synth.close()
    patch.wait_for_told("-synth")
    keys.play((0, OFF))
    patch.wait_for(lambda: len(patch.heard) == 2)
    look_until(backend, lambda: bool(backend.absent))
    synth = listener("synth")
    look_until(backend, lambda: not backend.absent)
    patch.wait_for_told("-synth", "+synth")
    assert [data for _, data in synth.wait_for(1)] == [OFF]


def test_whoever_lets_go_of_our_own_port_leaves_no_note(
    play: Open, player: Player, listener: Listener
) -> None:
    """Two are connected to our port: as long as one is, its notes sound on."""
    keys, pads, synth = player("keys"), player("pads"), listener("synth")
    patch = Patch({MAIN: MAIN})
    play(one(None, "synth:"), patch)
    for each in (keys, pads):
        each.connect("Descant:in")
    keys.play((0, ON))
    synth.wait_for(1)
    pads.disconnect("Descant:in")
    pads.connect("Descant:in")
    pads.disconnect("Descant:in")
    keys.play((0, message.note_on(0, 72, 1)))
    synth.wait_for(2)
    assert patch.told == []
    keys.disconnect("Descant:in")
    patch.wait_for_told("-")
    assert [data for _, data in synth.wait_for(4)][2:] == [OFF, message.note_off(0, 72)]
    keys.connect("Descant:in")
    patch.wait_for_told("-", "+")


def test_a_patient_rig_waits_for_what_is_not_there_yet(
    play: Open, player: Player, listener: Listener
) -> None:
    synth = listener("synth")
    patch = Patch({"keys": "synth"})
    with pytest.raises(UsageError, match="no JACK input port 'keys:'"):
        play(Cables({"keys": "keys:"}, {"synth": "synth:"}), patch)
    backend = play(Cables({"keys": "keys:"}, {"synth": "synth:"}, patient=True), patch)
    assert backend.absent == {"keys": "keys: is not there yet: it is taken up when it comes"}
    keys = player("keys")
    look_until(backend, lambda: not backend.absent)
    patch.wait_for_told("+keys")
    keys.play((0, ON))
    assert synth.wait_for(1) == keys.played


def test_rewiring_disturbs_nobody_else(play: Open, player: Player, listener: Listener) -> None:
    """A message in every cycle, while cables come, go and move beside it: all arrive, at their frames."""
    keys, pads, synth, click = player("keys"), player("pads"), listener("synth"), listener("click")
    patch = Patch({"keys": "synth", "pads": "click"})
    stays = Cables({"keys": "keys:"}, {"synth": "synth:"})
    backend = play(stays, patch)
    count = 400
    for number in range(count):
        keys.play((number % PERIOD, message.control_change(0, 1, number % 128)))
    synth.wait_for(20)
    more = Cables({**stays.inputs, "pads": "pads:"}, {**stays.outputs, "click": "click:"})
    for _ in range(4):
        backend.rewire(more)
        assert set(backend.inputs) == {"keys", "pads"}
        pads.play((0, ON))
        click.wait_for(len(click.heard) + 1)
        backend.rewire(stays)
        assert set(backend.outputs) == {"synth"}
    assert len(synth.heard) < count, "the stream was over before anything was rewired"
    assert synth.wait_for(count) == keys.played
    assert datas(click) == [ON, OFF] * 4, "what sounds on a cable that goes is ended by it"
    # A busy server may show a new connection late: then its cable is told of once more, but never another.
    assert {told[1:] for told in patch.told} == {"click", "pads"}
    assert min(patch.told.count("-click"), patch.told.count("-pads")) >= 4
    assert backend.facts()["dropped"] == 0


def test_a_cable_moves_to_somebody_else(play: Open, player: Player, listener: Listener) -> None:
    """Our port stays; the one before hears the ends, even if the effect forgets them, and the next his own."""
    keys, first, second = player("keys"), listener("first"), listener("second")
    patch = Forgetful({"keys": "synth"})
    backend = play(Cables({"keys": "keys:"}, {"synth": "first:"}), patch)
    keys.play((0, ON))
    first.wait_for(1)
    backend.rewire(Cables({"keys": "keys:"}, {"synth": "second:"}))
    patch.wait_for_told("-synth", "+synth")
    keys.play((0, message.note_on(0, 72, 1)))
    patch.wait_for(lambda: len(patch.heard) == 2)
    while message.note_on(0, 72, 1) not in datas(second):
        second.wait_for(len(second.heard) + 1)
    assert datas(first) == [ON, OFF]
    assert backend.outputs == {"synth": "Descant:synth → second:ear"}


def test_what_cannot_be_rewired_stays_as_it_was(
    play: Open, player: Player, listener: Listener, jack_server: Server
) -> None:
    keys, synth = player("keys"), listener("synth")
    patch = Patch({"keys": "synth"})
    backend = play(Cables({"keys": "keys:"}, {"synth": "synth:"}), patch)
    keys.play((0, ON))
    synth.wait_for(1)
    with pytest.raises(UsageError, match="no JACK output port 'organ'"):
        backend.rewire(Cables({"pads": None}, {"synth": "organ"}))
    with pytest.raises(DescantError, match="JACK refused the port 'synth'"):
        backend.rewire(Cables({"pads": None, "synth": None}, {}))
    with pytest.raises(UsageError, match="'keys' names both an input and an output"):
        backend.rewire(Cables({"keys": None}, {"keys": None}))
    probe = jack_server.client("probe")
    assert {port.name for port in probe.get_ports("Descant")} == {"Descant:keys", "Descant:synth"}
    probe.close()
    assert patch.told == []
    keys.play((0, OFF))
    assert [data for _, data in synth.wait_for(2)] == [ON, OFF]


def test_before_the_start_cables_are_simply_exchanged(jack_server: Server, listener: Listener) -> None:
    synth = listener("synth")
    backend = JackBackend(server=jack_server.name)
    backend.rewire(Cables({}, {"synth": "synth:"}))
    patch = Patch({})
    backend.start(patch)
    assert (backend.inputs, backend.outputs) == ({}, {"synth": "Descant:synth → synth:ear"})
    patch.wait_for(lambda: patch.now > 0)
    backend.close()
    assert datas(synth) == []
