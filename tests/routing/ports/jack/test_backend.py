"""The JACK back-end on a real server (44.1 kHz, 256 frames), heard by an independent client."""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.doubles import Unmoved, one

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.api import CLIENT
from descant_routing.ports.jack.backend import JackBackend
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.routing.conftest import Ear, Keyboard, Server

    from descant_routing.ports.api import Backend, Cables

    Open = Callable[..., JackBackend]

RATE, PERIOD = 44100, 256
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


class Thru(Unmoved):
    """What arrives goes out at its own time; ``later`` ns after each message there is another."""

    def __init__(self, later: int | None = None) -> None:
        self._later = later
        self._due: list[Timed] = []
        self.untils: list[int] = []

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.untils.append(until)
        out = list(arrived)
        if self._later is not None:
            self._due += [Timed(at + self._later, OFF) for at, *_ in arrived]
        out += [timed for timed in self._due if timed.time < until]
        self._due = [timed for timed in self._due if timed.time >= until]
        return sorted(out)

    def next_deadline(self) -> int | None:
        return None


class Once(Thru):
    """Says ``messages`` in its first cycle (``at`` or else at ``until``), then does ``after``."""

    def __init__(self, *messages: bytes, at: int | None = None, after: Callable[[], object] = list) -> None:
        super().__init__()
        self._messages: Sequence[bytes] | None = messages
        self._at = at
        self._after = after

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.untils.append(until)
        if self._messages is None:
            self._after()
            return []
        messages, self._messages = self._messages, None
        return [Timed(until if self._at is None else self._at, data) for data in messages]


def fail() -> None:
    raise ZeroDivisionError("a bug")


@pytest.fixture
def opened(jack_server: Server) -> Iterator[Open]:
    """``opened(input, output)`` is a back-end on our server; it is closed at the end."""
    backends: list[JackBackend] = []

    def opened(*names: str | None, cables: Cables | None = None) -> JackBackend:
        backends.append(JackBackend(cables or one(*names), server=jack_server.name))
        return backends[-1]

    yield opened
    for backend in backends:
        backend.close()


def test_it_is_a_backend(opened: Open) -> None:
    backend: Backend = opened()
    assert backend.periodic
    assert backend.lost is None


def test_what_passes_through_leaves_at_the_frame_at_which_it_came(
    opened: Open, keyboard: Keyboard, ear: Ear
) -> None:
    opened(keyboard.name, ear.name).start(Thru())
    dice = random.Random(1)
    for velocity in range(1, 101):
        offsets = [0, *sorted(dice.sample(range(PERIOD), 3)), PERIOD - 1]
        keyboard.play(*[(offset, message.note_on(0, 60, velocity)) for offset in offsets])
    heard = ear.wait_for(500)
    assert heard == keyboard.played


def test_what_is_scheduled_leaves_at_its_frame(opened: Open, keyboard: Keyboard, ear: Ear) -> None:
    later = 12_345_678  # 544.44 frames: into the second or third cycle after
    opened(keyboard.name, ear.name).start(Thru(later))
    for offset in range(0, PERIOD, 5):
        keyboard.play((offset, ON))
    heard = ear.wait_for(2 * len(range(0, PERIOD, 5)))
    assert [frame for frame, data in heard if data == OFF] == [frame + 544 for frame, _ in keyboard.played]


def test_what_is_late_leaves_at_once_and_in_order(opened: Open, ear: Ear) -> None:
    backend = opened(None, ear.name)
    once = Once(ON, OFF, ON, OFF, at=0)
    # Connections exist only once the client runs: say it when we are heard.
    gate = Gate(once)
    backend.start(gate)
    gate.open()
    heard = ear.wait_for(4)
    start = round(once.untils[0] * RATE / 1e9) % (1 << 32) - PERIOD
    assert heard == [(start, ON), (start, OFF), (start, ON), (start, OFF)]


class Gate(Unmoved):
    """Holds an effect back until ``open``."""

    def __init__(self, inner: Thru) -> None:
        self._inner = inner
        self._open = False

    def open(self) -> None:
        self._open = True

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        return self._inner.cycle(arrived, until) if self._open else []

    def next_deadline(self) -> int | None:
        return None


def test_a_full_buffer_loses_nothing(opened: Open, ear: Ear) -> None:
    """JACK's buffer holds 2,726 notes: of 6,144 messages none is lost and none overtakes another."""
    places = [(channel, key) for channel in range(16) for key in range(128)]
    flood = [message.note_on(*place, 1) for place in places]
    flood += [message.note_on(*place, 2) for place in places]
    flood += [message.note_off(*place) for place in places]
    gate = Gate(Once(*flood))
    backend = opened(None, ear.name)
    backend.start(gate)
    gate.open()
    heard = ear.wait_for(len(flood))
    assert [data for _, data in heard] == flood
    assert len({frame for frame, _ in heard}) == 3  # as many cycles as it needs


