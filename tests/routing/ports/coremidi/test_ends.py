"""Several cables of one CoreMIDI client, on a Mac that is made up, see ``mac``: labels, plugs, rewiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.coremidi.mac import NOT_FOUND, Clock, Mac
from tests.routing.ports.doubles import Patch, one

from descant_routing import message
from descant_routing.errors import DescantError
from descant_routing.ports.api import Cables
from descant_routing.ports.coremidi.backend import CoreMidiBackend
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Open = Callable[[Cables, Patch], CoreMidiBackend]

MS = 1_000_000
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


@pytest.fixture
def play(mac: Mac, clock: Clock) -> Iterator[Open]:
    backends: list[CoreMidiBackend] = []

    def play(cables: Cables, patch: Patch) -> CoreMidiBackend:
        backends.append(CoreMidiBackend(cables))
        backends[-1].start(patch)
        patch.wait_for(lambda: patch.now > 0)  # what arrives before the first cycle is past
        return backends[-1]

    yield play
    for backend in backends:
        backend.close()


def spoken(mac: Mac) -> list[tuple[str, bytes]]:
    return [(sent.where, sent.data) for sent in mac.sent]


def test_every_cable_keeps_its_label(mac: Mac, play: Open) -> None:
    patch = Patch({"keys": "synth", "pads": "click"})
    backend = play(Cables({"keys": "keystation", "pads": None}, {"synth": "prophet", "click": None}), patch)
    assert backend.inputs == {"keys": "Keystation", "pads": "Descant pads"}
    assert backend.outputs == {"synth": "Prophet", "click": "Descant click"}
    assert mac.connected == {"Descant keys": {mac.sources["Keystation"]}}
    sysex = b"\xf0\x01\x02\xf7"
    for by, data in (("keys", ON), ("keys", sysex[:2]), ("pads", b"\xfa"), ("keys", sysex[2:])):
        mac.hear((0, data), by=f"Descant {by}")
    patch.wait_for(lambda: len(patch.heard) == 3)
    backend.close()
    assert spoken(mac) == [
        ("Prophet", ON),
        ("source Descant click", b"\xfa"),
        ("Prophet", sysex),
        ("Prophet", OFF),
    ]


def test_time_does_not_run_back_between_two_inputs(mac: Mac, clock: Clock, play: Open) -> None:
    """The second message happened first, but the effect has gone on to the time of the first."""
    patch = Patch({"keys": MAIN, "pads": MAIN})
    play(Cables({"keys": None, "pads": None}, {MAIN: None}), patch)
    clock.now += 100 * MS
    early, late = (at * 3 // 125 for at in (clock.now - 9 * MS, clock.now - 2 * MS))
    mac.hear((late, ON), by="Descant keys")
    patch.wait_for(lambda: len(patch.heard) == 1)
    mac.hear((early, b"\xf8"), by="Descant pads")
    patch.wait_for(lambda: len(patch.heard) == 2)
    assert patch.heard[0].time == patch.heard[1].time


def test_a_keyboard_that_goes_holds_no_note_and_is_taken_up_again(mac: Mac, play: Open) -> None:
    patch = Patch({MAIN: MAIN})
    backend = play(one("keystation"), patch)
    turns = mac.run_loop_turns
    mac.hear((0, ON))
    patch.wait_for(lambda: len(patch.heard) == 1)
    backend.look()
    assert backend.absent == {}
    assert mac.run_loop_turns > turns, "without a turn of the run loop, CoreMIDI tells old news for ever"
    del mac.sources["Keystation"]
    backend.look()
    patch.wait_for_told("-")
    assert backend.absent == {MAIN: "Keystation is gone: it is taken up again when it is back"}
    mac.sources["Keystation"] = 77
    backend.look()
    patch.wait_for_told("-", "+")
    assert mac.connected == {"Descant in": {77}}
    backend.close()
    assert spoken(mac) == [("source Descant out", ON), ("source Descant out", OFF)]
    assert backend.lost is None


def test_a_synth_that_does_not_take_messages_is_waited_for(mac: Mac, play: Open) -> None:
    """It is still listed for a while: tried again less and less often, and sent what it has missed in the end."""
    patch = Patch({MAIN: MAIN})
    backend = play(one(None, "prophet"), patch)
    mac.hear((0, ON))
    patch.wait_for(lambda: len(patch.heard) == 1)
    mac.fails["MIDISend"] = NOT_FOUND
    mac.hear((0, OFF))
    patch.wait_for_told("-")
    del mac.fails["MIDISend"]
    backend.look()
    patch.wait_for_told("-", "+")
    backend.close()
    assert spoken(mac) == [("Prophet", ON), ("Prophet", OFF)]
    assert backend.lost is None


def test_our_own_source_cannot_fail_unheard(mac: Mac, play: Open) -> None:
    patch = Patch({MAIN: MAIN})
    backend = play(one(), patch)
    mac.fails["MIDIReceived"] = NOT_FOUND
    mac.hear((0, ON))
    backend.close()  # after a last cycle
    assert backend.lost == "Descant out takes no messages any more: MIDIReceived says -10842"


def test_our_own_ports_are_not_taken_for_somebody_elses(mac: Mac) -> None:
    mac.sources["Descant out, the other"] = 31
    backend = CoreMidiBackend(Cables({"keys": "descant out"}, {MAIN: None}))
    backend.rewire(Cables({"keys": "descant out", "more": "descant"}, {MAIN: None}))
    assert backend.inputs == {"keys": "Descant out, the other", "more": "Descant out, the other"}
    backend.close()


def test_rewiring_opens_closes_and_leaves_alone(mac: Mac, play: Open) -> None:
    patch = Patch({"keys": "synth", "pads": "click"})
    stays = Cables({"keys": None}, {"synth": "prophet"})
    backend = play(stays, patch)
    assert backend.ahead
    backend.rewire(Cables({"keys": None, "pads": "iac"}, {"synth": "prophet", "click": None}))
    assert not backend.ahead, "our own source speaks when it is told to: nothing may be handed to it early"
    mac.hear((0, ON), by="Descant pads")
    patch.wait_for(lambda: len(patch.heard) == 1)
    mac.hear((0, ON), by="Descant keys")
    patch.wait_for(lambda: len(patch.heard) == 2)
    backend.rewire(stays)
    assert backend.ahead
    assert spoken(mac) == [("source Descant click", ON), ("Prophet", ON), ("source Descant click", OFF)]
    assert sorted(mac.closed) == ["input Descant pads", "source Descant click"]
    mac.hear((0, OFF), by="Descant pads")  # a callback that was still on its way
    mac.hear((0, OFF), by="Descant keys")
    patch.wait_for(lambda: len(patch.heard) == 3)
    assert patch.heard[2].port == "keys"


def test_what_cannot_be_rewired_stays_as_it_was(mac: Mac, play: Open) -> None:
    patch = Patch({"keys": "synth"})
    backend = play(Cables({"keys": None}, {"synth": "prophet"}), patch)
    mac.fails["MIDIPortConnectSource"] = NOT_FOUND
    with pytest.raises(DescantError, match="CoreMIDI refused a port: MIDIPortConnectSource says -10842"):
        backend.rewire(Cables({"pads": "keystation"}, {"synth": "iac", "click": None}))
    assert mac.closed == ["input Descant pads"], "what had been opened for it, and nothing else"
    assert (backend.inputs, backend.outputs) == ({"keys": "Descant keys"}, {"synth": "Prophet"})
    assert backend.ahead
    mac.hear((0, ON), by="Descant keys")
    patch.wait_for(lambda: len(patch.heard) == 1)
    assert patch.told == []
