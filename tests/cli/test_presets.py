"""``descant presets``, to people and to scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.parameters import TABLE

Run = Callable[..., str]
SHELF = [
    "art-song",
    "bach-chorale",
    "folk",
    "hymn",
    "palette",
    "piano",
    "quick-chorale",
    "ragtime",
    "renaissance",
    "string-quartet",
]


def test_presets(descant: Run) -> None:
    assert "Bach chorale" in descant("presets")
    rows = json.loads(descant("presets", "--json"))["presets"]
    assert [row["name"] for row in rows if row["origin"] == "shelf"] == SHELF
    assert "temperature" in descant("presets", "--parameters")


def test_a_broken_preset_of_your_own_is_named_and_the_rest_are_listed(
    descant: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "descant" / "presets" / "mine"
    own.mkdir(parents=True)
    (own / "preset.yaml").write_text("title: Mine\nmodell: x\n")
    said = descant("presets")
    assert "cannot be used" in said
    assert "modell" in said
    assert "Bach chorale" in said


@pytest.mark.parametrize("wide", [44, 60, 80])
def test_lists_fit_the_terminal(descant: Run, monkeypatch: pytest.MonkeyPatch, wide: int) -> None:
    monkeypatch.setenv("COLUMNS", str(wide))
    for arguments in (["presets"], ["presets", "--parameters"], ["ports"]):
        lines = descant(*arguments).splitlines()
        assert len(lines) > 3
        assert [line for line in lines if len(line) > wide and " " in line.strip()] == []
    assert descant("presets", "--parameters").count("\n") > 2 * len(TABLE)


def test_what_is_piped_has_a_row_a_line(descant: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = descant("presets", "--parameters").splitlines()
    assert len([row for row in rows if row.startswith("| `")]) == len(TABLE) + len(ACTIONS)
    assert len(max(rows, key=len)) > 200


def test_the_schema_of_presets_is_printed_for_editors(descant: Run) -> None:
    schema = json.loads(descant("presets", "--schema"))
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"title", "model", "cc"} <= schema["properties"].keys()
