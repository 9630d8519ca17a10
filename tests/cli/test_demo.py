"""``descant demo``: it plays in time, and writes down what it played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from descant_daemon.cli import demo
from descant_daemon.tunes import Tune, load

Run = Callable[..., str]


def test_the_demo_plays_in_time_and_writes_it_down(
    descant: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first two phrases, quickly."""

    def quickly(name: str) -> Tune:
        tune = load(name)
        notes = tuple(note for note in tune.notes if note.start < tune.phrases[2])
        return replace(tune, tempo=240, notes=notes, phrases=tune.phrases[:2])

    monkeypatch.setattr(demo, "load", quickly)
    said = descant("demo", "--tune", "old-hundredth")
    assert "Old Hundredth" in said
    assert (tmp_path / "demo.mid").read_bytes().startswith(b"MThd")
    assert (tmp_path / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert said.count("descant ") > 20, "it shows what sounds, as it happens"
