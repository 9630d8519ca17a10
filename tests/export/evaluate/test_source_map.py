"""The pieces behind the rolls: found in their archive, in the rolls' key, and the same music."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from descant_daemon.midi_file import write_song
from descant_daemon.note_state import PIANO, PLAY, PitchRange
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.piece import from_notes
from descant_export.evaluate.rolls import read_rolls
from descant_export.evaluate.scores import share_outside
from descant_export.evaluate.source_map import mapped_pieces, set_of
from descant_routing.errors import DescantError, UsageError

DATA = Path(__file__).parents[4] / "shared/data"


def entry(file: str, split: str = "test", transpose: int = -2, score: float = 1.0) -> dict[str, object]:
    return {"split": split, "index": 0, "file": file, "transpose": transpose, "score": score}


def write_map(path: Path, *entries: object) -> Path:
    path.write_text(json.dumps({"piano_midi": entries}))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """``one.mid`` twice: key 60 in the outer folder, key 61 further in."""
    path = tmp_path / "piano_midi.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for folder, key in (("midi/melody", 61), ("midi", 60)):
            events = [(0, bytes((0x90, key, 64))), (480, bytes((0x80, key, 0)))]
            write_song(tmp_path / "one.mid", {"piano": events}, TempoMap(480, ()))
            opened.write(tmp_path / "one.mid", f"{folder}/one.mid")
    return path


def test_pieces_come_in_the_key_of_the_rolls_and_doubtful_ones_are_left_out(
    archive: Path, tmp_path: Path
) -> None:
    source_map = write_map(
        tmp_path / "map.json", entry("one.mid"), entry("one.mid", "train"), entry("none.mid", score=0.79)
    )
    found = mapped_pieces(source_map, "piano_midi", archive, print)
    assert found.sequences == {"train": 1, "valid": 0, "test": 2}
    assert {split: len(pieces) for split, pieces in found.pieces.items()} == {
        "train": 1,
        "valid": 0,
        "test": 1,
    }
    assert found.pieces["test"][0].keys == (58, 58), "the file in the outermost folder, two semitones down"


def test_a_key_that_the_transposition_moves_off_the_end_is_left_out(archive: Path, tmp_path: Path) -> None:
    source_map = write_map(tmp_path / "map.json", entry("one.mid", transpose=-61))
    (piece,) = mapped_pieces(source_map, "piano_midi", archive, print).pieces["test"]
    assert len(piece.notes) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "has no piano_midi"),
        ('{"nottingham": []}', "has no piano_midi"),
        ('{"piano_midi": 3}', "piano_midi. is not right"),
        ('{"piano_midi": [{"split": "test"}]}', r"piano_midi\.0\.file is not right: Field required"),
        (json.dumps({"piano_midi": [entry("one.mid", split="exam")]}), r"piano_midi\.0\.split is not right"),
        (json.dumps({"piano_midi": [entry("other.mid")]}), r"has no other\.mid"),
    ],
)
def test_a_map_that_is_none_is_said_in_a_sentence(
    archive: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "map.json").write_text(content)
    with pytest.raises(DescantError, match=sentence) as caught:
        mapped_pieces(tmp_path / "map.json", "piano_midi", archive, print)
    assert "\n" not in str(caught.value)


def test_an_archive_is_known_by_its_name() -> None:
    assert set_of(Path("some/piano_midi_de.zip")) == "piano_midi"
    assert set_of(Path("nottingham.zip")) == "nottingham"
    with pytest.raises(UsageError, match="piano_midi or nottingham"):
        set_of(Path("lieder.zip"))


def test_notes_that_a_model_does_not_know_are_counted() -> None:
    piece = from_notes("", [[(0, 1, 20), (1, 2, 21), (2, 3, 60), (3, 4, 61)]], range(4))
    assert share_outside([piece], PIANO) == 1 / 4
    assert share_outside([piece, piece], PitchRange(60, 60)) == 3 / 4


@pytest.mark.parametrize(
    ("name", "archive_name", "rolls", "mapped", "alike"),
    [
        ("piano_midi", "piano_midi_de.zip", "Piano_midi.mat", (85, 11, 25), 0.95),
        (
            "nottingham",
            "nottingham.zip",
            "Nottingham.mat",
            (617, 156, 147),
            0.85,
        ),  # some chords are held on, or left out
    ],
)
def test_the_mapped_pieces_are_the_music_of_the_rolls(
    name: str, archive_name: str, rolls: str, mapped: tuple[int, int, int], alike: float
) -> None:
    source_map = DATA / "benchmark/source_map.json"
    if not source_map.exists():
        pytest.skip(f"the source map is not at {source_map}")
    told: list[str] = []
    found = mapped_pieces(source_map, name, DATA / archive_name, told.append)
    assert tuple(len(pieces) for pieces in found.pieces.values()) == mapped
    assert not told
    sequences = read_rolls(DATA / "benchmark" / rolls).test
    entries = [each for each in json.loads(source_map.read_text())[name] if each["split"] == "test"]
    used = [
        each["index"] for each in entries if each["score"] >= {"piano_midi": 0.8, "nottingham": 0.9}[name]
    ]
    agreement = []
    for piece, index in zip(found.pieces["test"], used, strict=True):
        theirs = sequences[index] > 0
        # A frame of a roll is what sounds near an eighth's grid point; a piece begins with its first note, and some
        # rolls with the rest before it.
        state = np.pad(piece.state(range(piece.voices), PIANO)[..., PLAY] > 0, ((32, 0), (0, 0)))
        ours = [state[late::2] for late in range(50)]
        agreement.append(max(shared_cells(classes(one), classes(theirs)) for one in ours))
    assert np.median(agreement) > alike


def classes(roll: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``[steps, 12]``: Nottingham's chords lie an octave lower in the files than in the rolls."""
    padded = np.pad(roll, ((0, 0), (9, 11)))  # from C to B
    return np.asarray(padded.reshape(len(roll), -1, 12).any(1))


def shared_cells(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """F1 of the cells that play, over the steps that both have."""
    steps = min(len(one), len(other))
    one, other = one[:steps], other[:steps]
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))
