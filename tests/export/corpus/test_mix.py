"""Several styles for one model: the recipe, what is read and split, what a run keeps of it, what it draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.export.training.tiny import PITCHES, TINY
from tests.tunes.as_midi import write_midi
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.model.model_files import check_model_files
from descant_daemon.settings.lined_yaml import FileError
from descant_daemon.settings.preset import load_preset
from descant_daemon.tunes import load
from descant_export import commands
from descant_export.corpus.gathered import Styled
from descant_export.corpus.kept import keep, load_kept
from descant_export.corpus.mix import Mix, load_mix
from descant_export.corpus.piece import from_notes
from descant_export.training.batches import Dataset
from descant_routing.errors import UsageError

HYMNS = ("dundee", "old-hundredth", "st-anne", "tallis-canon", "st-flavian", "winchester-old")
SONGS = ("greensleeves", "silent-night", "carol", "azmon", "new-britain", "ode-to-joy")
SMALL = ["time_layers=[6]", "note_layers=[5]", "segment=16", "batch=2", "evaluate_every=2", "sample_bars=0"]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    for style, tunes in (("hymns", HYMNS), ("songs", SONGS)):
        (tmp_path / style).mkdir()
        (tmp_path / style / "CREDITS").write_text(f"{style.capitalize()}, typed in by hand")
        for tune in tunes:
            write_midi(load(tune).notes, tmp_path / style / f"{tune}.mid")
    listed = [
        f"{side} {tune}" for side, tune in zip(("train", "train", "valid", "test"), SONGS, strict=False)
    ]
    (tmp_path / "songs.txt").write_text("\n".join(listed))
    path = tmp_path / "two.yaml"
    path.write_text("hymn:\n  from: hymns\nsong:\n  from: songs\n  list: songs.txt\n  min_beats: 4\n")
    return path


def test_each_piece_knows_its_style_and_its_side(recipe: Path) -> None:
    gathered = load_mix(recipe).gather(lambda _: None)
    assert list(gathered.styles) == ["hymn", "song"]
    assert {piece.name.removesuffix(".mid") for piece in gathered.split.test if piece.style} == {SONGS[3]}
    for side in gathered.split:
        for piece in side:
            assert piece.style == (piece.name.removesuffix(".mid") in SONGS)
    assert len(gathered.corpus.pieces) == 12
    assert gathered.corpus.name == "hymns, songs", "not where they lie"
    assert gathered.corpus.credit == "hymn: Hymns, typed in by hand. song: Songs, typed in by hand."


def test_a_run_keeps_its_recipe_and_its_lists(recipe: Path, tmp_path: Path) -> None:
    mix, run = load_mix(recipe), tmp_path / "run"
    keep(mix, run)
    (tmp_path / "songs.txt").unlink()
    recipe.unlink()
    kept = load_kept(run)
    assert isinstance(kept, Mix)
    assert len(kept.gather(lambda _: None).split.test) >= 2
    keep(mix, run)  # the same again
    other = Mix(mix.name, {**mix.choices, "song": mix.choices["hymn"]})
    with pytest.raises(UsageError, match="learns from two, read in its own way"):
        keep(other, run)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "a recipe is a map of styles"),
        ("hymn: hymns", "line 1: 'hymn' needs a folder or a collection"),
        ("hymn:\n  from: hymns\n  lst: a.txt", "line 3: there is no 'lst' here .did you mean 'list'"),
        ("hymn:\n  from: hymns\n  min_beats: many", "line 1: hymn: "),
        ("hymn: {from: a}\nsong: {from: b, steps_per_beat: 12}", "share one steps_per_beat"),
    ],
)
def test_what_no_recipe_says(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(FileError, match=words):
        load_mix(path)


def test_pieces_of_styles_in_a_row() -> None:
    one, other = ([from_notes(f"{style}{at}", [[(0, 4, 60)]], range(4)) for at in range(3)] for style in "ab")
    row = Styled([one, [], other])
    assert [(piece.name, piece.style) for piece in row] == [
        ("a0", 0), ("a1", 0), ("a2", 0), ("b0", 2), ("b1", 2), ("b2", 2),
    ]  # fmt: skip
    assert [piece.name for piece in row[2:4]] == ["a2", "b0"]
    assert row[-1].name == "b2"
    with pytest.raises(IndexError):
        row[6]


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_styles_are_drawn_as_balance_says(balance: float) -> None:
    """Nine times the music: drawn as often, three times or nine times as often."""
    small, large = (
        replace(from_notes("p", [[(0, steps, 60)]], range(steps)), style=style)
        for style, steps in ((0, 8), (1, 72))
    )
    config = TINY.but(balance=balance, given={"none": 1.0}, styles=("small", "large"))
    shape = config.shape()
    assert shape.kernel.pitches == PITCHES
    batch = Dataset.of([large, small]).batch(config, shape, 0, range(800))
    wanted = 9**balance / (1 + 9**balance)
    share = float(batch.style[:, 1].mean())
    assert abs(share - wanted) < 3.5 * np.sqrt(wanted * (1 - wanted) / 800)


def test_one_model_of_two_styles_and_one_style_that_begins_from_it(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_page(*_: object) -> None:
        """See test_command.py."""

    monkeypatch.setattr(commands, "summarise", no_page)

    def descant(*arguments: object) -> str:
        result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    settings = [part for text in SMALL for part in ("--set", text)]
    both, alone = tmp_path / "both", tmp_path / "alone"
    descant("train", recipe, "--run", both, "--updates", 2, *settings)
    descant("export", both, tmp_path / "two" / "two")
    descant(
        "train", tmp_path / "songs", "--run", alone, "--updates", 2, *settings, "--set", f"begin_from={both}"
    )
    descant("export", alone, tmp_path / "song" / "song")
    assert check_model_files(tmp_path / "two" / "two").metadata.styles == ("hymn", "song")
    preset = load_preset(tmp_path / "two" / "preset.yaml").to_parameters()
    assert (preset.style, preset.morph_to) == ("hymn", "song")
    card = (tmp_path / "song" / "card.md").read_text()
    assert str(tmp_path) not in card
    assert "begun with the weights of `both`, and what those had learned from counts as well" in card
