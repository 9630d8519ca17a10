"""Three instances on three pairs of ports, through a real JACK server, each with a player of his own.

``DESCANT_BARS=200 pytest tests/live/test_stage.py -s`` is the long evening, in real time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from tests.effect.stage import Wire
from tests.live.conftest import HERE, PATIENCE

from descant_daemon.settings.shelf import find
from descant_routing import message

if TYPE_CHECKING:
    from tests.live.conftest import Rig

LONG = "DESCANT_BARS" in os.environ
BARS = int(os.environ.get("DESCANT_BARS", "12"))
BPM, BAR, BEAT = 174, 96, 24  # ticks
EVERY = 4  # bars between two program changes
STYLES = ("bach-chorale", "hymn", "folk")
TUNES = {"left": (67, 69, 71, 72), "middle": (72, 71, 69, 67), "right": (64, 67, 72, 67)}


def presets(folder: Path) -> None:
    """The shelf's, each on a channel of its own (2, 3, 4), so that an ear can tell them apart."""
    for number, name in enumerate(STYLES):
        shutil.copytree(find(name).parent, folder / name)
        file = folder / name / "preset.yaml"
        read = yaml.safe_load(file.read_text())
        read["parameters"] = {**read.get("parameters", {}), "channel": 2 + number}  # 1 is the player's
        file.write_text(yaml.safe_dump(read))


def write_rig(folder: Path) -> Path:
    """Three instances, each with ports of its own; the clock comes by a fourth input."""
    instances: dict[str, dict[str, Any]] = {
        name: {
            "preset": f"./{STYLES[0]}",
            "programs": [f"./{style}" for style in STYLES],
            "input": f"{name}-in",
            "output": f"{name}-out",
        }
        for name in TUNES
    }
    rig = {
        "title": "Three",
        "clock": "midi",
        "clock_from": "daw",
        "inputs": {"daw": None, **{f"{name}-in": None for name in TUNES}},
        "outputs": {f"{name}-out": None for name in TUNES},
        "instances": instances,
    }
    path = folder / "three.yaml"
    path.write_text(yaml.safe_dump(rig, sort_keys=False))
    return path


def program_of(bar: int) -> int:
    return bar // EVERY % len(STYLES)


def events(tune: tuple[int, ...]) -> list[tuple[int, str]]:
    """A key on every beat, let go a little before the next; program changes in the middle of the bar before."""
    made: list[tuple[int, bytes]] = []
    for beat in range(4 * BARS):
        key = tune[beat % len(tune)]
        made += [
            (beat * BEAT, message.note_on(0, key, 90)),
            (beat * BEAT + BEAT - 2, message.note_off(0, key)),
        ]
    for bar in range(EVERY, BARS, EVERY):
        made.append((bar * BAR - BAR // 2, message.program_change(0, program_of(bar))))
    return [(tick, data.hex()) for tick, data in made]


def play(rig: Rig, folder: Path) -> dict[str, Any]:
    players = [
        {
            "name": name,
            "keyboard": f"Descant:{name}-in",
            "ears": f"Descant:{name}-out",
            "events": events(tune),
        }
        for name, tune in TUNES.items()
    ]
    ticks = BARS * BAR - 1
    plan: dict[str, Any] = {
        "server": rig.server, "ticks": ticks, "listen": 0.5, "limit": 60 + 4 * BARS, "clock": "Descant:daw",
        "players": players, "freewheel": not LONG,
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan))
    program = rig.run(
        sys.executable, str(HERE / "stage.py"), str(folder / "plan.json"), str(folder / "report.json")
    )
    _, complaint = program.communicate(timeout=plan["limit"] + PATIENCE)
    assert program.returncode == 0, complaint
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def last_status(program: subprocess.Popen[str]) -> Callable[[], dict[str, Any]]:
    """The latest of what ``--json`` says."""
    lines: list[str] = []

    def read() -> None:
        assert program.stdout is not None
        lines.extend(program.stdout)

    threading.Thread(target=read, daemon=True).start()
    return lambda: json.loads(lines[-1])


def test_three_players_change_presets_on_the_bar(make_rig: Callable[[int], Rig], tmp_path: Path) -> None:
    presets(tmp_path)
    path = write_rig(tmp_path)
    rig = make_rig(256)
    rig.master(BPM)
    program = rig.run(sys.executable, "-m", "descant_daemon.cli", "play", "--rig", str(path), "--json")
    rig.until_said(program, "stderr", "ready to be played")
    status = last_status(program)
    report = play(rig, tmp_path)
    said = status()
    onsets = 0
    for name in TUNES:
        onsets += judge(report, name)
    late = {key: said[key] for key in ("late", "waited", "stalest", "steps")}
    print(f"\n{BARS} bars at {BPM} BPM, {onsets} onsets of three instances; {late}")
    assert (said["late"], said["no_program"], said["loops"]) == (0, 0, 0)
    assert said["steps"] >= 3 * 16 * (BARS - 1)


def judge(report: dict[str, Any], name: str) -> int:
    """What one player heard: each bar, from its first tick on, is of the program that is due, and of no other.

    Returns how many notes of ours.
    """
    grid, heard = report["ticks"], [(frame, bytes.fromhex(data)) for frame, data in report["heard"][name]]
    wire = Wire()
    for _, data in heard:
        wire.hear(data)
    assert not wire.sounding, f"{name}: something hangs"
    ours = [(frame, data) for frame, data in heard if message.channel(data) > 0 and data[0] < 0xA0]
    onsets = [(frame, message.channel(data)) for frame, data in ours if message.is_note_on(data)]
    slack = 2 * report["period"]
    for bar in range(BARS):
        begin = grid[bar * BAR]
        end = grid[(bar + 1) * BAR] if (bar + 1) * BAR < len(grid) else begin + (grid[BAR] - grid[0])
        struck = [(frame, channel) for frame, channel in onsets if begin - 1 <= frame < end - 1]
        assert {channel for _, channel in struck} == {1 + program_of(bar)}, f"{name}, bar {bar + 1}"
        after = sounding(ours, begin + slack)
        assert {channel for channel, _ in after} <= {1 + program_of(bar)}, (
            f"{name}: the old sounds in bar {bar + 1}"
        )
    return len(onsets)


def sounding(notes: list[tuple[int, bytes]], moment: int) -> set[tuple[int, int]]:
    keys: set[tuple[int, int]] = set()
    for frame, data in notes:
        if frame <= moment:
            at = message.channel(data), data[1]
            (keys.add if message.is_note_on(data) else keys.discard)(at)
    return keys
