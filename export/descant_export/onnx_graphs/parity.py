"""The proof that the files that ship, and what the daemon makes of them, agree with PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from descant_daemon.engine.blend import Blend
from descant_daemon.engine.choice import Array, Choice, Line
from descant_daemon.families.biaxial.network import note_axis
from descant_daemon.families.biaxial.note_axis import NoteAxis
from descant_daemon.model.card import check_model_files
from descant_daemon.note_state import ARTICULATE, PLAY, State
from descant_export.corpus.piece import Piece
from descant_export.families.biaxial import Biaxial
from descant_export.onnx_graphs.as_written import Graphs
from descant_export.training.batches import segment
from descant_routing.errors import DescantError

PARITY_STEPS = 64
TOLERANCE = 1e-4  # of a logit, after 64 steps of recurrence: 0.0025 % of a probability
CERTAIN = 1e9  # a die, as a logit


def parity(model: Biaxial, stem: Path, piece: Piece) -> float:
    """The largest difference of a logit over ``PARITY_STEPS`` steps of a piece whose top voice is given.

    Of the graphs from PyTorch, and of the daemon's climb from the graphs.
    """
    batch = segment(piece, 0, PARITY_STEPS, 0, [0], model.shape)
    # Where another voice strikes what the given one holds, the daemon hears the pitch as it is given.
    is_given = batch.given[..., PLAY:ARTICULATE] > 0
    batch = batch._replace(now=torch.where(is_given, batch.given, batch.now))
    with torch.no_grad():
        heads = model.eval().heads(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)
    expected = torch.cat([head[0] for head in heads if head is not None], -1).numpy()
    graphs, files = Graphs(stem), check_model_files(stem)
    axis = note_axis(graphs.metadata, files.weights)
    hidden, worst, style = graphs.time_start, 0.0, Blend(piece.style, piece.style)
    for step in range(PARITY_STEPS):
        before, now, given = (tensor[0, step].numpy() for tensor in (batch.before, batch.now, batch.given))
        context, hidden = graphs.along_time(before, int(batch.step_in_bar[0, step]), hidden, style)
        lower = np.concatenate([np.zeros((1, 2), np.float32), now[:-1]])
        logits, _ = graphs.along_pitch(context, given, 0, lower, graphs.note_start)
        differences = np.abs(logits - expected[step]), _climbs_away(axis, context, given, now, logits)
        worst = max(worst, *(float(each.max(initial=0)) for each in differences))
    return worst


def check_parity(model: Biaxial, stem: Path, piece: Piece) -> float:
    """``parity`` of the files at ``stem``; DescantError when it is beyond ``TOLERANCE``."""
    worst = parity(model, stem, piece)
    if worst > TOLERANCE:
        raise DescantError(
            f"{stem.name}: the exported graphs differ from PyTorch by {worst:.2g} (at most {TOLERANCE:g})."
        )
    return worst


def forced(now: State, given: State) -> Choice:
    """A choice that comes out as the notes ``now``, those that are given aside."""
    every = np.ones(len(now), np.bool_)
    return Choice(np.where(now > given, -CERTAIN, CERTAIN)[None], every, every, 1.0, 1.0, len(now))


def _climbs_away(axis: NoteAxis, context: Array, given: State, now: State, logits: Array) -> Array:
    """How far the climb's logits are from these: of the pitches that are free, of velocities where one is struck."""
    ours, found = axis.draw([Line(axis.known(context), given, forced(now, given))])
    free, struck = given[:, PLAY] == 0, ours[0, :, ARTICULATE] > 0
    off = np.abs(found[0] - logits)
    return np.concatenate([off[free, :2].ravel(), off[struck, 2:].ravel()])
