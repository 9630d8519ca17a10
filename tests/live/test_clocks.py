"""Clocks that are not MIDI, and the clock that Descant sends itself, through real programs."""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_right
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import jack
import pytest
from tests.live.conftest import StatusLines, excused

from descant_daemon.live.link_session import LinkSession

if TYPE_CHECKING:
    from tests.live.conftest import Rig


class Listener:
    """Writes down what comes out of Descant, and when."""

    def __init__(self, server: str) -> None:
        self.client = jack.Client("Listener", no_start_server=True, servername=server)
        self.port: Any = self.client.midi_inports.register("in")
        self.heard: list[tuple[int, bytes]] = []
        self.client.set_process_callback(self.listen)
        self.client.activate()
        self.client.connect("Descant:out", "Listener:in")

    def listen(self, _frames: int) -> None:
        begin = self.client.last_frame_time
        for offset, data in self.port.incoming_midi_events():
            self.heard.append((begin + offset, bytes(data)))

    def frames_of(self, status: int) -> list[int]:
        return [frame for frame, data in self.heard if data[0] == status]

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()


def test_the_clock_that_we_send_is_exact_to_the_frame(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    status = StatusLines(
        rig.descant("--clock", "auto", "--tempo", "120", "--mode", "free", "--send-clock", "--json")
    )
    with closing(Listener(rig.server)) as listener:
        keyboard = jack.Client("Keys", no_start_server=True, servername=rig.server)
        out: Any = keyboard.midi_outports.register("out")
        pressed: list[int] = []

        @keyboard.set_process_callback  # type: ignore[untyped-decorator]
        def play(_frames: int) -> None:
            out.clear_buffer()
            if not pressed and out.is_connected_to("Descant:in"):
                out.write_midi_event(17, b"\x90\x48\x50")
                pressed.append(keyboard.last_frame_time + 17)

        with keyboard:
            keyboard.connect(out, "Descant:in")
            status.wait_for(lambda now: now["running"] and now["beat"] == 4)
        starts, clocks = listener.frames_of(0xFA), listener.frames_of(0xF8)
    assert len(starts) == 1
    assert len(clocks) > 60
    assert {later - earlier for earlier, later in itertools.pairwise(clocks)} == {1000}
    assert clocks[0] == pressed[0], "the first key is the first beat"


def test_jack_s_transport_is_followed(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    status = StatusLines(rig.descant("--clock", "jack", "--tempo", "120", "--mode", "free", "--json"))
    with closing(rig.stopwatch()) as transport:
        status.wait_for(lambda now: not now["running"])
        transport.transport_start()
        assert status.wait_for(lambda now: now["running"])["bpm"] == 120
        transport.transport_frame = 48000 * 2 * 10 + 48000 // 10  # bar 11 and a little
        assert status.wait_for(lambda now: now["bar"] >= 11)["bar"] in (11, 12)
        transport.transport_stop()
        status.settle(lambda now: not now["running"] and not now["sounding"])


def test_a_link_session_is_joined(make_rig: Callable[[int], Rig]) -> None:
    """The other peer is the library itself, in this process; Link finds peers on one machine too."""
    peer = LinkSession(97, 4)
    rig = make_rig(256)
    try:
        status = StatusLines(rig.descant("--clock", "link", "--tempo", "140", "--mode", "free", "--json"))
        joined = status.wait_for(lambda now: now["bpm"] == round(peer.moment().bpm, 1))
        assert joined["running"], "one tempo for both, whoever was there first"
    finally:
        peer.close()


@pytest.mark.parametrize("clock", ["link", "jack"])
def test_its_notes_lie_on_its_grid(make_rig: Callable[[int], Rig], clock: str) -> None:
    """By the clock that is sent along: every note-on comes with a clock, but in steps that were counted as late."""
    rig = make_rig(256)
    options = (
        "--clock",
        clock,
        "--tempo",
        "120",
        "--mode",
        "free",
        "--send-clock",
        "--set",
        "density=1.3",
        "--json",
    )
    status = StatusLines(rig.descant(*options))
    with closing(Listener(rig.server)) as listener, closing(rig.stopwatch()) as transport:
        transport.transport_start()
        status.wait_for(lambda now: now["running"] and now["bar"] >= 5)
        transport.transport_stop()
        late = excused(status.latest)
        clocks = listener.frames_of(0xF8)
        onsets = [frame for frame, data in listener.heard if data[0] & 0xF0 == 0x90 and data[2]]
    assert len(onsets) > 10
    astray = {bisect_right(clocks, frame) // 6 for frame in onsets if frame not in clocks}
    assert len(astray) <= late


def test_the_song_begins_on_the_transport_s_first_frame_however_long_a_cycle_is(
    make_rig: Callable[[int], Rig],
) -> None:
    """42.7 ms a cycle at 300 BPM are five ticks: none of them may be missing, whoever follows our clock."""
    rig = make_rig(2048)
    rig.descant("--clock", "jack", "--tempo", "300", "--mode", "free", "--send-clock", "--json")
    with closing(Listener(rig.server)) as listener:
        rolled: list[int] = []
        heard = threading.Event()
        witness = jack.Client("Witness", no_start_server=True, servername=rig.server)

        @witness.set_process_callback  # type: ignore[untyped-decorator]
        def look(_frames: int) -> None:
            state, position = witness.transport_query_struct()
            if state == jack.ROLLING:
                rolled.append(witness.last_frame_time - position.frame)
                if position.frame > 48000 * 2:
                    heard.set()

        with witness:
            witness.transport_start()
            assert heard.wait(30)
            witness.transport_stop()
        begin, messages = rolled[0], listener.heard[:]
    assert messages[0] == (begin, b"\xfa")
    clocks = [frame - begin for frame, data in messages if data[0] == 0xF8]
    assert clocks[:100] == [tick * 400 for tick in range(100)], "48,000 · 60 / (24 · 300) frames a tick"