def test_a_message_that_fits_no_buffer_is_counted_and_the_rest_goes_on(opened: Open, ear: Ear) -> None:
    sysex = b"\xf0" + bytes(40_000) + b"\xf7"
    gate = Gate(Once(ON, sysex, OFF))
    backend = opened(None, ear.name)
    backend.start(gate)
    gate.open()
    assert [data for _, data in ear.wait_for(2)] == [ON, OFF]
    assert backend.refused == 1


def test_when_the_effect_fails_its_notes_end_and_it_is_said(opened: Open, ear: Ear) -> None:
    backend = opened(None, ear.name)
    gate = Gate(Once(ON, message.note_on(3, 67, 90), after=fail))
    backend.start(gate)
    gate.open()
    heard = [data for _, data in ear.wait_for(4)]
    assert heard[2:] == [OFF, message.note_off(3, 67)]
    assert isinstance(backend.error, ZeroDivisionError)
    assert backend.lost == "the effect has failed, its notes were ended: ZeroDivisionError: a bug"


def test_close_sends_the_last_cycle_and_ends_what_the_effect_forgot(opened: Open, ear: Ear) -> None:
    backend = opened(None, ear.name)
    gate = Gate(Once(ON, message.control_change(0, 64, 0)))  # due at the cycle's very end, as a panic is
    backend.start(gate)
    gate.open()
    backend.close()
    backend.close()
    assert [data for _, data in ear.heard] == [ON, message.control_change(0, 64, 0), OFF]


def test_close_without_start(opened: Open, jack_server: Server) -> None:
    opened().close()
    probe = jack_server.client("probe")
    assert probe.get_ports("Descant") == []
    probe.close()


def test_two_clients_two_names(opened: Open) -> None:
    first, second = opened(), opened()
    assert [first.inputs, second.outputs] == [{MAIN: "Descant:in"}, {MAIN: "Descant-01:out"}]
    assert [first.client, second.client] == [CLIENT, f"{CLIENT}-01"]


def test_now_stands_at_the_present_cycle(opened: Open, keyboard: Keyboard, ear: Ear) -> None:
    """``now`` and the cycles share one axis: between two cycles, it lies between their ends."""
    backend, thru = opened(keyboard.name, ear.name), Thru()
    before = backend.now()
    backend.start(thru)
    keyboard.play((0, ON))
    ear.wait_for(1)
    assert before < thru.untils[-1] < backend.now() + 10 * PERIOD * 1_000_000_000 // RATE


def test_when_the_server_stops_it_is_said(opened: Open, jack_server: Server) -> None:
    backend = opened()
    backend.start(Thru())
    jack_server.stop()
    deadline = time.monotonic() + 20
    while backend.lost is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert backend.lost is not None
    assert backend.lost.startswith("JACK has shut down")
    backend.close()


def test_no_server_is_a_sentence_and_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DescantError, match="no JACK server is running under the name 'nobody'; start JACK"):
        JackBackend(server="nobody")
    assert capfd.readouterr() == ("", "")


def test_no_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "jack", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", dict[str, str]().get)
    with pytest.raises(DescantError, match="libjack is not on this machine"):
        JackBackend()
    monkeypatch.setitem(sys.modules, "jack", None)  # as if not installed
    with pytest.raises(DescantError, match="JACK-Client is not installed"):
        JackBackend()


def test_ports_are_found_by_part_of_their_name_or_else_listed(
    opened: Open, keyboard: Keyboard, ear: Ear, jack_server: Server
) -> None:
    with pytest.raises(UsageError, match="no JACK input port 'kyes'; did you mean 'keyboard:keys'"):
        opened("kyes")
    with pytest.raises(UsageError, match=r"no JACK output port 'keys'; there are .*'ear:ear'"):
        opened(None, "keys")  # it is there, but nothing can be sent to it
    backend = opened("KEYS", "ear:")
    # "Descant" is free again: the two that failed have left.
    assert backend.inputs == {MAIN: "keyboard:keys → Descant:in"}
    assert backend.outputs == {MAIN: "Descant:out → ear:ear"}
    backend.start(Thru())
    keyboard.play((3, ON))
    assert ear.wait_for(1) == keyboard.played
