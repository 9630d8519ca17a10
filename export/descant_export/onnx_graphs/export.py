"""From a network to the two files that ship."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TypeVar

from descant_daemon.families import load_model
from descant_daemon.families.along_time import AlongTime
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.model.model_files import metadata_properties, model_path, pair_hash, weights_hash
from descant_daemon.whole_file import write_whole
from descant_export.families.kernel import KernelShape
from descant_export.families.network import Network
from descant_routing.errors import DescantError

UNNAMED = {
    "corpus": "none",
    "licences": ("none",),
    "steps": 0,
    "seconds": 0.0,
    "test_log_likelihood": 0.0,
    "pair": "0" * 64,
}
M = TypeVar("M", bound=ModelMetadata)


def export(model: Network, metadata: M, stem: Path) -> M:
    """Write ``<stem>.<role>.onnx`` for each of its graphs; returns the metadata with the hash that ties them together.

    DescantError when the network hears through another kernel than ``kernel-1``, which the graphs spell out.
    """
    kernel = model.shape.kernel
    if kernel != KernelShape(kernel.pitches, kernel.vicinity, kernel.beat_cycle):
        raise DescantError(f"{stem} cannot be written: what plays knows the input kernel kernel-1 alone.")
    graphs = model.graphs()
    weights = {role: weights_hash(graph.model({}).SerializeToString()) for role, graph in graphs.items()}
    whole = metadata.model_copy(update={"pair": pair_hash(*weights.values())})
    for role, graph in graphs.items():
        properties = metadata_properties(whole, role, weights[role])
        write_whole(model_path(stem, role), graph.model(properties).SerializeToString())
    return whole


def played(model: Network) -> AlongTime:
    """The network as the daemon plays it, by way of files that are gone afterwards."""
    styles = tuple(map(str, range(model.shape.styles)))
    with tempfile.TemporaryDirectory() as folder:
        export(model, model.metadata(steps_per_beat=4, styles=styles, **UNNAMED), Path(folder) / "model")
        return sweeper(Path(folder) / "model")


def sweeper(stem: Path) -> AlongTime:
    """Files of ours as the daemon plays them."""
    model = load_model(stem)
    assert isinstance(model, AlongTime)
    return model
