"""Does harmony follow the melody? The clashes of generated notes with the held note, counted and printed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.families import load_model
from descant_daemon.families.loaded_model import LoadedModel
from descant_daemon.note_state import ARTICULATE, PLAY, State
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find
from descant_export.corpus.piece import Piece
from descant_export.corpus.read import read_corpus
from descant_export.corpus.splits import split_by_tune

PIECES = 16
CLASHES = {1: "minor second", 6: "tritone", 11: "major seventh"}


@pytest.fixture(scope="module")
def network() -> LoadedModel:
    path = find("bach-chorale")
    return load_model(model_stem(path, load_preset(path)))


@pytest.fixture(scope="module")
def held_out() -> list[Piece]:
    test = split_by_tune(read_corpus("music21:bach", lambda step: None).pieces).test
    return [piece for piece in test if piece.step_in_bar.max() < 16][:PIECES]


def clashing(soprano: State, below: State) -> tuple[int, int]:
    """Among the notes struck, or held, while the soprano holds: (clashes, notes). Octaves do not matter."""
    clashes = notes = 0
    for top, others in zip(soprano, below, strict=True):
        held = np.flatnonzero(top[:, PLAY])
        for key in np.flatnonzero(others[:, PLAY]):
            for melody in held:
                notes += 1
                clashes += (melody - key) % 12 in CLASHES
    return clashes, notes


def played_along(network: LoadedModel, piece: Piece, heard: Callable[[State], State]) -> State:
    """Three voices for a piece's soprano. ``heard`` is what the note axis is told of the soprano's step.

    The step before is always known, soprano and all, as it is to the live effect.
    """
    engine = Engine(network)
    shipped = load_preset(find("bach-chorale")).to_parameters()
    soprano = piece.state([0], network.pitches)
    silence = np.zeros_like(soprano[0])
    first = int(piece.step_in_bar[0])
    played, ours, notes = silence, silence, []
    for index, now in enumerate(soprano):
        sampling = Sampling(shipped.temperature, voices=3, seed=7, follow=shipped.follow)
        ask = Ask(index, first + index, 16, heard(now), played, ours, index == 0, sampling)
        ours = engine.answer(ask).ours
        played = np.maximum(now, ours)
        notes.append(ours)
    return np.stack(notes)


def test_harmonise_follows(
    network: LoadedModel, held_out: list[Piece], capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"Bach, held out": [0, 0], "given the soprano": [0, 0], "not given it": [0, 0]}
    for piece in held_out:
        soprano = piece.state([0], network.pitches)
        versions = {
            "Bach, held out": piece.state([1, 2, 3], network.pitches),
            "given the soprano": played_along(network, piece, lambda now: now),
            "not given it": played_along(network, piece, np.zeros_like),
        }
        for name, below in versions.items():
            clashes, notes = clashing(soprano, below)
            counts[name][0] += clashes
            counts[name][1] += notes
    share = {name: clashes / notes for name, (clashes, notes) in counts.items()}
    with capsys.disabled():
        steps = sum(piece.steps for piece in held_out)
        print(
            f"\nclashes with the held soprano ({', '.join(CLASHES.values())}), {len(held_out)} pieces, {steps} steps:"
        )
        for name, value in share.items():
            print(f"  {name:<18} {100 * value:5.2f} % of {counts[name][1]} sounding notes")
    assert share["given the soprano"] < 0.6 * share["not given it"]
    assert share["given the soprano"] < share["Bach, held out"] + 0.05


def test_the_voices_move_with_the_soprano(network: LoadedModel, held_out: list[Piece]) -> None:
    """Given the soprano, voices strike where it strikes: homophony is the style."""
    piece = held_out[0]
    soprano = piece.state([0], network.pitches)
    ours = played_along(network, piece, lambda now: now)
    strikes = np.asarray(soprano[:, :, ARTICULATE].any(1))
    ours_strike = np.asarray(ours[:, :, ARTICULATE].any(1))
    assert ours_strike[strikes].mean() > 0.8
    assert ours_strike[strikes].mean() > ours_strike[~strikes].mean() + 0.3
