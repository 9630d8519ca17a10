"""The proof that the files that ship, and what the daemon makes of them, agree with PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from descant_daemon.engine.blend import Blend
from descant_daemon.engine.choice import Array, Choice, Line
from descant_daemon.note_state import ARTICULATE, PLAY, State
from descant_export.corpus.piece import Piece
from descant_export.families.network import Network
from descant_export.onnx_graphs.as_written import Graphs
from descant_export.onnx_graphs.export import sweeper
from descant_export.training.batches import segment
from descant_routing.errors import DescantError

PARITY_STEPS = 64
TOLERANCE = 1e-4  # of a logit, after 64 steps of recurrence: 0.0025 % of a probability
CERTAIN = 1e9  # a die, as a logit


def parity(model: Network, stem: Path, piece: Piece) -> float:
    """The largest difference of a logit over ``PARITY_STEPS`` steps of a piece whose top voice is given.

    Of the graphs from PyTorch, and of the daemon's sampling from the graphs; both are stepped, the notes of the piece
    forced upon them.
    """
    batch = segment(piece, 0, PARITY_STEPS, 0, [0], model.shape)
    # Where another voice strikes what the given one holds, the daemon hears the pitch as it is given.
    is_given = batch.given[..., PLAY:ARTICULATE] > 0
    batch = batch._replace(now=torch.where(is_given, batch.given, batch.now))
    with torch.no_grad():
        heads = model.eval().heads(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)
    expected = torch.cat([head[0] for head in heads if head is not None], -1).numpy()
    graphs, played = Graphs(stem), sweeper(stem)
    hidden = theirs = graphs.time_start
    worst, style = 0.0, Blend(piece.style, piece.style)
    for step in range(PARITY_STEPS):
        before, now, given = (tensor[0, step].numpy() for tensor in (batch.before, batch.now, batch.given))
        bar = int(batch.step_in_bar[0, step])
        along, hidden = graphs.along_time(before, bar, hidden, style)
        feed = model.note_feed(along, now, given)
        logits = graphs.along_pitch(feed) if feed else along
        context, theirs = played.along_time(before, bar, theirs, style)
        drawn = played.draw([Line(context, given, forced(now, given))])
        worst = max(worst, _most(logits - expected[step]), _sampling_away(drawn, given, logits))
    return worst


def check_parity(model: Network, stem: Path, piece: Piece) -> float:
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


def _sampling_away(drawn: tuple[Array, Array], given: State, logits: Array) -> float:
    """How far the daemon's logits are from these: of the pitches that are free, of velocities where one is struck."""
    ours, found = drawn
    free, struck = given[:, PLAY] == 0, ours[0, :, ARTICULATE] > 0
    off = found[0] - logits
    return max(_most(off[free, :2]), _most(off[struck, 2:]))


def _most(differences: Array) -> float:
    return float(np.abs(differences).max(initial=0))
