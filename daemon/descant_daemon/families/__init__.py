"""The families of networks that play, in one table: name → who loads it. What their files hold: ``model/forms.py``.

What compiles takes a quarter of a second to wake and 70 MB, of which io has no use: it is imported when it loads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from descant_daemon.model.model_files import ModelFiles, check_model_files

if TYPE_CHECKING:
    from descant_daemon.families.loaded_model import LoadedModel


def load_model(stem: Path) -> LoadedModel:
    """From its files, checked. Raises DescantError, in one sentence, for anything that does not fit."""
    return model_of(check_model_files(stem))


def model_of(files: ModelFiles) -> LoadedModel:
    """The model at work: the bytes that were checked are those that run. Raises DescantError when they cannot."""
    return LOADERS[files.metadata.family](files)


def _biaxial(files: ModelFiles) -> LoadedModel:
    from descant_daemon.families.biaxial.biaxial_network import BiaxialNetwork  # noqa: PLC0415

    return BiaxialNetwork(files)


def _tp_nade(files: ModelFiles) -> LoadedModel:
    from descant_daemon.families.tp_nade import TpNadeNetwork  # noqa: PLC0415

    return TpNadeNetwork(files)


def _roll(files: ModelFiles) -> LoadedModel:
    from descant_daemon.families.roll import RollNetwork  # noqa: PLC0415

    return RollNetwork(files)


LOADERS: dict[str, Callable[[ModelFiles], LoadedModel]] = {
    "biaxial": _biaxial,
    "tp-nade": _tp_nade,
    "roll": _roll,
}
