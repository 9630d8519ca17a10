"""A run that is stopped or killed goes on as if it had not been; the table says what was measured."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import torch
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.note_state import PitchRange
from descant_export.benchmark import crops
from descant_export.benchmark.benchmark_command import benchmark
from descant_export.benchmark.recipes import RECIPES, Recipe
from descant_export.benchmark.run import Run
from descant_export.benchmark.scoring import mean_log_likelihood
from descant_export.benchmark.sets import RollSet, read_set
from descant_export.benchmark.store import Result, Store
from descant_export.benchmark.table import markdown
from descant_export.families.kernel import KernelShape
from descant_export.families.table_biaxial import RollBiaxial, RollShape
from descant_export.families.table_networks import TABLES, Table
from descant_export.training import checkpoint
from descant_export.training.train import UpdateReport
from descant_routing.errors import DescantError, UsageError

FEW = PitchRange(60, 71)
SIDES = ("train", "valid", "test")


class KilledError(Exception):
    """Stands for SIGKILL: nothing is kept on the way out."""


VALUES: dict[str, Any] = {
    "optimiser": "adamw",
    "learning_rate": 0.01,
    "warm_up": 3,
    "clip": 12.0,
    "average": 0.9,
    "patience": 2,
    "fall": 0.5,
    "falls": 2,
    "keep_every": 0.0,
}
RECIPE = Recipe(VALUES, lambda _: FEW, segment=8, update_steps=16, evaluate_steps=1)  # a look each epoch


def tiny(pitches: PitchRange, lags: tuple[int, ...] = (2, 4)) -> RollShape:
    kernel = KernelShape(pitches, planes=1, beat="none")
    return RollShape(kernel, (6,), (5,), lags=lags, counted=True, below=True, pitch_bias=True)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, "tiny", Table(RollBiaxial, tiny))


@pytest.fixture
def roll_set() -> RollSet:
    rng = np.random.default_rng(3)
    frames = [(rng.random((length, FEW.size, 1)) < 0.2).astype(np.uint8) for length in (30, 12, 20, 25, 20)]
    return RollSet("made-up", FEW, frames[:3], frames[3:4], frames[4:])


def run_of(roll_set: RollSet, folder: Path, seed: int = 1, recipe: Recipe = RECIPE) -> Run:
    return Run("tiny", recipe, roll_set, seed, Store(folder), 2)


def train(roll_set: RollSet, folder: Path, seed: int = 1, killed_after: tuple[int, ...] = ()) -> Run:
    """Train to the end, killed after so many updates of each attempt."""
    for updates in killed_after:
        seen: list[int] = []

        def report(now: UpdateReport, limit: int = updates, seen: list[int] = seen) -> None:
            seen.append(now.update)
            if len(seen) == limit:
                raise KilledError

        with pytest.raises(KilledError):
            run_of(roll_set, folder, seed).train(lambda: False, report)
    run = run_of(roll_set, folder, seed)
    run.train(lambda: False, lambda now: None)
    return run


def looks(folder: Path) -> list[float]:
    """Validation at each look."""
    rows = (folder / "curve.csv").read_text().splitlines()[1:]
    return [float(row.split(",")[3]) for row in rows if row.split(",")[3]]


def test_a_killed_run_has_the_curve_of_an_unbroken_one(roll_set: RollSet, tmp_path: Path) -> None:
    train(roll_set, tmp_path / "unbroken")
    train(roll_set, tmp_path / "killed", killed_after=(3, 1, 7, 4))
    unbroken, killed = (tmp_path / name for name in ("unbroken", "killed"))
    assert len(looks(unbroken)) > 3
    assert (killed / "curve.csv").read_bytes() == (unbroken / "curve.csv").read_bytes()
    for name in ("last.pt", "best.pt"):
        first, second = (checkpoint.load(folder / name) for folder in (unbroken, killed))
        assert first.standing.best_update == second.standing.best_update
        for one, other in ((first.model, second.model), (first.average, second.average)):
            assert one.keys() == other.keys()
            assert all(torch.equal(one[each], other[each]) for each in one)


def test_another_seed_is_another_run(roll_set: RollSet, tmp_path: Path) -> None:
    for seed in (1, 2):
        train(roll_set, tmp_path / str(seed), seed=seed)
    assert looks(tmp_path / "1") != looks(tmp_path / "2")


def test_the_rate_falls_and_the_run_ends_when_validation_stands_still(
    roll_set: RollSet, tmp_path: Path
) -> None:
    train(roll_set, tmp_path)
    valid, last = looks(tmp_path), checkpoint.load(tmp_path / "last.pt")
    assert last.standing.best == pytest.approx(max(valid))
    assert last.standing.fallen == 2
    rates = {row.split(",")[1] for row in (tmp_path / "curve.csv").read_text().splitlines()[5:]}
    assert rates == {"0.01", "0.005"}
    assert len(valid) - 1 - valid.index(max(valid)) >= VALUES["patience"]


def test_the_result_is_of_the_mean_of_the_weights_that_validated_best(
    roll_set: RollSet, tmp_path: Path
) -> None:
    result = train(roll_set, tmp_path).result()
    assert result is not None
    best, last = checkpoint.load(tmp_path / "best.pt"), checkpoint.load(tmp_path / "last.pt")
    assert (result.valid, result.best_update) == (best.standing.best, best.standing.best_update)
    assert result.test_steps == 20
    assert result.ended == "no better"
    assert Store(tmp_path).result() == result
    scored = mean_log_likelihood(best.network(), roll_set, roll_set.valid, fast=True)
    assert scored == pytest.approx(result.valid)
    assert not torch.equal(last.model["output.weight"], last.average["output.weight"])


def test_a_run_that_ends_before_its_first_look_has_a_row_and_goes_on_as_if_not_asked(
    roll_set: RollSet, tmp_path: Path
) -> None:
    """An epoch of Kotecha & Young's network is more than the minutes that one may have."""
    train(roll_set, tmp_path / "unbroken")
    seen: list[int] = []
    early = run_of(roll_set, tmp_path / "early")
    assert early.result() is None, "nothing learned yet"
    early.train(lambda: len(seen) == 3, lambda now: seen.append(now.update))
    result = early.result()
    assert result is not None
    assert (result.update, result.best_update) == (3, 3)
    assert not Store(tmp_path / "early").best.exists()
    train(roll_set, tmp_path / "early")
    assert looks(tmp_path / "early") == looks(tmp_path / "unbroken")


