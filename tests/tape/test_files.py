"""Which file a session goes to, what ``render --take`` refuses, and which model plays again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.tape.studio import COINS, Studio, fixed, header, storm
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.cli.taping import Files, close_files, open_files
from descant_daemon.model.known import Models
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.rig.values import Rig
from descant_daemon.settings.shelf import find
from descant_daemon.tape.rebuild import engines
from descant_routing.errors import DescantError, UsageError


def test_no_file_is_written_over(tmp_path: Path) -> None:
    names = [open_files(tmp_path / "a.take").take.name for _ in range(3)]
    assert names == ["a.take", "a-2.take", "a-3.take"]
    (tmp_path / "b-2.mid").touch()
    files = [open_files(tmp_path / "b.mid") for _ in range(2)]
    assert files == [
        Files(tmp_path / "b.take", tmp_path / "b.mid"),
        Files(tmp_path / "b-3.take", tmp_path / "b-3.mid"),
    ]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing/a\.take cannot be recorded to: No such file or directory"):
        open_files(tmp_path / "missing" / "a.take")


def test_a_session_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    close_files(open_files(tmp_path / "a.mid"), begun=False)
    assert list(tmp_path.iterdir()) == []


def test_the_midi_file_of_a_session_lies_beside_its_take(tmp_path: Path) -> None:
    files = open_files(tmp_path / "a.mid")
    studio = Studio(header(), 3)
    studio.play(storm(3, 100), fixed())
    studio.save(files.take)
    close_files(files, begun=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mid", "a.take"]
    assert (tmp_path / "a.mid").read_bytes().startswith(b"MThd")


@pytest.mark.parametrize("extra", [["--seed", "3"], ["in.mid"], ["--set", "voices=2"], ["--tempo", "90"]])
def test_a_take_says_itself_how_it_was_played(tmp_path: Path, extra: list[str]) -> None:
    arguments = ["render", "bach-chorale", *extra, "--take", str(tmp_path / "a.take")]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, UsageError)
    assert "--take says itself" in str(result.exception)


def test_what_is_no_take_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.take").write_bytes(b"MThd")
    result = CliRunner().invoke(app, ["render", "--take", str(tmp_path / "a.take")])
    assert isinstance(result.exception, DescantError)
    assert "is not a take" in str(result.exception)


def played_by(**model: Any) -> list[Rig]:
    """A rig whose preset is of the shelf."""
    path = find("hymn")
    preset = load_preset(path)
    there = replace(Models().look(model_stem(path, preset)), **model)
    return [header(coins=replace(COINS, name="hymn", title=preset.title, model=there)).rig]


def test_another_model_is_told_of_and_one_that_moved_is_found() -> None:
    make_engine, changed = engines(played_by(stem=Path("elsewhere/hymn")))
    assert changed == []
    assert make_engine() is not make_engine()
    _, (sentence,) = engines(played_by(pair="0" * 64))
    assert "is another than when the take was recorded" in sentence
    assert sentence.endswith("000000000000 then)")
    for other in (
        {"pitches": PitchRange(0, 90)},
        {"steps_per_beat": 12},
        {"abilities": Abilities(styles=("hymn", "psalm"))},
    ):
        with pytest.raises(DescantError, match="has other pitches, steps, styles or abilities than then"):
            engines(played_by(**other))
    for nowhere in ("", "/", "x\0", "x" * 5000):
        with pytest.raises(DescantError, match="is neither at"):
            engines(played_by(stem=Path(nowhere)))
    with pytest.raises(DescantError, match="the model of 'Hymn' is neither at elsewhere/psalm nor at"):
        engines(played_by(stem=Path("elsewhere/psalm")))
