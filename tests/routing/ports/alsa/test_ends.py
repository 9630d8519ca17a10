"""Several cables of one client of ALSA's sequencer, see ``kernel.py``: labels, plugs, rewiring."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.alsa.kernel import KEYBOARD, MS, SYNTH, Kernel, Subscription
from tests.routing.ports.doubles import PATIENCE, Patch, one

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.alsa.backend import AlsaBackend
from descant_routing.ports.api import Cables
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Open = Callable[[Cables, Patch], AlsaBackend]

ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


@pytest.fixture
def play(kernel: Kernel) -> Iterator[Open]:
    backends: list[AlsaBackend] = []

    def play(cables: Cables, patch: Patch) -> AlsaBackend:
        backends.append(AlsaBackend(cables))
        backends[-1].start(patch)
        patch.wait_for(lambda: patch.now > 0)  # what arrives before the first cycle is past
        return backends[-1]

    yield play
    for backend in backends:
        backend.close()


def test_every_cable_keeps_its_label_and_the_order_of_time(kernel: Kernel, play: Open) -> None:
    patch = Patch({"keys": "synth", "pads": "click"})
    backend = play(Cables({"keys": "keystation", "pads": None}, {"synth": "prophet", "click": None}), patch)
    assert backend.inputs == {"keys": "Keystation:Keystation MIDI 1 20:0", "pads": "Descant pads"}
    assert backend.outputs == {"synth": "Prophet:Prophet MIDI 1 24:0", "click": "Descant click"}
    assert ("Descant keys", KEYBOARD, 0) in kernel.connected
    assert ("Descant synth", SYNTH, 0) in kernel.connected
    start = kernel.now + 10 * MS
    kernel.script = [
        (start, ON, "Descant keys"),
        (start + 300, b"\xf8", "Descant pads"),
        (start + MS, b"\xf0\x01", "Descant keys"),  # the rest of it comes after the other's
        (start + MS, b"\xf0\x02\xf7", "Descant pads"),
        (start + 2 * MS, b"\x03\xf7", "Descant keys"),
    ]
    backend.wake()
    patch.wait_for(lambda: len(patch.heard) == 4)
    assert [(data, port) for _, data, port in patch.heard] == [
        (ON, "keys"),
        (b"\xf8", "pads"),
        (b"\xf0\x02\xf7", "pads"),
        (b"\xf0\x01\x03\xf7", "keys"),
    ]
    backend.close()
    left = [(sent.data, sent.port) for sent in kernel.sent]
    assert left == [
        (ON, "Descant synth"),
        (b"\xf8", "Descant click"),
        (b"\xf0\x02\xf7", "Descant click"),
        (b"\xf0\x01\x03\xf7", "Descant synth"),
        (OFF, "Descant synth"),
    ]


def test_a_keyboard_that_goes_holds_no_note_and_is_taken_up_again(kernel: Kernel, play: Open) -> None:
    patch = Patch({MAIN: MAIN})
    backend = play(one("keystation"), patch)
    start = kernel.now
    kernel.script = [(start + 10 * MS, ON), (start + 20 * MS, lambda: kernel.unplug(KEYBOARD))]
    backend.wake()
    patch.wait_for_told("-")
    assert backend.absent == {
        MAIN: "Keystation:Keystation MIDI 1 20:0 is gone: it is taken up again when it is back"
    }
    backend.look()
    assert backend.absent, "it is not back yet"
    kernel.plug(28, KEYBOARD)  # its number is another one now
    backend.look()
    patch.wait_for_told("-", "+")
    assert backend.inputs == {MAIN: "Keystation:Keystation MIDI 1 28:0"}
    assert ("Descant in", 28, 0) in kernel.connected
    kernel.arrive(b"\xfe")
    patch.wait_for(lambda: len(patch.heard) == 2)
    backend.close()
    assert [sent.data for sent in kernel.sent] == [ON, OFF, b"\xfe"]
    assert kernel.sent[1].time < start + 30 * MS, (
        "ended when it was told to be gone, not when it was looked for"
    )
    assert backend.lost is None


def test_another_port_that_goes_is_no_concern_of_ours(kernel: Kernel, play: Open) -> None:
    patch = Patch({MAIN: MAIN})
    backend = play(one("keystation"), patch)
    kernel.unplug(SYNTH)
    kernel.arrive(ON)
    patch.wait_for(lambda: len(patch.heard) == 1)
    backend.look()
    assert (backend.absent, patch.told) == ({}, [])


def test_a_synth_that_comes_back_hears_the_ends_that_it_has_missed(kernel: Kernel, play: Open) -> None:
    patch = Patch({MAIN: MAIN})
    backend = play(one(None, "prophet"), patch)
    kernel.arrive(ON)
    patch.wait_for(lambda: len(patch.heard) == 1)
    kernel.unplug(SYNTH)
    patch.wait_for_told("-")
    kernel.arrive(OFF)
    patch.wait_for(lambda: len(patch.heard) == 2)
    assert [sent.data for sent in kernel.sent] == [ON]
    kernel.plug(SYNTH, SYNTH)
    backend.look()
    patch.wait_for_told("-", "+")
    backend.close()
    assert [sent.data for sent in kernel.sent] == [ON, OFF]
    assert ("Descant out", SYNTH, 0) in kernel.connected


def test_whoever_lets_go_of_our_own_port_leaves_no_note(kernel: Kernel, play: Open) -> None:
    """The kernel tells a port who connects to it and who does not any more; as long as one is left, notes sound."""
    patch = Patch({MAIN: MAIN})
    play(one(), patch)
    for event in (Subscription(130, on=True), Subscription(131, on=True), ON, Subscription(130, on=False)):
        kernel.arrive(event)
    for count, event in enumerate((OFF, ON), start=2):
        kernel.arrive(event)
        patch.wait_for(lambda count=count: len(patch.heard) == count)  # type: ignore[misc]
    assert patch.told == []
    kernel.arrive(Subscription(131, on=False))
    patch.wait_for_told("-")
    kernel.arrive(Subscription(132, on=True))
    patch.wait_for_told("-", "+")
    assert [sent.data for sent in kernel.sent] == [ON, OFF, ON, OFF]


def test_rewiring_disturbs_nobody_else(kernel: Kernel, play: Open) -> None:
    """A message every millisecond by one cable; another pair comes, and goes with a note sounding."""
    patch = Patch({"keys": "synth", "pads": "click"})
    stays = Cables({"keys": None}, {"synth": None})
    backend = play(stays, patch)
    backend.rewire(Cables({"keys": None, "pads": None}, {"synth": None, "click": "prophet"}))
    begin, gate = kernel.now, threading.Event()
    stream = [message.control_change(0, 1, number % 128) for number in range(500)]
    kernel.script = [(begin + at * MS, data, "Descant keys") for at, data in enumerate(stream)]
    kernel.script += [
        (begin + 9 * MS, ON, "Descant pads"),
        (begin + 20 * MS, lambda: gate.wait(PATIENCE)),  # the clock stands until somebody rewires
    ]
    backend.wake()
    patch.wait_for(lambda: len(patch.heard) >= 20)
    gate.set()
    backend.rewire(stays)
    patch.wait_for(lambda: len(patch.heard) == 501)
    ours = [each for each in patch.heard if each.port == "keys"]
    assert [data for _, data, _ in ours] == stream
    assert all(abs(each.time - begin - at * MS) < MS // 2 for at, each in enumerate(ours))
    assert [sent.data for sent in kernel.sent if sent.port == "Descant synth"] == stream
    (on, off), (closed, _) = (
        [sent for sent in kernel.sent if sent.port == "Descant click"],
        next(each for each in kernel.closed_ports if each[1] == "Descant click"),
    )
    assert (on.data, off.data) == (ON, OFF)
    assert off.time <= closed
    assert sorted(kernel.ports.values()) == ["Descant keys", "Descant synth", "watch"]


def test_what_the_kernel_still_holds_for_a_cable_leaves_before_it(kernel: Kernel, play: Open) -> None:
    """A port that is deleted takes its queued events with it: a note-off among them would be a stuck note."""

    class Ahead(Patch):
        """Plays an end a little ahead of its time as soon as it hears something."""

        def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
            out = [*super().cycle(arrived, until)]
            return [*out, *(Timed(until + 4 * MS, message.note_off(0, 99), "click") for _ in arrived)]

    patch = Ahead({"keys": "synth"})
    stays = Cables({"keys": None}, {"synth": None})
    backend = play(stays._replace(outputs={"synth": None, "click": None}), patch)
    kernel.arrive(ON, to="Descant keys")
    patch.wait_for(lambda: len(patch.heard) == 1)
    backend.rewire(stays)
    assert [sent.data for sent in kernel.sent if sent.port == "Descant click"] == [message.note_off(0, 99)]


def test_what_cannot_be_rewired_stays_as_it_was(kernel: Kernel, play: Open) -> None:
    patch = Patch({"keys": "synth"})
    backend = play(Cables({"keys": None}, {"synth": None}), patch)
    before = dict(kernel.ports)
    with pytest.raises(UsageError, match="no ALSA output port 'organ'"):
        backend.rewire(Cables({"pads": None}, {"synth": "organ"}))
    kernel.refuses_connections = True
    with pytest.raises(DescantError, match="ALSA refused a port: Device or resource busy"):
        backend.rewire(Cables({"pads": None}, {"synth": "prophet"}))
    assert kernel.ports == before
    kernel.arrive(ON, to="Descant keys")
    patch.wait_for(lambda: len(patch.heard) == 1)
    assert patch.told == []
