"""The families beside the biaxial LSTM, live: on the frame, through program changes, past a dead engine, to silence.

Models are small and untrained, with notes as often as music has them: written by what writes those that ship.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml
from tests.effect.stage import Wire
from tests.live.conftest import HERE, PATIENCE, StatusLines
from tests.live.test_jack import child
from tests.live.test_steady import free_port
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.settings.shelf import find
from descant_export.onnx_graphs.export import UNNAMED, export
from descant_export.training.config import Config
from descant_routing import message

if TYPE_CHECKING:
    from tests.live.conftest import Rig

BAR = 96  # ticks
TICK = 1_000  # frames, at 120 BPM: at other tempos the master itself rounds to frames
STEP = 6 * TICK
FAMILIES = ("tp-nade", "roll")
ORDER = ("bach-chorale", *FAMILIES)  # programs 1 to 3, on channels 2 to 4
PLAYS, STRUCK = 0.07, 0.5  # of a pitch in a step; and of a pitch that plays
REFUSED = "does not play in the mode harmonise; it plays in free or respond or continue or freeze"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the preset of each family, playing freely, each on a channel of its own."""
    folder = tmp_path_factory.mktemp("families")
    shutil.copytree(find(ORDER[0]).parent, folder / ORDER[0])
    for family in FAMILIES:
        (folder / family).mkdir()
        config = Config().but(family=family).but(pitch_low=40, pitch_high=79, time_layers=(24,))
        torch.manual_seed(1)
        model = config.build().eval()
        model.set_rates(torch.tensor([[PLAYS, STRUCK]]).repeat(40, 1))
        facts = {**UNNAMED, "steps_per_beat": 4, "styles": config.styles}
        export(model, model.metadata(**facts), folder / family / "model")
    for number, name in enumerate(ORDER):
        preset = {
            "title": name,
            "model": "model" if name in FAMILIES else name,
            "mode": "free",
            "parameters": {"channel": 2 + number, "density": 1.3},
        }
        (folder / name / "preset.yaml").write_text(yaml.safe_dump(preset))
    return folder


def played(rig: Rig, events: list[tuple[int, bytes]], ticks: int) -> tuple[int, list[tuple[int, bytes]]]:
    """The frame of the first tick, and all that was heard; JACK freewheels, and Stop is sent at the end."""
    player = {
        "name": "Player",
        "keyboard": "Descant:in",
        "ears": "Descant:out",
        "events": [(tick, data.hex()) for tick, data in events],
    }
    plan: dict[str, Any] = {
        "server": rig.server, "ticks": ticks, "listen": 0.3, "limit": 60, "clock": "Descant:in",
        "players": [player], "freewheel": True,
    }  # fmt: skip
    (rig.folder / "plan.json").write_text(json.dumps(plan))
    files = [str(rig.folder / name) for name in ("plan.json", "report.json")]
    program = rig.run(sys.executable, str(HERE / "stage.py"), *files)
    _, complaint = program.communicate(timeout=60 + PATIENCE)
    assert program.returncode == 0, complaint
    report = json.loads((rig.folder / "report.json").read_text())
    return report["ticks"][0], [(frame, bytes.fromhex(data)) for frame, data in report["heard"]["Player"]]


def begun(rig: Rig, *options: str) -> tuple[int, StatusLines]:
    """Descant, its process and what it says."""
    program = rig.run(sys.executable, "-m", "descant_daemon.cli", "play", "--json", *options)
    rig.until_said(program, "stderr", "ready to be played")
    return program.pid, StatusLines(program)


def test_from_family_to_family_on_the_bar_on_the_frame_and_to_silence(
    make_rig: Callable[[int], Rig], shelf: Path
) -> None:
    """Catches a family whose first answer comes after its bar, or whose notes outlive their program or the song."""
    every, order = 3, (0, 1, 2, 1)  # bars of each
    changes = [
        (at * every * BAR - BAR // 2, message.program_change(0, number))
        for at, number in enumerate(order)
        if at
    ]
    rig = make_rig(256)
    rig.master(120)
    others = ",".join(str(shelf / name) for name in ORDER[1:])
    _, said = begun(rig, str(shelf / ORDER[0]), "--clock", "midi", "--programs", others)
    begin, heard = played(rig, changes, len(order) * every * BAR - 1)
    wire = Wire()
    for _, data in heard:
        wire.hear(data)
    assert not wire.sounding, "something hangs"
    strikes = [(frame, message.channel(data)) for frame, data in heard if message.is_note_on(data)]
    since = [(frame - begin, channel) for frame, channel in strikes]
    # The very first is asked for when the song begins, and may wait a period.
    assert {frame % STEP for frame, _ in since if frame > since[0][0]} == {0}, "each is on its frame"
    found: list[set[int]] = [set() for _ in order]
    for frame, channel in since:
        found[min(frame // (every * BAR * TICK), len(order) - 1)].add(channel)
    assert found == [{1 + number} for number in order], "each begins on its bar, and no other plays there"
    counts = [sum(channel == 1 + number for _, channel in strikes) for number in range(3)]
    print(f"\n{dict(zip(ORDER, counts, strict=True))} notes")
    assert min(counts) > 12
    assert (said.latest["late"], said.latest["no_program"]) == (0, 0)


def test_past_a_dead_engine_and_a_mode_that_it_has_not_to_silence(
    make_rig: Callable[[int], Rig], shelf: Path
) -> None:
    """Both at once from one engine, in real time: it is killed, another takes over, and all ends with the song."""
    stage = shelf / "two.yaml"
    instances = {name: {"preset": f"./{name}"} for name in FAMILIES}
    stage.write_text(yaml.safe_dump({"clock": "midi", "instances": instances}, sort_keys=False))
    rig, port = make_rig(256), free_port()
    rig.master(180)
    descant, said = begun(rig, "--rig", str(stage), "--osc", str(port))
    wait = rig.begin_witness([], 8 * BAR, listen=0.3)
    said.wait_for(both_play)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"/descant/2/mode\x00,s\x00\x00harmonise\x00\x00\x00", ("127.0.0.1", port))
    refused = said.wait_for(lambda now: bool(now["refused_changes"]))
    assert REFUSED in refused["refusal"]
    engine = child(descant, "engine")
    os.kill(engine, signal.SIGKILL)
    back = said.wait_for(lambda now: now["engine"] and now["engine_lost"] == 1 and both_play(now))
    assert [each["mode"] for each in back["instances"]] == ["free", "free"]
    assert child(descant, "engine") != engine
    heard = wait()
    end = heard.heard[-1][0]
    assert [heard.sounding(end, channel) for channel in (2, 3)] == [set(), set()]
    assert min(len(heard.strikes(channel)) for channel in (2, 3)) > 8


def both_play(now: dict[str, Any]) -> bool:
    """Voices of each of two instances sound."""
    return bool(now["running"]) and all(each["sounding"] for each in now["instances"])


def test_a_roll_refuses_to_harmonise_before_anything_is_opened(shelf: Path) -> None:
    """There is no JACK server here: catches a refusal that comes when ports are open and models loaded."""
    for options in (["--mode", "harmonise"], ["--set", "mode=harmonise"]):
        result = CliRunner().invoke(app, ["play", str(shelf / "roll"), *options])
        assert getattr(result.exception, "exit_code", result.exit_code) == 2
        assert REFUSED in str(result.exception)
    others = ["play", "--programs", str(shelf / "roll"), "--mode", "harmonise"]
    assert REFUSED in str(CliRunner().invoke(app, others).exception)
