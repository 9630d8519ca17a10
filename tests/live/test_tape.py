"""A session through JACK is kept whatever is killed, and comes back to the byte."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.live.test_jack import MELODY, child
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import TakeFile

if TYPE_CHECKING:
    from tests.live.conftest import Rig

BAR = 96  # ticks


def play_on(descant: subprocess.Popen[str], seconds: float) -> None:
    """So far into the song. (Time is the stimulus, not a guess at readiness.)"""
    with pytest.raises(subprocess.TimeoutExpired):
        descant.wait(seconds)


def test_killed_with_all_its_processes(make_rig: Callable[[int], Rig], tmp_path: Path) -> None:
    rig = make_rig(256)
    rig.master(160)
    (tmp_path / "a.take").write_text("somebody else's")
    descant = rig.descant("--clock", "midi", "--seed", "7", "--record", str(tmp_path / "a.take"))
    wait = rig.begin_witness(MELODY, 6 * BAR, listen=0.1)
    play_on(descant, 1.5)
    os.kill(child(descant.pid, "tape"), signal.SIGKILL)
    play_on(descant, 5.0)
    family = [descant.pid, *(child(descant.pid, name) for name in ("engine", "tape"))]
    with closing(rig.stopwatch()) as stopwatch:
        killed = stopwatch.frame_time
        for pid in family:
            os.kill(pid, signal.SIGKILL)
    heard = wait()
    assert (tmp_path / "a.take").read_text() == "somebody else's"
    take = TakeFile(tmp_path / "a-2.take")
    kept = [event.data for cycle in take.cycles() for event in cycle.messages("out")]
    left = [data for _, data in heard.heard]
    assert left[: len(kept)] == kept[: len(left)]
    assert len(kept) >= len([frame for frame, _ in heard.heard if frame < killed - 3 * heard.rate]) > 5
    result = CliRunner().invoke(app, ["render", "--take", str(take.path), "-o", str(tmp_path / "a.mid")])
    assert result.exit_code == 0, result.output
    assert f"identical: {len(kept):,} messages, up to where the recording breaks off." in result.output
    assert (tmp_path / "a.mid").read_bytes() == whole_take(take.header, take.cycles())
