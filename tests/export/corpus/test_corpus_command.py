"""``descant corpus`` as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_routing.errors import DescantError, UsageError


def test_it_tells_and_writes_the_page(mixed_folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["corpus", str(mixed_folder), "--json", "--out", str(tmp_path / "new")])
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["figures"]["Pieces"] == "49"
    assert told["files"] == {
        "kept": 49,
        "broken": 6,
        "empty": 1,
        "drums": 1,
        "ungridded": 1,
        "duplicate": 2,
    }
    assert (tmp_path / "new" / "corpus.html").stat().st_size > 20_000


def test_options_reach_the_reading(mixed_folder: Path) -> None:
    typed = [
        "corpus",
        str(mixed_folder),
        "--json",
        "--duplicates",
        "--ungridded",
        "--longest",
        "40",
        "--grid",
        "12",
    ]
    told = json.loads(CliRunner().invoke(app, typed).stdout)
    assert "duplicate" not in told["files"]
    assert "ungridded" not in told["files"]
    assert told["files"]["length"] > 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["nowhere"], "no folder nowhere"),
        (["music21:nobody"], "no corpus 'music21:nobody'"),
        ([".", "--grid", "5"], "5 steps a beat"),
        ([".", "--track", "colour:red"], "'colour:red' chooses no track"),
        ([".", "--shortest", "9", "--longest", "8"], "9 to 8 beats make no sense"),
    ],
)
def test_wrong_usage_is_one_sentence(
    typed: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words):
        CliRunner().invoke(app, ["corpus", *typed], catch_exceptions=False)


def test_a_folder_of_which_nothing_can_be_learned_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no MIDI file in"):
        CliRunner().invoke(app, ["corpus", str(tmp_path)], catch_exceptions=False)
    (tmp_path / "x.mid").write_bytes(b"MThd")
    with pytest.raises(DescantError, match=r"no piece to learn from .* x\.mid is torn"):
        CliRunner().invoke(app, ["corpus", str(tmp_path)], catch_exceptions=False)
