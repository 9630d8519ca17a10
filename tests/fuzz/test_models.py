"""Whatever has happened to a model's files: a sentence or a step, soon, in little room, and the process lives.

``DESCANT_FUZZ=1500`` is the long run, ``DESCANT_SEED`` begins elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find

MUTANTS = int(os.environ.get("DESCANT_FUZZ", "60"))
SEED = int(os.environ.get("DESCANT_SEED", "1"))
MOST_SECONDS = 5.0
MOST_GROWTH = 150.0  # MiB above one step of the untouched model: libraries and machines differ


@pytest.mark.parametrize("preset", ["bach-chorale", "quick-chorale"])
def test_a_changed_model_is_refused_or_plays(preset: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = find(preset)
    stem = model_stem(path, load_preset(path))
    program = str(Path(__file__).with_name("mutants.py"))
    done = subprocess.run(
        [sys.executable, program, str(stem), str(SEED), str(MUTANTS)],
        capture_output=True,
        text=True,
        check=False,
    )
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{lines[-1:]}: {done.stderr[-2000:]}"
    (untouched,) = (line["untouched"] for line in lines if "untouched" in line)
    reports = [line for line in lines if "said" in line]
    most = max(each["megabytes"] for each in reports)
    assert len(reports) == MUTANTS
    refused = [each["said"] for each in reports if each["said"]]
    with capsys.disabled():
        print(
            f"\n{MUTANTS} models of {preset}: {len(refused)} refused, {MUTANTS - len(refused)} played,"
            f" {max(each['seconds'] for each in reports):.2f} s and"
            f" {most:.0f} MB at most, {most - untouched:.0f} above the untouched model's"
        )
    assert 0.3 * MUTANTS < len(refused) < MUTANTS, "nothing was tried"
    assert all(said.isprintable() and len(said) < 400 for said in refused)
    assert max(each["seconds"] for each in reports) < MOST_SECONDS
    assert most < untouched + MOST_GROWTH
    assert "Traceback" not in done.stderr
