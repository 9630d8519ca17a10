"""Golden parity: the graphs that the daemon plays are the network that was trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.toy import metadata

from descant_daemon.engine.choice import Choice, Line
from descant_daemon.model.model_files import check_model_files
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find
from descant_export.corpus.splits import Split
from descant_export.evaluate.baselines import markov
from descant_export.evaluate.scores import score
from descant_export.families.biaxial import Biaxial, BiaxialShape
from descant_export.families.published_kernels import KERNELS
from descant_export.onnx_graphs.as_written import Graphs
from descant_export.onnx_graphs.export import export, sweeper
from descant_export.onnx_graphs.parity import PARITY_STEPS, TOLERANCE, check_parity, parity
from descant_routing.errors import DescantError


@pytest.fixture
def stem(small_model: Biaxial, tmp_path: Path) -> Path:
    export(small_model, metadata(small_model), tmp_path / "small")
    return tmp_path / "small"


def test_parity_over_64_steps_with_the_top_voice_given(
    small_model: Biaxial, stem: Path, split: Split
) -> None:
    assert PARITY_STEPS >= 64
    assert parity(small_model, stem, split.test[0]) < TOLERANCE


def test_parity_where_another_voice_strikes_what_the_given_one_holds(
    small_model: Biaxial, stem: Path, split: Split
) -> None:
    """A unison, as between a voice and its piano: the daemon has one state for a pitch, the given one."""
    piece = split.test[0]
    longer = piece.notes.copy()
    tune = longer["voice"] == 0
    lower = longer[tune]
    lower["voice"] = 1
    lower["on"] += 1
    both = np.sort(np.concatenate([longer[longer["voice"] != 1], lower[lower["on"] < lower["off"]]]))
    assert parity(small_model, stem, replace(piece, notes=both)) < TOLERANCE


def test_parity_is_in_the_style_of_the_piece(small_model: Biaxial, stem: Path, split: Split) -> None:
    other = replace(split.test[0], style=1)
    assert parity(small_model, stem, other) < TOLERANCE


def test_a_network_that_hears_through_another_kernel_is_not_written(
    small_model: Biaxial, tmp_path: Path
) -> None:
    told = metadata(small_model)
    model = Biaxial(replace(small_model.shape, kernel=KERNELS["johnson-2015"]))
    with pytest.raises(DescantError, match="knows the input kernel kernel-1 alone"):
        export(model, told, tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_another_network_has_no_parity(small_model: Biaxial, stem: Path, split: Split) -> None:
    with torch.no_grad():
        small_model.output.weight[0, 0] += 0.05
    with pytest.raises(DescantError, match="differ from PyTorch by"):
        check_parity(small_model, stem, split.test[0])


def _logit(chance: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(chance / (1 - chance)))


def test_sampling_follows_the_likelihood(small_model: Biaxial, stem: Path) -> None:
    """Drawn many times, a step's notes are as frequent as the network's own probabilities say."""
    network, graphs = sweeper(stem), Graphs(stem)
    silence = np.zeros((36, 2), np.float32)
    context, _ = graphs.along_time(silence, 0, graphs.time_start)
    logits = graphs.along_pitch(small_model.note_feed(context, silence, silence))
    expected = 1 / (1 + np.exp(-float(logits[0, 0])))
    known, _ = network.along_time(silence, 0, network.time_start)
    rng = np.random.default_rng(0)
    every, none = np.ones(36, bool), np.zeros(36, bool)
    drawn = [
        network.choose(
            [Line(known, silence, Choice(_logit(rng.random((1, 36, 2))), every, none, 1.0, 1.0, 36))]
        )[0].ours[0, 0]
        for _ in range(2000)
    ]
    assert np.mean(drawn) == pytest.approx(expected, abs=3.5 * np.sqrt(expected * (1 - expected) / 2000))


def test_the_shipped_model_is_what_its_card_says(split: Split) -> None:
    path = find("bach-chorale")
    stem = model_stem(path, load_preset(path))
    facts = check_model_files(stem).metadata
    graphs = Graphs(stem)
    feed_of = Biaxial(BiaxialShape()).note_feed
    pieces = sorted(split.test, key=lambda piece: piece.steps)[:2]
    total, steps = 0.0, 0
    for piece in pieces:
        now = piece.state(range(piece.voices), facts.pitches)
        before, hidden = np.zeros_like(now[0]), graphs.time_start
        nothing = np.zeros_like(before)
        for step, state in enumerate(now):
            context, hidden = graphs.along_time(before, int(piece.step_in_bar[step]), hidden)
            logits = graphs.along_pitch(feed_of(context, state, nothing))
            q = 1 / (1 + np.exp(-logits.astype(float)))
            each = np.where(state > 0, np.log(q), np.log(1 - q))
            total += float(each[:, 0].sum() + (each[:, 1] * state[:, 0]).sum())
            before = state
        steps += piece.steps
    baseline = score(markov(split.train, facts.pitches), pieces)
    card = (stem.parent / "card.md").read_text()
    assert total / steps > baseline.total + 2, "a trained model beats per-pitch Markov by far"
    assert f"{facts.test_log_likelihood:.3f}" in card
    assert facts.pair[:12] in card
