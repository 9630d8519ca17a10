"""The network that plays the samples is the one that is trained."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.export.training.tiny import TINY

from descant_daemon.engine.choice import Line
from descant_export.corpus.piece import Piece
from descant_export.families.biaxial import Biaxial
from descant_export.onnx_graphs.parity import forced
from descant_export.training.batches import segment
from descant_export.training.player import TorchNetwork, note_axis_of


def test_step_by_step_it_has_the_logits_of_the_whole(pieces: list[Piece]) -> None:
    """Over every step of a piece, its notes forced upon the choice."""
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
        ours, logits = note_axis_of(model).draw([Line(context, given, forced(now, given))])
        free = given[:, 0] == 0
        assert np.array_equal(ours[0], now - given)
        assert logits[0, free] == pytest.approx(whole[step][free], abs=1e-5)