def test_a_training_that_runs_away_ends_there(roll_set: RollSet, tmp_path: Path) -> None:
    mad = replace(RECIPE, values={**VALUES, "learning_rate": 1e30, "clip": 1e30, "warm_up": 0})
    run = run_of(roll_set, tmp_path, recipe=mad)
    run.train(lambda: False, lambda now: None)
    assert run.ended.startswith("ran away at update")
    assert not Store(tmp_path).last.exists() or run.result(), "what is kept can be read"


def test_the_table_beside_the_published_one() -> None:
    def result(seed: int, test: float, ended: str) -> Result:
        return Result(
            "jsb", "johnson-2017", seed, test, -5.5, 4725, ended, 900, 800, 12.5, 100.0, 50.0, 8, 64, "CPU"
        )

    page = markdown([result(1, -5.2, "no better"), result(2, -5.8, "no better"), result(3, -5.3, "")])
    lines = page.splitlines()
    assert "| BALSTM | -5.05, -5.86 | -3.90, -4.41 | -1.55, -1.62 | -4.90, -5.00 |" in lines
    assert "| **johnson-2017** | -5.20, -5.30 (3)* | – | – | – |" in lines
    assert (
        "| johnson-2017 | jsb | 2 | -5.800 | -5.500 | no better | 900 | 800 | 12.5 | 100 | 50.0 | 500 | 8 × 64 | CPU |"
        in lines
    )


def test_a_run_is_one_processs_at_a_time(tmp_path: Path) -> None:
    with Store(tmp_path).taken() as first, Store(tmp_path).taken() as second:
        assert (first, second) == (True, False)
    with Store(tmp_path).taken() as again:
        assert again


def test_a_torn_state_is_named(roll_set: RollSet, tmp_path: Path) -> None:
    (tmp_path / "last.pt").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(DescantError, match=r"last\.pt is not a checkpoint of this version"):
        run_of(roll_set, tmp_path)


