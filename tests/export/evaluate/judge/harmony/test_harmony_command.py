"""``descant judge --harmony`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.export.evaluate.judge.harmony.score import line
from tests.export.evaluate.judge.harmony.test_reading import save
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_routing.errors import UsageError

TUNE = "c5:8 d5:8 e5:8 d5:8 " * 4


def typed(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["judge", "--harmony", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "over").mkdir()
    save(tmp_path / "over" / "set.mid", {"melody": line(TUNE), "low": line("c4:16 g3:16 " * 4)})
    save(tmp_path / "over" / "alone.mid", {"melody": line(TUNE)})
    return tmp_path / "over"


def test_takes_beside_the_human_setting(folder: Path) -> None:
    asked = ["bach-chorale", "--over", folder, "--seeds", "1:2", "--bars", 8]
    told: dict[str, Any] = json.loads(typed(*asked, "--json"))
    assert told["seeds"] == [1, 2]
    assert told["pieces"]["set.mid"]["key"] == "C major"
    assert told["pieces"]["alone.mid"]["human"] is None
    assert told["human"]["bass_fourths_fifths"] == 7 / 31
    files = told["presets"]["bach-chorale"]["files"]
    assert {name: set(seeds) for name, seeds in files.items()} == {
        "set.mid": {"1", "2"},
        "alone.mid": {"1", "2"},
    }
    # The setting of a tune is not played: the same seed over the same tune gives the same take.
    assert files["set.mid"]["1"] == files["alone.mid"]["1"]
    assert files["set.mid"]["1"] != files["set.mid"]["2"]


def test_a_table_keeps_to_its_width(folder: Path, tmp_path: Path) -> None:
    """Names that are long are cut at their beginning; the human figures stand behind a stroke."""
    long = tmp_path / "a-preset-whose-name-is-longer-than-a-table-has-room-for"
    long.symlink_to(Path("presets/bach-chorale").resolve())
    (folder / "alone.mid").unlink()
    shown = typed(long, "--over", folder, "--seeds", "1", "--bars", 8, "--set", "density=0.5")
    assert max(map(len, shown.splitlines())) <= 80
    assert "has-room-for" in shown
    assert "/0" in shown


@pytest.mark.parametrize("way", ["--detached", "--shock", "--free"])
def test_the_other_ways(folder: Path, way: str) -> None:
    (folder / "alone.mid").unlink()
    over = [] if way == "--free" else ["--over", folder]
    told: dict[str, Any] = json.loads(
        typed("bach-chorale", *over, "--seeds", "3", "--bars", 8, way, "--json")
    )
    (preset,) = told["presets"].values()
    if way == "--shock":
        assert len(preset["takes"]["after"]) == 4
        assert preset["of"] == 1
    elif way == "--free":
        assert len(preset["3"]["keys"]) == 8
    else:
        assert preset["takes"]["voices"] > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hymn", "--free", "--over", "x"], "--free plays without a tune"),
        (["hymn", "--free", "--shock"], "two ways"),
        (["hymn", "--seeds", "4:1"], "seeds go up"),
        (["hymn", "--seeds", "one"], "of the form 1:4"),
        (["hymn", "hymn"], "judged once"),
        (["hym"], "no preset called"),
        (["hymn", "--set", "densty=1"], "densty"),
        (["hymn", "--sweep", "density=0:1"], "goes without"),
    ],
)
def test_what_makes_no_sense(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        CliRunner().invoke(app, ["judge", "--harmony", *arguments], catch_exceptions=False)


def test_ways_of_harmony_without_it() -> None:
    with pytest.raises(UsageError, match="go with --harmony"):
        CliRunner().invoke(app, ["judge", "hymn=x", "--shock"], catch_exceptions=False)
