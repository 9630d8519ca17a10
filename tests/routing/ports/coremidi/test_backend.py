"""CoreMIDI, on a Mac that is made up, see ``mac``."""

from __future__ import annotations

import ctypes
import struct
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.coremidi.mac import Clock, Mac
from tests.routing.ports.doubles import Unmoved, one

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.coremidi.backend import CoreMidiBackend
from descant_routing.ports.coremidi.library import load_coremidi, packets
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.ports.api import Backend

MS = 1_000_000
ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)


class Score(Unmoved):
    """Plays what is written, at its time; echoes what it hears; ``over`` when told to by time."""

    def __init__(self, *score: Timed, last: int) -> None:
        self.score, self.last = list(score), last
        self.arrived: list[Timed] = []
        self.over = threading.Event()

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        self.arrived += arrived
        due = [timed for timed in self.score if timed.time < until]
        self.score = self.score[len(due) :]
        if until > self.last:
            self.over.set()
        return [*arrived, *due]

    def next_deadline(self) -> int | None:
        if self.over.is_set():
            return None
        return self.score[0].time if self.score else self.last


def ticks(time: int) -> int:
    """Of a Mac whose host clock ticks every 125/3 ns, as Apple's own processors' do."""
    return time * 3 // 125


def play(score: Score, output: str | None = None) -> CoreMidiBackend:
    backend = CoreMidiBackend(one(None, output))
    backend.start(score)
    assert score.over.wait(20)
    backend.close()
    return backend


def test_a_destination_gets_its_messages_ahead_with_their_stamps(mac: Mac, clock: Clock) -> None:
    due = clock.now + 40 * MS
    backend = play(Score(Timed(due, ON), Timed(due + 9 * MS, OFF), last=due + 20 * MS), "prophet")
    assert [(sent.how, sent.where, sent.stamp, sent.data) for sent in mac.sent] == [
        ("send", "Prophet", ticks(due), ON),
        ("send", "Prophet", ticks(due + 9 * MS), OFF),
    ]
    assert backend.punctuality.worst == 0
    assert backend.timing == "CoreMIDI sends each message at its stamp"


def test_our_own_source_speaks_at_the_time_and_passes_the_stamp_on(mac: Mac, clock: Clock) -> None:
    due = clock.now + 40 * MS
    mac.now = lambda: clock.now
    backend = play(Score(Timed(due, ON), last=due + 20 * MS))
    spoken, end = mac.sent
    assert spoken[:4] == ("received", "source Descant out", ticks(due), ON)
    assert spoken.at >= due, "spoken ahead of its time: listeners would hear it early"
    assert end.data == OFF, "closing ends what sounds"
    assert backend.timing == "each message is sent at its time, with its stamp"


def test_arrivals_bear_the_stamps_of_their_source(mac: Mac, clock: Clock) -> None:
    backend, score = CoreMidiBackend(one("keystation")), Score(last=clock.now + 10_000 * MS)
    assert backend.inputs == {MAIN: "Keystation"}
    assert mac.connected == {"Descant in": {mac.sources["Keystation"]}}
    backend.start(score)
    clock.now += 100 * MS
    at = clock.now - 2 * MS
    late = clock.now - 80 * MS  # Bluetooth, as it sometimes is: not to be believed
    mac.hear((ticks(at), ON + OFF), (0, b"\xf8"), (ticks(late), b"\xfa"))
    score.last = 0
    backend.wake()
    assert score.over.wait(20)
    backend.close()
    heard = score.arrived[-4:]
    assert [data for _, data, _ in heard] == [ON, OFF, b"\xf8", b"\xfa"]
    assert [abs(at - time) < 100 for time, *_ in heard] == [True, True, False, False]
    assert heard[2].time <= heard[3].time


def test_system_exclusive_comes_whole_and_goes_in_parts(mac: Mac, clock: Clock) -> None:
    sysex = b"\xf0" + bytes(3000) + b"\xf7"
    backend, score = CoreMidiBackend(), Score(last=clock.now + 10_000 * MS)
    backend.start(score)
    clock.now += 100 * MS
    stamp = ticks(clock.now)
    mac.hear((stamp, sysex[:1000]), (stamp, b"\xf8"))
    mac.hear((stamp, sysex[1000:]))
    score.last = 0
    backend.wake()
    assert score.over.wait(20)
    backend.close()
    assert [data for _, data, _ in score.arrived] == [b"\xf8", sysex]
    assert b"".join(sent.data for sent in mac.sent) == b"\xf8" + sysex


def test_what_cannot_be_opened_is_a_sentence(mac: Mac) -> None:
    with pytest.raises(UsageError, match="no CoreMIDI output port 'organ'"):
        CoreMidiBackend(one(None, "organ"))
    assert mac.disposed
    mac.fails["MIDISourceCreate"] = -10844
    with pytest.raises(DescantError, match="CoreMIDI refused a port: MIDISourceCreate says -10844"):
        CoreMidiBackend()
    mac.fails["MIDIClientCreate"] = -10839
    with pytest.raises(DescantError, match="CoreMIDI cannot be opened: MIDIClientCreate says -10839"):
        CoreMidiBackend()


def test_it_is_a_backend(mac: Mac) -> None:
    backend: Backend = CoreMidiBackend()
    assert (backend.inputs, backend.outputs) == ({MAIN: "Descant in"}, {MAIN: "Descant out"})
    backend.close()
    backend.close()


@pytest.mark.parametrize("aligned", [False, True])
def test_packets_are_read_as_intel_and_arm_lay_them_out(aligned: bool) -> None:
    """MIDIPacketNext: on ARM the next packet begins at a multiple of 4, on Intel right after the last."""
    memory = struct.pack("<I", 3)
    for stamp, data in ((1, b"\xf8"), (2, ON), (1 << 60, b"\xc0\x05")):
        memory += struct.pack("<QH", stamp, len(data)) + data
        memory += bytes(-len(memory) % 4) if aligned else b""
    room = ctypes.create_string_buffer(memory, len(memory) + 8)
    base = ctypes.addressof(room)
    assert base % 4 == 0
    assert packets(base, aligned) == [(1, b"\xf8"), (2, ON), (1 << 60, b"\xc0\x05")]


def test_no_coremidi_here_is_a_sentence() -> None:
    if sys.platform == "darwin":
        assert load_coremidi().time(0) == 0
    else:
        with pytest.raises(DescantError, match="CoreMIDI cannot be used on this machine"):
            load_coremidi()
