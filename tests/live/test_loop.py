"""A loop played again and again, live: every pass is the same, and a variation is another that can be undone.

``DESCANT_PASSES=20 pytest tests/live/test_loop.py -s`` plays eight bars twenty times.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.live.conftest import HERE, PATIENCE

from descant_daemon.settings.actions import ACTIONS
from descant_routing import message

if TYPE_CHECKING:
    from tests.live.conftest import Rig

LONG = "DESCANT_PASSES" in os.environ
PASSES, BARS = (int(os.environ["DESCANT_PASSES"]), 8) if LONG else (4, 2)
FRAMES, BAR = 480, 96  # a tick at 250 BPM and 48 kHz; ticks a bar
TUNE = (67, 69, 71, 72, 74, 72, 71, 69)
PLAYER = 0


def action(name: str) -> list[str]:
    """The button is pressed and let go."""
    number = ACTIONS[name].default_cc or 0
    return [message.control_change(0, number, value).hex() for value in (127, 0)]


def play(rig: Rig, folder: Path, between: dict[int, list[str]], passes: int) -> list[list[tuple[int, str]]]:
    """What was heard of ours in each pass: (frame within the pass, message)."""
    notes: list[tuple[int, str]] = []
    for beat in range(4 * BARS):
        key = TUNE[beat % len(TUNE)]
        notes.append((24 * beat, message.note_on(PLAYER, key, 90).hex()))
        notes.append((24 * beat + 20, message.note_off(PLAYER, key).hex()))
    plan: dict[str, Any] = {
        "server": rig.server, "frames": FRAMES, "ticks": BARS * BAR, "passes": passes, "notes": notes,
        "between": between,
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    files = str(folder / "plan.json"), str(folder / "report.json")
    program = rig.run(sys.executable, str(HERE / "loop.py"), *files)
    _, complaint = program.communicate(timeout=passes * BARS * BAR * FRAMES / 48_000 + 2 * PATIENCE)
    assert program.returncode == 0, complaint
    report = json.loads((folder / "report.json").read_text())
    length = BARS * BAR * FRAMES
    found: list[list[tuple[int, str]]] = [[] for _ in range(passes)]
    for frame, data in report["heard"]:
        number, within = divmod(frame - report["begin"] + FRAMES, length)
        if message.is_note_on(bytes.fromhex(data)) and message.channel(bytes.fromhex(data)) != PLAYER:
            found[number].append((round(within / FRAMES / 6), data))
    return found


def test_every_pass_of_a_loop_is_the_same_and_a_variation_can_be_undone(
    make_rig: Callable[[int], Rig], tmp_path: Path
) -> None:
    rig = make_rig(256)
    rig.descant("--clock", "midi", "--seed", "5")
    between = {PASSES: action("variation_up"), PASSES + 1: action("variation_back")}
    passes = play(rig, tmp_path, between, PASSES + 2)
    print(f"\n{PASSES} passes of {BARS} bars: {[len(each) for each in passes]} notes")
    assert len(passes[0]) > 4 * BARS
    assert passes[:PASSES] == [passes[0]] * PASSES
    assert passes[PASSES] != passes[0], "another variation"
    assert passes[PASSES + 1] == passes[0], "and the first again"
