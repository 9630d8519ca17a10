"""The paper's formulas, written slowly in float64, against the network; and what a distribution has to be."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from descant_daemon.note_state import PitchRange
from descant_export.families.kernel import KernelShape
from descant_export.families.likelihood import log_likelihood
from descant_export.families.tp_nade import NadeShape, TpNade

Real = NDArray[np.float64]
Window = Literal["centred", "below"]

KERNEL = KernelShape(PitchRange(50, 79), classes=False, planes=1, beat="none")  # thirty pitches
SHAPE = NadeShape(KERNEL, (7, 5), 6)


def sigmoid(x: Real) -> Real:
    return np.asarray(1 / (1 + np.exp(-x)))


def lstm(layer: Any, inputs: Real) -> Real:
    """One sequence ``[T, F]`` through one layer, gate by gate."""
    w, u, b, c = (getattr(layer, f"{name}_l0").detach().double().numpy() for name in LSTM_NAMES)
    hidden, cell, out = np.zeros(u.shape[1]), np.zeros(u.shape[1]), []
    for x in inputs:
        i, f, g, o = np.split(w @ x + u @ hidden + b + c, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        out.append(hidden)
    return np.array(out)


LSTM_NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def window_and_bins(notes: Real, n: int, first: int) -> Real:
    """§2.1: 25 notes from ``n + first`` up, then for each interval above n, modulo 12, how many notes stand there."""
    window = [notes[n + k] if 0 <= n + k < len(notes) else 0.0 for k in range(first, first + 25)]
    bins = [sum(notes[m] for m in range(len(notes)) if (m - n) % 12 == i) for i in range(12)]
    return np.array(window + bins)


def slowly(model: TpNade, before: Real, now: Real, window: Window) -> Real:
    """The log-likelihood of each step ``[T]``, pitch by pitch; states are ``[T, P]``."""
    known, heard, output = (getattr(model, name) for name in ("known", "heard", "output"))
    pitches, total = before.shape[1], np.zeros(len(now))
    hidden = model.shape.hidden
    for n in range(pitches):
        key = (KERNEL.pitches.low + n - 64) / 32
        sequence = np.array([[key, *window_and_bins(step, n, -12)] for step in before])
        for layer in model.time_axis.layers:
            sequence = lstm(layer, sequence)
        ahead = sequence @ known.weight.detach().double().numpy().T + known.bias.detach().double().numpy()
        for t, step in enumerate(now):
            below = np.where(np.arange(pitches) < n, step, 0.0)
            x = window_and_bins(below, n, -12 if window == "centred" else -24)
            h = sigmoid(ahead[t, :hidden] + heard.weight.detach().double().numpy() @ x)
            p = sigmoid(ahead[t, hidden] + output.weight.detach().double().numpy()[0] @ h)
            total[t] += np.log(p if step[n] else 1 - p)
    return total


def network(window: Window = "centred", shape: NadeShape = SHAPE) -> TpNade:
    torch.manual_seed(4)
    model = TpNade(replace(shape, window=window))
    with torch.no_grad():
        for weight in model.parameters():
            weight.uniform_(-0.7, 0.7)
    return model.eval()


@pytest.mark.parametrize("window", ["centred", "below"])
def test_its_likelihood_is_that_of_the_paper(window: Window) -> None:
    rng = np.random.default_rng(2)
    notes = (rng.random((6, KERNEL.pitches.size)) < 0.25).astype(np.float64)
    before, now = notes[:-1], notes[1:]
    model = network(window)
    earlier, chosen = (torch.from_numpy(x).float()[None, ..., None] for x in (before, now))
    with torch.no_grad():
        found, _ = log_likelihood(model(earlier, chosen), chosen, torch.zeros_like(chosen))
    np.testing.assert_allclose(found[0].numpy(), slowly(model, before, now, window), atol=2e-4)


def test_over_all_chords_of_a_small_range_it_sums_to_one() -> None:
    kernel = replace(KERNEL, pitches=PitchRange(60, 67))
    model = network(shape=NadeShape(kernel, (5,), 4))
    chords = torch.tensor(list(product((0.0, 1.0), repeat=8)))[:, None, :, None]
    before = torch.zeros_like(chords)
    before[..., 2, :] = 1
    with torch.no_grad():
        each, _ = log_likelihood(model(before, chords), chords, torch.zeros_like(chords))
    assert float(each.double().exp().sum()) == pytest.approx(1, abs=1e-5)
