"""Crops, the measure, the optimiser and the cost of the benchmark, against what others computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from descant_daemon.note_state import PitchRange
from descant_export.benchmark.cost import flop_per_step
from descant_export.benchmark.crops import RollMaterial, crop, rows_of
from descant_export.benchmark.recipes import RECIPES
from descant_export.benchmark.scoring import mean_log_likelihood
from descant_export.benchmark.sets import Frames, RollSet, read_set
from descant_export.families.likelihood import log_likelihood
from descant_export.families.published_kernels import PIANO
from descant_export.families.table_biaxial import RollBiaxial, RollShape

DATA = Path(__file__).parents[3] / "../shared/data/benchmark"


def published(name: str) -> RollSet:
    """A set as it was published; nobody who has only a clone has it, and CI counts the skip as a failure."""
    if not DATA.exists():
        pytest.skip(f"the published sets are not at {DATA}")
    return read_set(DATA, name)


def some_set(lengths: tuple[int, ...] = (40, 7, 23)) -> RollSet:
    rng = np.random.default_rng(0)
    frames = [(rng.random((length, PIANO.size, 1)) < 0.05).astype(np.uint8) for length in lengths]
    for one in frames:
        one[:, :30] = one[:, 70:] = 0  # as music does, it keeps to the middle
    return RollSet("made up", PIANO, frames, frames[:1], frames[1:])


def shape_of(name: str, roll_set: RollSet) -> RollShape:
    shape: RollShape = RECIPES[name].config(name, roll_set, 1, 1).shape()
    return shape


def slowly(frames: Frames, step: int) -> np.ndarray:
    return frames[step] if 0 <= step < len(frames) else np.zeros_like(frames[0])


def test_a_crop_is_the_music_and_the_silence_around_it() -> None:
    roll_set, past, length = some_set(), 5, 16
    rows = rows_of(PitchRange(50, 80), PIANO)
    begins = (2, 0, 20)
    crops = crop(list(roll_set.train), begins, length, past, rows)
    for index, (one, begin) in enumerate(zip(roll_set.train, begins, strict=True)):
        for at in range(length):
            now = slowly(one, begin + at)[rows]
            assert (crops.now[index, at].numpy() == now).all()
            assert crops.real[index, at] == float(begin + at < len(one))
            assert crops.step_in_bar[index, at] == begin + at
        for at in range(past + length):
            before = slowly(one, begin + at - past - 1)[rows]
            assert (crops.before[index, at].numpy() == before).all()


def test_random_crops_depend_on_nothing_but_the_draw() -> None:
    roll_set, recipe = some_set(), RECIPES["descant-1"]
    one, again, other = (
        RollMaterial(recipe.config("descant-1", roll_set, seed, 4), roll_set) for seed in (1, 1, 2)
    )
    whole = one.batch(7, range(4))
    assert torch.equal(whole.now, again.batch(7, range(4)).now)
    assert torch.equal(whole.now[[1, 3]], again.batch(7, [1, 3]).now), "a row does not know who draws it"
    assert not torch.equal(whole.now, other.batch(7, range(4)).now)
    assert not torch.equal(whole.now, one.batch(8, range(4)).now)


@pytest.mark.parametrize("network", ["johnson-2017", "descant-1"])
def test_the_measure_is_the_flat_mean_over_whole_sequences(network: str) -> None:
    """Batched and padded, the same as one sequence after the other; left-out pitches count by their rate."""
    roll_set = some_set()
    shape = shape_of(network, roll_set)
    torch.manual_seed(1)
    model = RollBiaxial(shape).eval()
    low, high = shape.kernel.pitches
    total = 0.0
    for one in roll_set.train:
        frames = torch.from_numpy(one).float()[None, :, low - 21 : high - 20]
        before = torch.cat([torch.zeros(1, shape.past + 1, *frames.shape[2:]), frames[:, :-1]], 1)
        with torch.no_grad():
            each, _ = log_likelihood(
                model(before, frames, torch.arange(len(one))[None]), frames, torch.zeros_like(frames)
            )
        total += float(each.sum())
        for row in {*range(88)} - {*range(low - 21, high - 20)}:
            assert not one[:, row].any()
            total += len(one) * float(np.log1p(-1 / (70 + 2)))
    found = mean_log_likelihood(model, roll_set, roll_set.train, fast=False)
    assert found == pytest.approx(total / 70, rel=1e-5)


@pytest.mark.parametrize("network", ["johnson-2017", "descant-1"])
def test_a_network_that_knows_only_the_rates_scores_as_the_marginals_do(network: str) -> None:
    """-11.06 on the chorales: the per-pitch marginal as computed elsewhere on the same file."""
    roll_set = published("jsb")
    model = RollBiaxial(RollShape(shape_of(network, roll_set).kernel, (2,), (2,), pitch_bias=True))
    rows = rows_of(model.shape.kernel.pitches, roll_set.pitches)
    model.set_rates(torch.from_numpy(roll_set.rates()[rows]).float())
    with torch.no_grad():
        model.output.weight.zero_()
    assert mean_log_likelihood(model, roll_set, roll_set.test, fast=False) == pytest.approx(-11.06, abs=0.005)


@pytest.mark.parametrize(
    ("name", "pieces", "steps"),
    [
        ("jsb", (229, 76, 77), (13_807, 4_602, 4_725)),
        ("piano", (87, 12, 25), (75_911, 8_540, 19_036)),
        ("nottingham", (694, 173, 170), (176_561, 45_513, 44_463)),
        ("muse", (524, 135, 124), (245_202, 82_755, 64_339)),
    ],
)
def test_the_sets_are_the_official_ones(name: str, pieces: tuple[int, ...], steps: tuple[int, ...]) -> None:
    roll_set = published(name)
    sides = (roll_set.train, roll_set.valid, roll_set.test)
    assert tuple(len(side) for side in sides) == pieces
    assert tuple(sum(len(frames) for frames in side) for side in sides) == steps


@pytest.mark.parametrize(("steps", "tflop"), [(13_807, 5), (75_911, 28), (176_561, 68), (245_202, 95)])
def test_the_cost_of_an_epoch_of_johnsons_network(steps: int, tflop: float) -> None:
    """As counted elsewhere, to the next TFLOP or so."""
    model = RollBiaxial(shape_of("johnson-2017", some_set()))
    assert 3 * flop_per_step(model) * steps / 1e12 == pytest.approx(tflop, rel=0.05)


def test_descant_1_costs_no_more_than_johnsons_network() -> None:
    roll_set = some_set()
    johnson, ours = (shape_of(name, roll_set) for name in ("johnson-2017", "descant-1"))
    per_pitch = [flop_per_step(RollBiaxial(shape)) / shape.kernel.pitches.size for shape in (johnson, ours)]
    assert per_pitch[1] <= per_pitch[0]
