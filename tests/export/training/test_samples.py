"""The network that plays the samples is the one that is trained."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.export.training.tiny import TINY

from descant_export.corpus.piece import Piece
from descant_export.model.biaxial import Biaxial
from descant_export.training.batches import segment
from descant_export.training.player import TorchNetwork


def test_step_by_step_it_has_the_logits_of_the_whole(pieces: list[Piece]) -> None:
    """The pitches in two stretches, with the hidden states handed on, over every step of a piece."""
    torch.manual_seed(4)
    model = Biaxial(TINY.shape()).eval()
    batch = segment(pieces[1], 0, 24, 0, [0], model.shape)
    with torch.no_grad():
        whole = model(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)[0].numpy()
    network = TorchNetwork(model)
    hidden = network.time_start
    for step in range(24):
        before, now, given = (tensor[0, step].numpy() for tensor in (batch.before, batch.now, batch.given))
        context, hidden = network.along_time(before, int(batch.step_in_bar[0, step]), hidden)
        lower = np.concatenate([np.zeros((1, 2), np.float32), now[:-1]])
        low, state = network.along_pitch(context[None], given[None], 0, lower[None, :20], network.note_start)
        high, _ = network.along_pitch(context[None], given[None], 20, lower[None, 20:], state)
        assert np.concatenate([low[0], high[0]]) == pytest.approx(whole[step], abs=1e-5)
