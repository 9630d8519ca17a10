"""Through a real JACK server: first an effect with a known delay, then Descant itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jack
import pytest
import typer
from tests.live.conftest import Rig
from typer.testing import CliRunner

from descant_daemon.cli.loopback import check_loopback
from descant_daemon.loopback.children import perform
from descant_daemon.loopback.deviations import answers
from descant_daemon.loopback.jack_wire import since
from descant_daemon.loopback.stimulus import PLAYER, echo_score
from descant_daemon.loopback.wire import WireJob
from descant_routing.errors import DescantError

LATE, NTH = 100, 5


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One server for all: each test leaves it as it found it."""
    rig = Rig(tmp_path_factory.mktemp("rig"), 256)
    try:
        rig.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JACK_DEFAULT_SERVER", rig.server)
            yield rig
    finally:
        rig.close()


class Dawdler:
    """Sends on every note-on 100 frames after it came, but not every fifth."""

    def __init__(self, server: str) -> None:
        self.client = jack.Client("Dawdler", no_start_server=True, servername=server)
        self.source: Any = self.client.midi_inports.register("in")
        self.sink: Any = self.client.midi_outports.register("out")
        self.waiting: list[tuple[int, bytes]] = []
        self.heard = 0
        self.client.set_process_callback(self.process)
        self.client.activate()

    def process(self, frames: int) -> None:
        self.sink.clear_buffer()
        for offset, data in self.source.incoming_midi_events():
            message = bytes(data)
            if message[0] == 0x90:
                self.heard += 1
                if self.heard % NTH:
                    self.waiting.append((offset + LATE, message))
        while self.waiting and self.waiting[0][0] < frames:
            self.sink.write_midi_event(*self.waiting.pop(0))
        self.waiting = [(due - frames, message) for due, message in self.waiting]


@pytest.fixture
def dawdler(rig: Rig) -> Iterator[Dawdler]:
    dawdler = Dawdler(rig.server)
    yield dawdler
    dawdler.client.close()


def ports(rig: Rig) -> set[str]:
    """Every MIDI port on the server."""
    client = jack.Client("Looker", no_start_server=True, servername=rig.server)
    found = {port.name for port in client.get_ports(is_midi=True)}
    client.close()
    return found


def test_a_known_delay_is_measured_to_the_frame(rig: Rig, dawdler: Dawdler) -> None:
    score = echo_score(30, 48_000)
    recording = perform(WireJob("jack", "Dawdler:in", "Dawdler:out", score.cues), score.seconds, lambda: None)
    assert recording.sent == [cue.time for cue in score.cues]
    found = answers(score.keys, recording.strikes(PLAYER), same_key=True)
    assert found == [None if at % NTH == 0 else LATE for at in range(1, 31)]


def test_frames_are_counted_across_the_wrap_of_the_counter() -> None:
    assert since(1000, 1256) == 256
    assert since(1000, 900) == -100
    assert since(2**32 - 10, 5) == 15
    assert since(2**32 + 5, 7) == 2, "the origin may lie beyond the wrap"


def test_silence_is_said_and_the_ports_are_gone(rig: Rig, dawdler: Dawdler) -> None:
    dawdler.heard = NTH - 1  # the only note is one that it keeps for itself
    cues = echo_score(1, 48_000).cues
    far = (*cues, cues[-1]._replace(time=48_000 * 10))
    with pytest.raises(DescantError, match=r"nothing was heard from Dawdler:out within 0\.5 s\.$"):
        perform(WireJob("jack", "Dawdler:in", "Dawdler:out", far, silence=0.5), 10, lambda: None)
    assert ports(rig) == {"Dawdler:in", "Dawdler:out"}


def test_ports_that_are_not_there_are_named(rig: Rig) -> None:
    with pytest.raises(DescantError, match="does not connect Descant to Nobody:in"):
        perform(WireJob("jack", "Nobody:in", "Nobody:out", echo_score(1, 48_000).cues), 1, lambda: None)


def test_descant_itself(rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "loopback.png"
    code, said = command(lambda: check_loopback(keys=12, picture=picture, json_wanted=True))
    found = json.loads(said)
    with capsys.disabled():
        print(f"\n{json.dumps(found['figures_ms'])}")
    raw = found["raw"]
    assert (found["system"], found["rate"], found["period"]) == ("jack", 48_000, 256)
    assert set(raw["grid"]) == {0}, "on the very frame"
    assert len(raw["grid"]) >= 6
    assert raw["echo"] == [0] * 12
    assert raw["thru"] == [0] * 12, "the dry path costs not one frame"
    assert [each for each in raw["harmony"] if each is not None]
    assert code == (0 if found["fit"] else 1)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert ports(rig) == set(), "everything that was started has been ended"


def test_a_preset_that_is_none_is_one_sentence_and_leaves_nothing(rig: Rig) -> None:
    with pytest.raises(DescantError, match="does not come up: there is no preset called 'bachh'"):
        check_loopback("bachh", "jack", keys=1)
    assert ports(rig) == set()


def command(act: Callable[[], None]) -> tuple[int, str]:
    """Exit code and standard output of a command that does this."""
    app = typer.Typer()
    app.command()(act)
    result = CliRunner().invoke(app, [], catch_exceptions=False)
    return result.exit_code, result.stdout
