"""Loading a network where the climb's machine code would be a burden until then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from descant_daemon.model.card import ModelFiles, check_model_files

if TYPE_CHECKING:
    from descant_daemon.model.runtime import OnnxNetwork


def load_network(stem: Path) -> OnnxNetwork:
    """From its files, checked; see ``network_of``. Raises DescantError."""
    return network_of(check_model_files(stem))


def network_of(model: ModelFiles) -> OnnxNetwork:
    """The model at work. What compiles takes a quarter of a second to wake and 70 MB, and io has no use of it."""
    from descant_daemon.model.runtime import OnnxNetwork  # noqa: PLC0415

    return OnnxNetwork(model)
