"""Takes: what is judged is what the file holds; the same seed gives the same notes; plainly means without controls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from descant_daemon.note_state import PitchRange
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.music import read_midi
from descant_export.evaluate.takes.markov import markov_takes
from descant_export.evaluate.takes.melody import melody_of
from descant_export.evaluate.takes.style import KEPT_PLAIN, Style, load_style, name_and_style
from descant_export.evaluate.takes.take import Take, piece_of, render_take, several
from descant_routing.errors import UsageError


@pytest.fixture(scope="module")
def style() -> Style:
    return load_style("bach-chorale")


TUNE = from_notes(
    "tune",
    [
        [(4 * at, 4 * at + 4, key) for at, key in enumerate((67, 69, 71, 72, 71, 69, 67, 66, 67))],
    ],
    [*range(12)] * 3,
)


def notes(piece: Piece) -> list[tuple[int, ...]]:
    return [tuple(int(note[name]) for name in ("on", "off", "key", "velocity")) for note in piece.notes]


@pytest.fixture(scope="module")
def over(style: Style) -> Take:
    return render_take(style, 3, 3, melody_of(TUNE))


def test_what_is_judged_is_what_another_reader_finds_in_the_file(over: Take, tmp_path: Path) -> None:
    over.write(tmp_path / "take.mid")
    read = read_midi("take", (tmp_path / "take.mid").read_bytes())
    assert [note[:3] for note in notes(read)] == [note[:3] for note in notes(over.piece)]
    assert over.metre == Metre(3, 4)
    assert over.piece.step_in_bar.tolist() == [*range(12)] * 3
    assert over.source == "tune"


def test_it_plays_under_the_melody_that_it_was_given(over: Take) -> None:
    voices = over.piece.notes["voice"]
    assert [int(key) for key in over.piece.notes["key"][voices == 0]] == [67, 69, 71, 72, 71, 69, 67, 66, 67]
    assert (voices == 1).sum() > 9


def test_the_same_seed_gives_the_same_notes_and_another_gives_others(style: Style, over: Take) -> None:
    again, other = several(style, [m for m in [melody_of(TUNE)] if m], 2, 99, first_seed=3)
    assert notes(again.piece) == notes(over.piece), "and no take is longer than its melody"
    assert notes(other.piece) != notes(over.piece)


def test_without_a_melody_it_plays_freely(style: Style) -> None:
    free = render_take(style, 1, 2)
    assert list(free.tracks) == ["Descant"]
    assert len(free.piece.notes)


def test_a_take_is_a_piece_at_the_steps_of_its_model() -> None:
    triplets = [
        (160 * at + late, bytes((kind, 60, 80))) for at in range(3) for kind, late in ((0x90, 0), (0x80, 150))
    ]
    piece = piece_of("take", [triplets], 1, Metre(4, 4), 12)
    assert [note[:2] for note in notes(piece)] == [(0, 4), (4, 8), (8, 12)]
    assert (piece.steps, piece.steps_per_beat) == (48, 12)


def test_plainly_keeps_what_is_asked_for_and_nothing_of_how(style: Style) -> None:
    busy = style.changed(["temperature=0.5", "follow=2", "voices=2", "low=50", "density=1.5"])
    plain, default = busy.plain().parameters, Parameters()
    for name in TABLE:
        expected = getattr(busy.parameters if name in KEPT_PLAIN else default, name)
        assert getattr(plain, name) == expected, name
    assert (plain.voices, plain.low, plain.temperature) == (2, 50, 1.0)


@pytest.mark.parametrize(
    ("typed", "name", "style"),
    [
        ("palette@hymn", "palette", "hymn"),
        ("my/presets/palette@hymn", "my/presets/palette", "hymn"),
        ("me@home/palette", "me@home/palette", ""),
        ("palette", "palette", ""),
        ("palette@", "palette@", ""),
    ],
)
def test_a_style_of_a_palette_is_named_after_it(typed: str, name: str, style: str) -> None:
    assert name_and_style(typed) == (name, style)


def test_a_path_has_the_name_of_its_folder_and_a_slip_is_refused() -> None:
    assert load_style("./presets/bach-chorale").name == "bach-chorale"
    with pytest.raises(UsageError, match="temprature"):
        load_style("bach-chorale", ["temprature=1"])


def test_markov_plays_each_pitch_as_often_as_training_does() -> None:
    # One key for two steps of every eight, another always: shares 1/4 and 1.
    steps = 4000
    taught = from_notes(
        "taught", [[(at, at + 2, 61) for at in range(0, steps, 8)], [(0, steps, 60)]], np.arange(steps) % 16
    )
    (take,) = markov_takes([taught], PitchRange(60, 62), 1, 200)
    length: dict[int, int] = {60: 0, 61: 0, 62: 0}
    for on, off, key, _ in notes(take.piece):
        length[key] += off - on
    assert length[60] / 3200 > 0.98
    # A chain of chances 1/6 to begin and 1/2 to go on plays a quarter of the time; ± 4 deviations.
    assert abs(length[61] / 3200 - 0.25) < 0.05
    assert length[62] / 3200 < 0.02