def test_a_state_of_another_recipe_is_named(
    roll_set: RollSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    run_of(roll_set, tmp_path).train(lambda: bool(seen), lambda now: seen.append(now.update))
    other = replace(RECIPE, values={**VALUES, "learning_rate": 0.02})
    with pytest.raises(DescantError, match="seed 1, is of another version of Descant or of its recipe"):
        run_of(roll_set, tmp_path, recipe=other)
    monkeypatch.setitem(TABLES, "tiny", Table(RollBiaxial, partial(tiny, lags=(3,))))
    with pytest.raises(DescantError, match=r"last\.pt is not a checkpoint"):
        run_of(roll_set, tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "needs .*JSB_Chorales.mat, which is not there"),
        (b"not a matrix", "is torn or not a MATLAB file"),
        ({"traindata": [1]}, "has no sequences called traindata"),
        (
            {f"{side}data": np.full((3, 88), 2) for side in SIDES},
            "holds more than 0 and 1",
        ),
    ],
)
def test_a_bad_mat_file_is_one_sentence(content: object, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "JSB_Chorales.mat"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif isinstance(content, dict):
        scipy.io.savemat(file, {name: _cell(value) for name, value in content.items()})
    with pytest.raises(DescantError, match=sentence):
        read_set(tmp_path, "jsb")


def _cell(value: object) -> np.ndarray:
    cell = np.empty((1, 1), object)
    cell[0, 0] = value
    return cell if isinstance(value, np.ndarray) else np.array(value)


def sets_of_one(folder: Path) -> None:
    rng = np.random.default_rng(4)
    sides = {f"{side}data": _cell((rng.random((40, 88)) < 0.1).astype(np.uint8)) for side in SIDES}
    scipy.io.savemat(folder / "JSB_Chorales.mat", sides)


def test_the_command_says_where_the_table_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets_of_one(tmp_path)
    monkeypatch.setitem(RECIPES, "tiny", RECIPE)
    out = tmp_path / "out"
    arguments = ["--data", tmp_path, "--out", out, "--network", "tiny", "--sets", "jsb", "--seeds", 1]
    for minutes in ([], ["--minutes", 0]):  # done, and asked once more
        done = CliRunner().invoke(app, ["benchmark", *map(str, arguments + minutes)], catch_exceptions=False)
        assert done.exit_code == 0
        assert str(out / "table.md") in done.output
    assert "| **tiny** |" in (out / "table.md").read_text()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_who_is_stopped_writes_the_table_first(
    end: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets_of_one(tmp_path)
    # Alone it would go on for very long.
    monkeypatch.setitem(RECIPES, "tiny", replace(RECIPE, values={**VALUES, "falls": 1000}))
    score = mean_log_likelihood

    def stopped_after(*arguments: Any, fast: bool) -> float:
        scored = score(*arguments, fast=fast)
        if fast:  # at a look, and not when the table is made
            os.kill(os.getpid(), end)
        return scored

    monkeypatch.setattr(crops, "mean_log_likelihood", stopped_after)
    before = signal.getsignal(end)
    table = benchmark(tmp_path, ["jsb"], ["tiny"], 2, tmp_path / "out", None, None)
    assert "tiny" in table.read_text()
    result = Store(tmp_path / "out" / "tiny" / "jsb" / "seed-1").result()
    assert result is not None
    assert not result.ended
    assert not (tmp_path / "out" / "tiny" / "jsb" / "seed-2" / "last.pt").exists()
    assert signal.getsignal(end) == before


@pytest.mark.parametrize(
    ("sets", "networks", "sentence"),
    [
        (["jbs"], ["johnson-2017"], "no benchmark set 'jbs'"),
        (["jsb"], ["johnson-2016"], "no network 'johnson-2016'"),
        (["jsb"], ["kotecha-young-2018"], "kotecha-young-2018 trains on piano-16, not on jsb"),
    ],
)
def test_a_wrong_name_is_wrong_usage(
    sets: list[str], networks: list[str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=sentence):
        benchmark(tmp_path, sets, networks, 1, tmp_path / "out", None, None)
    assert not (tmp_path / "out").exists()


def test_every_recipe_is_of_a_network() -> None:
    assert set(RECIPES) == set(TABLES) - {"tiny"}
    assert set(RECIPES) == {
        "johnson-2017",
        "johnson-2017-tp-nade",
        "johnson-2017-tp-nade-below",
        "kotecha-young-2018",
        "roll-lstm",
        "descant-1",
    }


def test_the_command_ends_with_where_the_table_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def done(*asked: object) -> Path:
        return tmp_path / "table.md"

    monkeypatch.setattr("descant_export.benchmark.benchmark_command.benchmark", done)
    result = CliRunner().invoke(app, ["benchmark", "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert (result.exit_code, result.stdout.strip()) == (0, str(tmp_path / "table.md"))
