"""The command line in this process, and a tune in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tunes.as_midi import write_midi
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.tunes.book import load


@pytest.fixture
def descant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command that must succeed; returns what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def soprano(tmp_path: Path) -> Path:
    """The first half of St Anne."""
    tune = load("st-anne")
    notes = [note for note in tune.notes if note.start < tune.phrases[2]]
    return write_midi(notes, tmp_path / "soprano.mid", tempo=tune.tempo)
