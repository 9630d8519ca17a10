"""Protocol A: reading the piano rolls, scoring them, and the anchors that were computed elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from descant_daemon.note_state import PIANO, PLAY
from descant_export.corpus.piece import Piece
from descant_export.evaluate.baselines import BASELINES
from descant_export.evaluate.rolls import as_pieces, parse_rolls, read_rolls
from descant_export.evaluate.scores import Nats, Score, score
from descant_routing.errors import DescantError

BENCHMARK = Path(__file__).parents[4] / "shared/data/benchmark"
# Test sequences and steps, then random, marginal and Markov: worked out from the same files by someone else.
ANCHORS = {
    "JSB_Chorales": (77, 4_725, -60.997, -11.06, -10.47),
    "MuseData": (124, 64_339, -60.997, -11.51, -8.56),
    "Nottingham": (170, 44_463, -60.997, -10.25, -5.16),
    "Piano_midi": (25, 19_036, -60.997, -11.05, -8.26),
}


def cells(*rolls: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A row of MATLAB cells."""
    row = np.empty((1, len(rolls)), object)
    for index, roll in enumerate(rolls):
        row[0, index] = roll
    return row


def write(path: Path, **changes: object) -> Path:
    roll = np.eye(3, 88, dtype=np.uint8)
    scipy.io.savemat(
        path, {"traindata": cells(roll), "validdata": cells(roll), "testdata": cells(roll), **changes}
    )
    return path


@pytest.mark.parametrize("name", ANCHORS)
def test_the_baselines_give_the_published_sets_their_anchors(name: str) -> None:
    path = BENCHMARK / f"{name}.mat"
    if not path.exists():
        pytest.skip(f"the piano rolls are not at {path}")
    rolls = read_rolls(path)
    sequences, steps, random, marginal, markov = ANCHORS[name]
    training, test = (as_pieces(name, side) for side in (rolls.train, rolls.test))
    found = {kind: score(make(training), test) for kind, make in BASELINES.items()}
    assert len(test) == sequences
    assert {each.steps for each in found.values()} == {steps}
    assert round(found["random"].total, 3) == random
    assert round(found["marginal"].total, 2) == marginal
    assert round(found["markov"].total, 2) == markov


def test_markov_and_marginal_as_the_formula_says_written_slowly() -> None:
    rng = np.random.default_rng(1)
    training = [(rng.random((steps, 88)) < 0.2).astype(np.uint8) for steps in (7, 1, 12)]
    roll = (rng.random((5, 88)) < 0.2).astype(np.uint8)
    marginal, markov = [0.0] * 5, [0.0] * 5
    for pitch in range(88):
        column = [int(one[t, pitch]) for one in training for t in range(len(one))]
        pairs = [(int(one[t - 1, pitch]), int(one[t, pitch])) for one in training for t in range(1, len(one))]
        for t in range(5):
            often = (sum(column) + 1) / (len(column) + 2)
            marginal[t] += math.log(often if roll[t, pitch] else 1 - often)
            if t:
                after = [now for was, now in pairs if was == roll[t - 1, pitch]]
                often = (sum(after) + 1) / (len(after) + 2)
            markov[t] += math.log(often if roll[t, pitch] else 1 - often)
    for kind, expected in (("marginal", marginal), ("markov", markov)):
        (found,) = BASELINES[kind](as_pieces("training", training)).log_likelihoods(as_pieces("one", [roll]))
        np.testing.assert_allclose(found[:, 0], expected)


class Lengths:
    """Each step is as likely as its sequence is short."""

    pitches, parts = PIANO, ("play",)

    def log_likelihoods(self, pieces: Sequence[Piece]) -> list[Nats]:
        return [np.full((piece.steps, 1), -float(piece.steps)) for piece in pieces]


def test_the_mean_is_over_steps_not_over_sequences() -> None:
    pieces = as_pieces("silence", [np.zeros((steps, 88), np.uint8) for steps in (1, 3)])
    assert score(Lengths(), pieces) == Score({"play": -(1 + 3 * 3) / 4}, 4)


def test_a_roll_as_a_piece_is_the_same_roll() -> None:
    roll = (np.random.default_rng(2).random((40, 88)) < 0.4).astype(np.uint8)
    (piece,) = as_pieces("random", [roll])
    assert np.array_equal(piece.state([0], PIANO)[..., PLAY], roll)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"testdata": np.zeros((3, 88))}, "no sequences called testdata"),
        ({"validdata": cells()}, "no sequences called validdata"),
        ({"traindata": cells(np.zeros((3, 87)))}, "sequence 0 of traindata is 3 x 87"),
        ({"traindata": cells(np.zeros((0, 88)))}, "sequence 0 of traindata is 0 x"),
        ({"testdata": cells(np.zeros((2, 88)), np.full((2, 88), 2))}, "sequence 1 of testdata holds more"),
        ({"testdata": cells(np.full((2, 88), np.nan))}, "holds more than 0 and 1"),
        ({"testdata": cells(np.array(["la la"]))}, "not a matrix of numbers"),
        ({"testdata": cells(np.zeros((2, 88), complex))}, "not a matrix of numbers"),
    ],
)
def test_what_is_not_a_set_of_rolls_is_said_in_a_sentence(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(DescantError, match=sentence) as caught:
        parse_rolls(write(tmp_path / "odd.mat", **changes))
    assert "odd.mat" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_torn_empty_absent_or_other_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mat").read_bytes()
    contents = {f"torn-{cut}": whole[:cut] for cut in (0, 128, 400, len(whole) - 1)}
    contents |= {
        "text": b"not a matrix at all, but long enough to be one" * 9,
        "hdf": b"\x89HDF\r\n\x1a\n" * 80,
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.mat").write_bytes(content)
        with pytest.raises(DescantError, match=rf"{name}\.mat"):
            parse_rolls(tmp_path / f"{name}.mat")
    with pytest.raises(DescantError, match="cannot be read: No such file"):
        read_rolls(tmp_path / "none.mat")


@pytest.mark.parametrize(("at", "byte"), [(144, 7), (240, 0), (300, 255)])
def test_a_wrong_byte_ends_in_a_sentence_even_where_the_reader_crashes(
    tmp_path: Path, at: int, byte: int
) -> None:
    content = bytearray(write(tmp_path / "changed.mat").read_bytes())
    content[at] = byte
    (tmp_path / "changed.mat").write_bytes(content)
    with pytest.raises(DescantError, match=r"changed\.mat"):
        read_rolls(tmp_path / "changed.mat")
