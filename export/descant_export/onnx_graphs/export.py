"""From a network to the two files that ship, and the proof that they agree with PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from descant_daemon.engine.blend import Blend
from descant_daemon.midi_file import write_whole
from descant_daemon.model.card import (
    ModelMetadata,
    metadata_properties,
    model_paths,
    pair_hash,
    weights_hash,
)
from descant_daemon.model.contract import Axis
from descant_daemon.model.runtime import OnnxNetwork
from descant_export.corpus.piece import Piece
from descant_export.model.biaxial import Biaxial
from descant_export.model.kernel import KernelShape
from descant_export.onnx_graphs.builder import GraphBuilder
from descant_export.onnx_graphs.graphs import note_axis, time_axis
from descant_export.training.batches import segment
from descant_routing.errors import DescantError

PARITY_STEPS = 64
TOLERANCE = 1e-4  # of a logit, after 64 steps of recurrence: 0.0025 % of a probability


def export(model: Biaxial, metadata: ModelMetadata, stem: Path) -> ModelMetadata:
    """Write ``<stem>.time.onnx`` and ``<stem>.note.onnx``; returns the metadata with the pair's hash.

    DescantError when the network hears through another kernel than ``kernel-1``, which the graphs spell out.
    """
    kernel = model.shape.kernel
    if kernel != KernelShape(kernel.pitches, kernel.vicinity, kernel.beat_cycle):
        raise DescantError(f"{stem} cannot be written: what plays knows the input kernel kernel-1 alone.")
    graphs: dict[Axis, GraphBuilder] = {"time": time_axis(model), "note": note_axis(model)}
    weights = {axis: weights_hash(graph.model({}).SerializeToString()) for axis, graph in graphs.items()}
    whole = metadata.model_copy(update={"pair": pair_hash(weights["time"], weights["note"])})
    for axis, path in zip(graphs, model_paths(stem), strict=True):
        properties = metadata_properties(whole, axis, weights[axis])
        write_whole(path, graphs[axis].model(properties).SerializeToString())
    return whole


def parity(model: Biaxial, network: OnnxNetwork, piece: Piece) -> float:
    """The largest difference of a logit over ``PARITY_STEPS`` steps of a piece whose top voice is given."""
    batch = segment(piece, 0, PARITY_STEPS, 0, [0], model.shape)
    with torch.no_grad():
        heads = model.eval().heads(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)
    expected = torch.cat([head[0] for head in heads if head is not None], -1).numpy()
    hidden, worst, style = network.time_start, 0.0, Blend(piece.style, piece.style)
    for step in range(PARITY_STEPS):
        before, now, given = (tensor[0, step].numpy() for tensor in (batch.before, batch.now, batch.given))
        context, hidden = network.along_time(before, int(batch.step_in_bar[0, step]), hidden, style)
        lower = np.concatenate([np.zeros((1, 2), np.float32), now[:-1]])
        logits, _ = network.along_pitch(context[None], given[None], 0, lower[None], network.note_start)
        worst = max(worst, float(np.abs(logits[0] - expected[step]).max()))
    return worst


def check_parity(model: Biaxial, stem: Path, piece: Piece) -> float:
    """``parity`` of the files at ``stem``; DescantError when it is beyond ``TOLERANCE``."""
    worst = parity(model, OnnxNetwork.load(stem), piece)
    if worst > TOLERANCE:
        raise DescantError(
            f"{stem}: the exported graphs differ from PyTorch by {worst:.2g} (at most {TOLERANCE:g})."
        )
    return worst
