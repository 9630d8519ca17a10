"""A ``~`` after ``=``, which shells hand on as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from descant_daemon.cli.app import at_home


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("presets/tangos=~/midi/tangos", "presets/tangos={}/midi/tangos"),
        ("--out=~/x", "--out={}/x"),
        ("--music=tangos=~/takes", "--music=tangos={}/takes"),
        ("begin_from=~/runs/a", "begin_from={}/runs/a"),
        ("--set=begin_from=~", "--set=begin_from=~"),
        ("~/x", "~/x"),
        ("a~b=c~d", "a~b=c~d"),
        ("x=~nobody-of-that-name/y", "x=~nobody-of-that-name/y"),
    ],
)
def test_it_is_the_home_where_a_path_begins(
    typed: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert at_home(typed) == meant.format(tmp_path)


def test_as_typed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "descant_daemon.cli", "judge", "hymn=~/midi/nowhere"]
    environment = os.environ | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert str(tmp_path / "midi" / "nowhere") in done.stderr
