"""Loading a network where the climb's machine code would be a burden until then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from descant_daemon.model.runtime import OnnxNetwork


def load_network(stem: Path) -> OnnxNetwork:
    """``OnnxNetwork.load``. What compiles takes a quarter of a second to wake and 70 MB, and io has no use of it."""
    from descant_daemon.model.runtime import OnnxNetwork  # noqa: PLC0415

    return OnnxNetwork.load(stem)
