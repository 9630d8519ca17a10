"""``descant judge`` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.midi_file import write_song
from descant_daemon.song import PPQ
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.piece import Piece
from descant_routing.errors import DescantError, UsageError

Pieces = Callable[[range], list[Piece]]


def judge(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["judge", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def save(pieces: list[Piece], folder: Path) -> Path:
    folder.mkdir()
    for piece in pieces:
        events = sorted(
            (int(at) * PPQ // 4, kind, int(note["key"]))
            for note in piece.notes
            for at, kind in ((note["on"], 0x90), (note["off"], 0x80))
        )
        track = [(tick, bytes((kind, key, 80))) for tick, kind, key in events]
        write_song(folder / f"{piece.name}.mid", {"x": track}, TempoMap(480, ()))
    return folder


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cache_dir(_name: str) -> str:
        return str(tmp_path / "cache")

    monkeypatch.setattr("platformdirs.user_cache_dir", cache_dir)


@pytest.mark.usefixtures("own_cache", "few_trees")
def test_takes_of_two_styles_beside_human_music(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hymns: Pieces, runs: Pieces
) -> None:
    """The presets are one model under two names; what is judged is rendered music from folders."""
    monkeypatch.setattr("descant_export.evaluate.judge.discriminator.HALVINGS", 2)
    corpora = {"hymns": save(hymns(range(60)), tmp_path / "h"), "runs": save(runs(range(60)), tmp_path / "r")}
    takes = {
        "hymns": save(hymns(range(90, 96)), tmp_path / "ht"),
        "runs": save(hymns(range(96, 102)), tmp_path / "rt"),
    }
    typed: list[object] = []
    for name, corpus in corpora.items():
        (tmp_path / name).symlink_to(Path("presets/bach-chorale").resolve())
        typed += [f"{tmp_path / name}={corpus}", "--music", f"{name}={takes[name]}"]
    told: dict[str, Any] = json.loads(judge(*typed, "--bars", 8, "--out", tmp_path / "out", "--json"))
    named = told["named"]
    assert named["chance"] == 0.5
    assert named["human"]["accuracy"] == 1
    assert named["ours"]["counts"] == {"hymns": {"hymns": 6, "runs": 0}, "runs": {"hymns": 6, "runs": 0}}
    auc = {name: told["styles"][name]["verdicts"]["ours"]["auc"]["all"] for name in corpora}
    assert auc["runs"] == 1, "hymns are no runs"
    assert auc["hymns"] < 0.9
    assert told["styles"]["hymns"]["copied"]["ours"]["copied_16"] < 1
    assert json.loads((tmp_path / "out" / "judgement.json").read_text()) == told
    assert len(list((tmp_path / "out").glob("*-self-similarity.png"))) == 2
    card = (tmp_path / "out" / "runs-card.md").read_text()
    assert "0% of takes for this style (chance: 50%)" in card
    assert "| takes | 1.00 | 1.00 |" in card
    assert "Where it still finds Descant out: " in card
    rows = [line for line in card.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {5, 6}, "every row as wide as its head"


def test_a_sweep_says_what_a_parameter_does() -> None:
    told = json.loads(
        judge(
            "bach-chorale", "--sweep", "density=0.3:1.7", "--points", 3, "--takes", 4, "--bars", 8, "--json"
        )
    )
    assert told["values"] == pytest.approx([0.3, 1.0, 1.7])
    assert told["statistics"]["polyphony"]["monotone"] == 1
    assert told["wire"] == {"stuck": 0, "doubled": 0}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["bach-chorale"], "'bach-chorale' is not of the form PRESET=CORPUS"),
        (["bach-chorale=x", "--bars", "12"], "multiple of 8"),
        (["bach-chorale=x", "bach-chorale=y"], "judged once"),
        (["bach-chorale=x", "--music", "hymn=y"], "--music names hymn"),
        (["bach-chorale", "--sweep", "density"], "NAME=LOW:HIGH"),
        (["bach-chorale", "--sweep", "densty=0:1"], "densty"),
        (["bach-chorale", "--sweep", "density=0:5"], "density must be"),
        (["bach-choral=x"], "no preset called"),
        (["bach-chorale=music21:beethoven"], "no corpus 'music21:beethoven'"),
    ],
)
def test_what_makes_no_sense(typed: list[str], words: str) -> None:
    with pytest.raises((UsageError, DescantError), match=words):
        CliRunner().invoke(app, ["judge", *typed], catch_exceptions=False)
