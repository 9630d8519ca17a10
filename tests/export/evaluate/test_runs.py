"""A run of the benchmark, scored here in stretches and there whole: one figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from descant_daemon.note_state import PIANO, PitchRange
from descant_export.benchmark.recipes import RECIPES
from descant_export.benchmark.scoring import mean_log_likelihood
from descant_export.benchmark.sets import RollSet
from descant_export.evaluate.baselines import marginal
from descant_export.evaluate.rolls import as_pieces
from descant_export.evaluate.runs import scorer_of
from descant_export.evaluate.scores import score
from descant_export.evaluate.teacher_forcing import STRETCH, TableScorer, WithRates
from descant_export.families.kernel import KernelShape
from descant_export.families.table_biaxial import RollBiaxial, RollShape
from descant_export.training.checkpoint import Checkpoint, Standing
from descant_routing.errors import DescantError

SHAPES = {
    "Johnson's": RollShape(KernelShape(PIANO, planes=1, beat="none"), (6,), (5,)),
    "all additions": RollShape(
        KernelShape(PitchRange(40, 70), planes=1, beat="none"),
        (6, 5),
        (5,),
        lags=(2, 7, 40),
        counted=True,
        below=True,
        pitch_bias=True,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_in_stretches_as_whole(name: str) -> None:
    torch.manual_seed(0)
    model = RollBiaxial(SHAPES[name]).eval()
    rng = np.random.default_rng(0)
    rolls = [(rng.random((steps, 88)) < 0.1).astype(np.uint8) for steps in (3, 2 * STRETCH + 9)]
    frames = [roll[..., None] for roll in rolls]
    expected = mean_log_likelihood(model, RollSet("set", PIANO, frames, frames, frames), frames, fast=False)
    pieces = as_pieces("set", rolls)
    found = score(WithRates(TableScorer(model), marginal(pieces)), pieces)
    assert found.total == pytest.approx(expected, rel=1e-5)


def test_a_run_of_the_benchmark_is_scored_as_a_table_has_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    roll_set = RollSet("jsb", PIANO, *([(rng.random((n, 88, 1)) < 0.1).astype(np.uint8)] for n in (9, 8, 7)))
    config = RECIPES["descant-1"].config("descant-1", roll_set, 1, 2)
    Checkpoint(config, "jsb", config.build().state_dict(), {}, Standing()).save(tmp_path / "best.pt")
    loaded = scorer_of(tmp_path)
    assert isinstance(loaded.scorer, TableScorer)
    assert (loaded.family, loaded.scorer.parts) == ("descant-1", ("play",))


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DescantError, match="no checkpoint at"):
        scorer_of(tmp_path)
