"""Human music beside which takes are judged: split as the model's training was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from descant_daemon.midi_file import write_song
from descant_daemon.tempo_map import TempoMap
from descant_export.evaluate.takes.human import read_human
from descant_routing.errors import UsageError


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six tunes; the list keeps three for training and leaves one out."""
    monkeypatch.setattr("platformdirs.user_cache_dir", {"descant": str(tmp_path / "cache")}.get)
    (tmp_path / "tunes").mkdir()
    for number in range(6):
        keys = np.random.default_rng(number).integers(60, 80, 32)
        track = [
            (480 * (at + later), bytes((kind, int(key), 80)))
            for at, key in enumerate(keys)
            for later, kind in ((0, 0x90), (1, 0x80))
        ]
        track.sort(key=lambda event: (event[0], event[1][0]))
        write_song(tmp_path / "tunes" / f"{number}.mid", {"tune": track}, TempoMap(480, ()))
    (tmp_path / "sides").write_text("train 0\ntrain 3\ntrain 5\nvalid 1\ntest 4\n", encoding="utf-8")
    path = tmp_path / "recipe.yaml"
    path.write_text("waltz:\n  from: tunes\n  list: sides\n", encoding="utf-8")
    return path


def test_a_style_is_split_as_its_recipe_says(recipe: Path) -> None:
    """Else what the model learned from would count as held out."""
    human = read_human(f"{recipe}:waltz")
    assert [piece.name for piece in human.train] == ["0.mid", "3.mid", "5.mid"]
    assert [piece.name for piece in human.held_out] == ["4.mid", "1.mid"]
    assert human.name == "tunes"


def test_a_style_that_the_recipe_has_not(recipe: Path) -> None:
    with pytest.raises(UsageError, match=r"recipe\.yaml has no style 'walz' \(did you mean 'waltz'\?\)"):
        read_human(f"{recipe}:walz")


def test_human_music_is_read_at_the_steps_of_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a corpus of triplets would be left out as having no grid; from the cache, it is the same."""
    monkeypatch.setattr("platformdirs.user_cache_dir", {"descant": str(tmp_path / "cache")}.get)
    (tmp_path / "swing").mkdir()
    for number in range(6):
        keys = np.random.default_rng(number).integers(60, 80, 48)
        notes = [(160 * at, 160 * at + 160, int(key)) for at, key in enumerate(keys)]
        track = [
            (tick, bytes((kind, key, 80)))
            for on, off, key in notes
            for tick, kind in ((on, 0x90), (off, 0x80))
        ]
        track.sort(key=lambda event: (event[0], event[1][0]))
        write_song(tmp_path / "swing" / f"{number}.mid", {"tune": track}, TempoMap(480, ()))
    for _ in range(2):
        human = read_human(str(tmp_path / "swing"), steps_per_beat=12)
        pieces = [*human.train, *human.held_out]
        assert {piece.steps_per_beat for piece in pieces} == {12}
        assert {int(note["on"]) % 4 for piece in pieces for note in piece.notes} == {0}
