"""Checkpoints that are none, and disks that are full: a sentence each, and nothing lost."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.export.training import process
from tests.export.training.tiny import TINY
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_export.training import checkpoint
from descant_routing.errors import DescantError


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    process.learn(TINY.but(updates=4), folder)
    return folder


class Poison:
    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("owned", "w")


def changed(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda values: values | changes


def other(whole: object) -> Callable[[dict[str, Any]], object]:
    return lambda values: whole


def the_weights_alone(values: dict[str, Any]) -> object:
    return values["model"]


def without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda values: {each: value for each, value in values.items() if each != name}


def weights(change: Callable[[torch.Tensor], Any]) -> Callable[[dict[str, Any]], object]:
    return lambda values: values | {"model": {name: change(each) for name, each in values["model"].items()}}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (other(torch.zeros(3)), "it holds weights, and nothing of how they came about"),
        (the_weights_alone, "it says no config"),
        (other({1: 2}), "it holds weights, and nothing"),
        (other([{}]), "it holds weights, and nothing"),
        *[(without(name), f"it says no {name}") for name in ("config", "corpus", "standing", "optimiser")],
        (changed(config=3), "its config is none"),
        (changed(config={"pitch_low": "low"}), "pitch_low: "),
        (changed(standing={"update": "many"}), "update: "),
        (changed(model={}), "its weights are another network's"),
        (changed(model=[1]), "it has no weights"),
        (changed(model=torch.zeros(3)), "it has no weights"),
        (changed(optimiser=None), "it has no weights"),
        (weights(lambda weight: weight[..., :1]), "its weights have not the sizes of its config"),
        (weights(lambda weight: weight * float("nan")), "its weights are not all numbers"),
        (weights(lambda weight: 1.0), "its weights have not the sizes of its config"),
    ],
)
def test_what_is_no_checkpoint_is_told(
    wrong: Callable[[dict[str, Any]], object], words: str, good: Path, tmp_path: Path
) -> None:
    values = torch.load(good / "last.pt", weights_only=True)
    torch.save(wrong(values), tmp_path / "last.pt")
    with pytest.raises(
        DescantError, match=r"last\.pt is not a checkpoint of this version of Descant \("
    ) as told:
        checkpoint.load(tmp_path / "last.pt")
    assert words in str(told.value)
    for typed in (
        ["train", "--run", str(tmp_path)],
        ["export", str(tmp_path / "last.pt"), str(tmp_path / "x")],
    ):
        with pytest.raises(DescantError, match="is not a checkpoint"):
            CliRunner().invoke(app, typed, catch_exceptions=False)


def test_bytes_that_are_none_are_told_and_no_code_runs(good: Path, tmp_path: Path) -> None:
    path, content = tmp_path / "last.pt", (good / "last.pt").read_bytes()
    torn = [content[:length] for length in (0, 1, 100, len(content) // 2, len(content) - 20)]
    for each in (*torn, b"MThd", pickle.dumps(Poison()), content[: len(content) // 2] + b"\xff" * 500):
        path.write_bytes(each)
        with pytest.raises(DescantError, match="is not a checkpoint") as told:
            checkpoint.load(path)
        assert "weights_only" not in str(told.value), "PyTorch's advice is to run what is in it"
        assert "\n" not in str(told.value)
    assert not Path("owned").exists()
    with pytest.raises(DescantError, match="There is no checkpoint at"):
        checkpoint.load(tmp_path / "nothing.pt")
    with pytest.raises(DescantError, match="it is not a file"):
        checkpoint.load(tmp_path)


def test_an_optimisers_state_that_does_not_fit_is_told(good: Path, tmp_path: Path) -> None:
    values = torch.load(good / "last.pt", weights_only=True)
    optimisers: list[dict[str, Any]] = [
        {},
        {"state": {}, "param_groups": []},
        {"state": 3, "param_groups": [{"params": [7]}]},
    ]
    for wrong in optimisers:
        torch.save(values | {"optimiser": wrong}, tmp_path / "last.pt")
        with pytest.raises(
            DescantError, match=r"cannot go on from .*last\.pt: its optimiser was another one"
        ):
            process.learn(TINY, tmp_path)


FULL = """
import resource, signal, sys
from pathlib import Path
from tests.export.training import process
from tests.export.training.tiny import TINY
from descant_routing.errors import DescantError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    process.learn(TINY, Path(sys.argv[1]))
except DescantError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
def test_on_a_full_disk_the_run_before_stays_and_nothing_else(good: Path, tmp_path: Path) -> None:
    """The limit on a file's size stands for the disk."""
    for name in ("last.pt", "best.pt", "curve.csv", "config.yaml"):
        (tmp_path / name).write_bytes((good / name).read_bytes())
    for limit in (15_000, (good / "curve.csv").stat().st_size + 10):
        command = [sys.executable, "-c", FULL, str(tmp_path), str(limit)]
        root = Path(__file__).parents[3]
        rooms = os.pathsep.join(map(str, [root, *(root / room for room in ("daemon", "routing", "export"))]))
        environment = os.environ | {"PYTHONPATH": rooms, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert not done.returncode, done.stderr
        assert "cannot be written: File too large" in done.stdout
        assert checkpoint.load(tmp_path / "last.pt").update == 4
        assert not list(tmp_path.glob("*.part"))
    process.learn(TINY, tmp_path)
    assert checkpoint.load(tmp_path / "last.pt").update == TINY.updates


def test_a_checkpoint_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "torn.pt").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(DescantError, match=r"torn\.pt is not a checkpoint"):
        checkpoint.load(tmp_path / "torn.pt")
    with pytest.raises(DescantError, match="There is no checkpoint"):
        checkpoint.load(tmp_path / "none.pt")
