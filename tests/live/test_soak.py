"""Four instances at 300 BPM under storms, while rigs and presets change: nothing hangs, nothing grows, nothing stays.

``DESCANT_SOAK=1800 pytest tests/live/test_soak.py -s`` is half an hour, and prints how memory went.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.live.conftest import HERE, PATIENCE, StatusLines

if TYPE_CHECKING:
    from tests.live.conftest import Rig

SECONDS = int(os.environ.get("DESCANT_SOAK", "8"))
LONG = "DESCANT_SOAK" in os.environ
EVERY = 20 if LONG else 4  # s between two rigs
FRAMES = 400  # a tick at 300 BPM and 48 kHz
NAMES = ("one", "two", "three", "four")
STYLES = ("bach-chorale", "hymn", "folk", "renaissance", "piano")
GROWTH = 24  # MiB that all engines together may still grow in the second half of a long soak


def write_rig(path: Path, turn: int) -> None:
    """Each turn other presets, and every third turn one instance less."""
    instances = [
        f"  {name}: {{preset: {STYLES[(turn + at) % len(STYLES)]}, programs: [hymn, folk, renaissance], "
        f"input: {name}-in, output: {name}-out, mode: {('harmonise', 'free')[(turn + at) % 2]}}}"
        for at, name in enumerate(NAMES)
        if at < 3 or turn % 3
    ]
    ports = [f"inputs: {{daw: , {', '.join(f'{name}-in: ' for name in NAMES)}}}",
             f"outputs: {{{', '.join(f'{name}-out: ' for name in NAMES)}}}"]  # fmt: skip
    path.write_text(
        "\n".join(["title: Soak", "clock: midi", "clock_from: daw", *ports, "instances:", *instances, ""])
    )


def family(pid: int) -> dict[int, str]:
    """The children of a process, by what they run."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    pids = [int(each) for thread in threads for each in (thread / "children").read_text().split()]
    return {each: Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ") for each in pids}


def resident(pid: int) -> float:
    """MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def memory(program: subprocess.Popen[str]) -> dict[str, float]:
    """MiB: io, all engines together, control, tape; and how many engines."""
    children = family(program.pid)
    engines = [pid for pid, what in children.items() if "engine_process" in what]
    told = {
        "io": resident(program.pid),
        "engine": sum(map(resident, engines)),
        "engines": float(len(engines)),
    }
    for name in ("control", "tape"):
        told[name] = sum(resident(pid) for pid, what in children.items() if f"{name}_process" in what)
    return told


def test_nothing_hangs_grows_or_stays(make_rig: Callable[[int], Rig], tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "soak.yaml"
    write_rig(path, 1)
    rig = make_rig(256)
    program = rig.run(sys.executable, "-m", "descant_daemon.cli", "play", "--rig", str(path), "--json")
    rig.until_said(program, "stderr", "ready to be played")
    status = StatusLines(program)
    plan = {
        "server": rig.server, "seconds": SECONDS, "seed": 11, "frames": FRAMES, "clock": "Descant:daw",
        "inputs": [f"Descant:{name}-in" for name in NAMES], "outputs": [f"Descant:{name}-out" for name in NAMES],
    }  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    players = rig.run(
        sys.executable, str(HERE / "soak.py"), str(tmp_path / "plan.json"), str(tmp_path / "report.json")
    )
    seen: list[dict[str, float]] = []
    for turn in itertools.count(2):
        try:
            players.wait(EVERY)
            break
        except subprocess.TimeoutExpired:
            seen.append(memory(program))
            write_rig(path, turn)
            if LONG and turn % 9 == 0:
                with capsys.disabled():
                    print(f"\n{turn * EVERY} s: {seen[-1]}")
    assert players.returncode == 0, players.stderr.read() if players.stderr else ""
    told = status.settle(lambda now: not now["running"] and not now["sounding"])
    children = family(program.pid)
    program.terminate()
    assert program.wait(PATIENCE) == 0
    heard = json.loads((tmp_path / "report.json").read_text())
    with capsys.disabled():
        counts = {name: told[name] for name in ("steps", "notes", "late", "waited", "thinned", "engine_lost")}
        print(f"\n{SECONDS} s: {heard}; {counts}; MiB at first {seen[0]}, at last {seen[-1]}")
    assert heard["ons"] == heard["offs"] > 50
    assert heard["doubled"] == heard["orphans"] == heard["sounding"] == 0
    assert told["engine_lost"] == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    if LONG:
        half = seen[len(seen) // 2 :]
        most = [
            max(each["engine"] / each["engines"] for each in part)
            for part in (half[: len(half) // 2], half[len(half) // 2 :])
        ]
        assert most[1] < most[0] + GROWTH, "an engine grows without end"
        assert max(each["engines"] for each in half) <= 3, "engines pile up"
