"""Training in the small: batches say what they should, learning learns, going on is as if never stopped."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from descant_daemon.note_state import PitchRange
from descant_export.corpus.piece import Piece, from_notes
from descant_export.corpus.splits import Split
from descant_export.model.biaxial import Biaxial, Shape
from descant_export.model.kernel import KernelShape
from descant_export.training import checkpoint
from descant_export.training.baselines import hold_last_step, markov
from descant_export.training.batches import given_voices, random_batch, segment, transpositions
from descant_export.training.config import OPTIMISERS, Config
from descant_export.training.evaluation import evaluate
from descant_export.training.train import Progress, learning_rate, train
from descant_routing.errors import DescantError

PITCHES = PitchRange(40, 75)
TINY = Config(
    pitch_low=40, pitch_high=75, time_layers=(8,), note_layers=(6,), dropout=0.0, updates=4, batch=2,
    segment=8, evaluate_every=2, warm_up=1,
)  # fmt: skip


@pytest.fixture
def pieces() -> list[Piece]:
    melody = [(step, step + 2, 60 + (step * 5) % 12) for step in range(0, 24, 2)]
    bass = [(step, step + 4, 45 + (step % 3)) for step in range(0, 24, 4)]
    return [from_notes("a", [melody, bass], [(step + 12) % 16 for step in range(24)])]


def test_a_segment_is_the_piece_one_step_apart(pieces: list[Piece]) -> None:
    whole = pieces[0].state([0, 1], PITCHES)
    for start in (0, 5, 20):
        batch = segment(pieces[0], start, 8, 0, [0], TINY.shape())
        real = int(batch.real.sum())
        assert real == min(8, 24 - start)
        assert np.array_equal(batch.now[0, :real], whole[start : start + real])
        expected = whole[start - 1] if start else np.zeros_like(whole[0])
        assert np.array_equal(batch.before[0, 0], expected)
        assert np.array_equal(batch.before[0, 1:real], batch.now[0, : real - 1])
        assert np.array_equal(batch.given[0, :real], pieces[0].state([0], PITCHES)[start : start + real])
        assert batch.step_in_bar[0, :real].tolist() == [(s + 12) % 16 for s in range(start, start + real)]
        assert not batch.now[0, real:].any()


def test_transposing_moves_every_note_and_loses_none(pieces: list[Piece]) -> None:
    keys = transpositions(pieces[0], PITCHES, 6)
    assert (keys[0], keys[-1]) == (-5, 5)  # the bass would leave the range below, the melody above
    notes = pieces[0].state([0, 1], PITCHES).sum()
    for shift in keys:
        moved = pieces[0].state([0, 1], PITCHES, shift)
        assert moved.sum() == notes
        assert np.array_equal(np.roll(pieces[0].state([0, 1], PITCHES), shift, axis=1), moved)


def test_given_voices_of_every_kind() -> None:
    rng = np.random.default_rng(0)
    assert given_voices("none", 4, rng) == []
    assert given_voices("top", 4, rng) == [0]
    assert given_voices("bottom", 4, rng) == [3]
    subsets = {tuple(given_voices("subset", 4, rng)) for _ in range(300)}
    assert len(subsets) == 15, "every subset but all four"
    assert (0, 1, 2, 3) not in subsets


def test_a_batch_gives_only_what_is_played(pieces: list[Piece]) -> None:
    batch = random_batch(pieces, 16, 8, TINY.shape(), 6, np.random.default_rng(1))
    assert (batch.given <= batch.now).all()
    assert batch.now.shape == (16, 8, 36, 2)


def run(folder: Path, pieces: list[Piece], config: Config, stop_at: int | None = None) -> list[Progress]:
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.update == stop_at:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        train(config, "test", pieces, pieces, folder, report)
    return seen


def test_going_on_is_as_if_never_stopped(pieces: list[Piece], tmp_path: Path) -> None:
    config = replace(TINY, dropout=0.3)
    run(tmp_path / "straight", pieces, config)
    run(tmp_path / "halved", pieces, config, stop_at=2)
    run(tmp_path / "halved", pieces, config)
    one, other = (checkpoint.load(tmp_path / name / "last.pt") for name in ("straight", "halved"))
    assert one.update == other.update == 4
    assert all(torch.equal(one.model[name], other.model[name]) for name in one.model)


def test_learning_learns(pieces: list[Piece], tmp_path: Path) -> None:
    config = replace(TINY, updates=80, evaluate_every=40, learning_rate=0.02)
    seen = run(tmp_path, pieces, config)
    assert seen[-1].train > seen[0].train + 3
    best = checkpoint.load(tmp_path / "best.pt")
    assert best.best == pytest.approx(seen[-1].best)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_moves_the_weights(optimiser: str, pieces: list[Piece], tmp_path: Path) -> None:
    config = replace(TINY, optimiser=optimiser, updates=2)
    run(tmp_path, pieces, config)
    torch.manual_seed(config.seed)
    fresh = Biaxial(config.shape()).state_dict()
    moved = checkpoint.load(tmp_path / "last.pt").model
    assert any(not torch.equal(fresh[name], moved[name]) for name in fresh if "weight" in name)


def test_the_rate_warms_up_and_comes_down() -> None:
    config = Config(warm_up=10, updates=100, learning_rate=1.0)
    rates = [learning_rate(config, update) for update in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.02


def test_a_checkpoint_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "torn.pt").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(DescantError, match=r"torn\.pt is not a checkpoint"):
        checkpoint.load(tmp_path / "torn.pt")
    with pytest.raises(DescantError, match="There is no checkpoint"):
        checkpoint.load(tmp_path / "none.pt")


def test_markov_against_counting_by_hand(pieces: list[Piece]) -> None:
    piece = pieces[0]
    state = piece.state([0, 1], PITCHES)
    total = 0.0
    for row in range(36):
        column = state[:, row]
        before = np.concatenate([[0.0], column[:-1, 0]])
        for step in range(24):
            same = before == before[step]
            p = (column[same, 0].sum() + 1) / (same.sum() + 2)
            total += np.log(p if column[step, 0] else 1 - p)
            if column[step, 0]:
                struck = (column[same, 1].sum() + 1) / (column[same, 0].sum() + 2)
                total += np.log(struck if column[step, 1] else 1 - struck)
    assert markov([piece], [piece], PITCHES).total == pytest.approx(total / 24)


def test_markov_knows_more_than_holding(split: Split) -> None:
    """Chorales have pitches that they use and others that they do not; holding cannot tell them apart."""
    wide = PitchRange(28, 91)
    held, chained = (score(split.train, split.test, wide) for score in (hold_last_step, markov))
    assert held.total < chained.total < -3


def test_evaluation_does_not_depend_on_how_pieces_are_batched(small_model, split: Split) -> None:  # type: ignore[no-untyped-def]
    pieces = sorted(split.valid, key=lambda piece: piece.steps)[:3]
    together = evaluate(small_model, pieces, [0])
    apart = [evaluate(small_model, [piece], [0]) for piece in pieces]
    steps = sum(score.steps for score in apart)
    assert together.steps == steps == sum(piece.steps for piece in pieces)
    assert together.total == pytest.approx(
        sum(score.total * score.steps for score in apart) / steps, rel=1e-5
    )


def test_shape_is_what_the_paper_lets_one_set() -> None:
    config = Config(vicinity=7, time_layers=(5, 6, 7), note_layers=(4,), beat_cycle=24, dropout=0.75)
    shape = config.shape()
    assert shape == Shape(KernelShape(PitchRange(28, 91), 7, 24), (5, 6, 7), (4,), 1, 4, 0.75)
    assert Config.from_dict(config.as_dict()) == config
