"""The papers' kernels against golden vectors that a person can check with the paper beside the file.

A golden file: the keys that sounded (``+`` struck), the step in its bar, the pitch that listens, then the parts of
its input by name, in their order. Written from the definitions below, which are the papers'; the vectors of
johnson-2015 from the 13th pitch up were held against what his published code prints for the same chords.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from descant_export.families.kernel import Kernel
from descant_export.families.published_kernels import KERNELS

GOLDEN = sorted((Path(__file__).parent / "kernels").glob("*.txt"))
Sounding = dict[int, bool]
"""Key → whether it was struck."""


class Case(NamedTuple):
    kernel: str
    sounding: Sounding
    step: int
    pitch: int
    parts: dict[str, list[float]]


def read(path: Path) -> Case:
    lines = [line.split("#")[0].split() for line in path.read_text(encoding="utf-8").splitlines()]
    fields = {words[0]: words[1:] for words in lines if words}
    sounding = {int(word.rstrip("+")): word.endswith("+") for word in fields.pop("sounding")}
    (kernel,), (step,), (pitch,) = fields.pop("kernel"), fields.pop("step"), fields.pop("pitch")
    # a window's entry is written "11" for struck, "10" for held
    parts = {
        name: [float(bit) for word in words for bit in word]
        if name == "vicinity"
        else [float(word) for word in words]
        for name, words in fields.items()
    }
    return Case(kernel, sounding, int(step), int(pitch), parts)


def features(kernel: str, sounding: Sounding, step: int) -> np.ndarray:
    """What our kernel makes of a chord, ``[P, F]``."""
    shape = KERNELS[kernel]
    state = torch.zeros(shape.pitches.size, shape.planes)
    for key, struck in sounding.items():
        state[key - shape.pitches.low] = torch.tensor([1.0, float(struck)][: shape.planes])
    return np.asarray(Kernel(shape).time(state, torch.tensor(step)))


def window(sounding: Sounding, pitch: int) -> list[tuple[float, float]]:
    keys = range(pitch - 12, pitch + 13)
    return [(float(key in sounding), float(sounding.get(key, False))) for key in keys]


def counts(sounding: Sounding, pitch: int) -> list[float]:
    """How many sound at each interval above the pitch, octaves aside."""
    return [float(sum((key - pitch) % 12 == offset for key in sounding)) for offset in range(12)]


def definition(kernel: str, sounding: Sounding, step: int, pitch: int) -> list[float]:
    both = [value for pair in window(sounding, pitch) for value in pair]
    play = [pair[0] for pair in window(sounding, pitch)]
    name = [float(pitch % 12 == of) for of in range(12)]
    bits = [float(bit) for bit in reversed(f"{step % 16:04b}")]
    count = counts(sounding, pitch)
    match kernel:
        case "kernel-1":
            return [(pitch - 64) / 32, *name, *both, *count, *bits]
        case "kotecha-young-2018":
            return [float(pitch), *name, *both, *count, *bits]
        case "johnson-2015":
            return [float(pitch - 24), *name, *both, *count, *(2 * bit - 1 for bit in bits), 0.0]
        case _:
            return [float(pitch), *play, *count]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    case = read(path)
    expected = [value for part in case.parts.values() for value in part]
    row = case.pitch - KERNELS[case.kernel].pitches.low
    assert features(case.kernel, case.sounding, case.step)[row].tolist() == expected
    assert definition(case.kernel, case.sounding, case.step, case.pitch) == expected


def test_every_published_kernel_has_golden_vectors() -> None:
    assert {read(path).kernel for path in GOLDEN} == set(KERNELS)


@pytest.mark.parametrize(
    ("kernel", "width"),
    [("kernel-1", 79), ("kotecha-young-2018", 79), ("johnson-2015", 80), ("johnson-2017", 38)],
)
def test_every_pitch_of_random_chords(kernel: str, width: int) -> None:
    rng = np.random.default_rng(1)
    pitches = KERNELS[kernel].pitches
    keys = range(pitches.low, pitches.high + 1)
    for step in (0, 5, 15):
        sounding = {int(key): bool(rng.random() < 0.5) for key in rng.choice(keys, 20, replace=False)}
        rows = [definition(kernel, sounding, step, key) for key in keys]
        found = features(kernel, sounding, step)
        assert found.shape == (len(keys), width)
        assert found.tolist() == rows


def test_features_are_exact_in_bfloat16() -> None:
    """Training computes them there: every value must be one that eight bits of mantissa hold."""
    for kernel in KERNELS:
        rng = np.random.default_rng(2)
        sounding = {
            int(key): bool(rng.random() < 0.5) for key in rng.choice(range(24, 102), 30, replace=False)
        }
        exact = torch.from_numpy(features(kernel, sounding, 7))
        assert torch.equal(exact.bfloat16().float(), exact)
