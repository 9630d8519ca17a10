"""From a network to the two files that ship."""

from __future__ import annotations

from pathlib import Path

from descant_daemon.model.card import metadata_properties, model_path, pair_hash, weights_hash
from descant_daemon.model.contract import Role
from descant_daemon.model.forms import BiaxialMetadata
from descant_daemon.whole_file import write_whole
from descant_export.families.biaxial import Biaxial
from descant_export.families.kernel import KernelShape
from descant_export.onnx_graphs.builder import GraphBuilder
from descant_export.onnx_graphs.graphs import note_axis, time_axis
from descant_routing.errors import DescantError


def export(model: Biaxial, metadata: BiaxialMetadata, stem: Path) -> BiaxialMetadata:
    """Write ``<stem>.time.onnx`` and ``<stem>.note.onnx``; returns the metadata with the pair's hash.

    DescantError when the network hears through another kernel than ``kernel-1``, which the graphs spell out.
    """
    kernel = model.shape.kernel
    if kernel != KernelShape(kernel.pitches, kernel.vicinity, kernel.beat_cycle):
        raise DescantError(f"{stem} cannot be written: what plays knows the input kernel kernel-1 alone.")
    graphs: dict[Role, GraphBuilder] = {"time": time_axis(model), "note": note_axis(model)}
    weights = {role: weights_hash(graph.model({}).SerializeToString()) for role, graph in graphs.items()}
    whole = metadata.model_copy(update={"pair": pair_hash(*weights.values())})
    for role, graph in graphs.items():
        properties = metadata_properties(whole, role, weights[role])
        write_whole(model_path(stem, role), graph.model(properties).SerializeToString())
    return whole
