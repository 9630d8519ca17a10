"""What every family is held to: it learns, goes on where it was killed, and plays as it was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.training.tiny import TINY, tiny_pieces

from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.teacher_forcing import NetworkScorer, validate
from descant_export.families import FAMILIES
from descant_export.families.network import Network
from descant_export.onnx_graphs.export import UNNAMED, export
from descant_export.onnx_graphs.parity import TOLERANCE, check_parity, parity
from descant_export.onnx_graphs.weights import read_weights
from descant_export.training import checkpoint
from descant_export.training.batches import segment
from descant_export.training.config import Config
from descant_export.training.train import UpdateReport, train
from descant_routing.errors import DescantError

every_family = pytest.mark.parametrize("family", FAMILIES)


def tiny(family: str, **changes: object) -> Config:
    return TINY.but(family=family).but(schedule="constant", **changes)


def loud(family: str) -> bool:
    return FAMILIES[family].tells_velocity


def spread(config: Config) -> Network:
    """Away from the flat beginning, so that differences show."""
    torch.manual_seed(5)
    model = config.build().eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2.0)
    return model


@every_family
def test_every_weight_learns_and_no_gradient_is_lost(family: str, tmp_path: Path) -> None:
    config = tiny(family, velocity=loud(family), updates=3)
    pieces = tiny_pieces()
    train(config, "tiny", pieces, pieces, tmp_path, lambda report: None)
    torch.manual_seed(config.seed)
    begun, learned = config.build().state_dict(), checkpoint.load(tmp_path / "last.pt").model
    for name, weight in begun.items():
        assert torch.isfinite(learned[name]).all()
        assert not torch.equal(weight, learned[name]), name


class KilledError(Exception):
    """Stands for SIGKILL."""


@every_family
def test_a_killed_run_goes_on_to_the_bit(family: str, tmp_path: Path) -> None:
    config, pieces = tiny(family, average=0.9, patience=1, fall=0.5, falls=9), tiny_pieces()

    def dies(report: UpdateReport) -> None:
        if report.update in {3, 6}:
            raise KilledError

    train(config, "tiny", pieces, pieces, tmp_path / "whole", lambda report: None)
    for _ in range(2):
        with pytest.raises(KilledError):
            train(config, "tiny", pieces, pieces, tmp_path / "killed", dies)
    train(config, "tiny", pieces, pieces, tmp_path / "killed", lambda report: None)
    assert (tmp_path / "killed/curve.csv").read_bytes() == (tmp_path / "whole/curve.csv").read_bytes()
    for file in ("last.pt", "best.pt"):
        one, other = (checkpoint.load(tmp_path / run / file).model for run in ("whole", "killed"))
        assert all(torch.equal(one[name], other[name]) for name in one)


@every_family
def test_a_step_hears_nothing_that_comes_later_or_lies_above(family: str) -> None:
    """But for what is given, which is heard above as well (and by the roll LSTM in the next step)."""
    config = tiny(family)
    model, rng = spread(config), np.random.default_rng(1)
    now = torch.from_numpy((rng.random((1, 6, 36, 2)) < 0.3).astype(np.float32))
    before = torch.cat([torch.zeros_like(now[:, :1]), now[:, :-1]], 1)
    nothing, bar, style = torch.zeros_like(now), torch.arange(6)[None], torch.ones(1, 1)
    with torch.no_grad():
        logits, _ = model.heads(before, now, nothing, bar, style)
        other = now.clone()
        other[:, 3, 20:] = 1 - other[:, 3, 20:]
        after, _ = model.heads(before, other, nothing, bar, style)
        assert torch.equal(after[:, :3], logits[:, :3])
        assert torch.allclose(after[:, 3, :21], logits[:, 3, :21], atol=1e-6)
        assert torch.allclose(after[:, 4:], logits[:, 4:], atol=1e-6)
        given = nothing.clone()
        given[:, 3, 25] = 1
        known, _ = model.heads(before, torch.maximum(now, given), given, bar, style)
    assert torch.allclose(known[:, 3, 20], logits[:, 3, 20], atol=1e-6) == (family == "roll")


@every_family
def test_step_by_step_as_whole(family: str) -> None:
    """What validation sums up is what judges ask for, step by step."""
    model, piece = spread(tiny(family)), longer()
    (steps,) = NetworkScorer(model, float64=True).log_likelihoods([piece])
    assert steps.shape == (piece.steps, 2)
    (begun,) = NetworkScorer(model).log_likelihoods([piece.part(0, 20)])
    assert begun == pytest.approx(steps[:20], abs=1e-4), "a step knows nothing of what comes after it"
    assert validate(model, [piece]).total == pytest.approx(steps.mean(0).sum(), rel=1e-4)


@every_family
@pytest.mark.parametrize("window", ["centred", "below"])
def test_pytorch_the_graphs_and_the_daemon_agree(family: str, window: str, tmp_path: Path) -> None:
    config = tiny(family, velocity=loud(family), styles=("one", "two"))
    if family == "tp-nade":
        config = config.but(window=window)
    model, piece = spread(config), longer()
    common = {**UNNAMED, "steps_per_beat": 4, "styles": config.styles}
    export(model, model.metadata(**common), tmp_path / "model")
    assert parity(model, tmp_path / "model", piece) < TOLERANCE
    with torch.no_grad():
        next(model.stacks[0].parameters())[0] += 0.3
    with pytest.raises(DescantError, match="differ from PyTorch by"):
        check_parity(model, tmp_path / "model", piece)


def longer() -> Piece:
    """More than 64 steps of two voices."""
    rng = np.random.default_rng(3)
    tune = [(4 * at, 4 * at + int(rng.integers(1, 5)), int(rng.integers(60, 75)), 80) for at in range(20)]
    bass = [(8 * at, 8 * at + 6, int(rng.integers(41, 58)), 60) for at in range(10)]
    return from_notes("long", [tune, bass], [step % 16 for step in range(88)])


def test_segments_are_of_one_kind() -> None:
    """One batcher: what a family is told does not depend on it."""
    piece = tiny_pieces()[0]
    batches = [segment(piece, 0, 8, 0, [0], tiny(family).shape()) for family in FAMILIES]
    for other in batches[1:]:
        assert all(torch.equal(one, two) for one, two in zip(batches[0], other, strict=True))


@every_family
def test_weights_come_back_from_what_was_written(family: str, tmp_path: Path) -> None:
    config = tiny(family, velocity=loud(family), styles=("one", "two"))
    model = spread(config)
    common = {**UNNAMED, "steps_per_beat": 4, "styles": config.styles}
    export(model, model.metadata(**common), tmp_path / "model")
    metadata, weights = read_weights(tmp_path / "model")
    assert metadata.family == family
    expected = model.state_dict()
    assert weights.keys() == expected.keys()
    assert all(torch.equal(weights[name], expected[name]) for name in expected)
