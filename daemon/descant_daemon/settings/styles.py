"""Styles by name: the parameters that choose one know no model, so its names are checked where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.row import row_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_daemon.settings.parameters import Parameters
    from descant_daemon.settings.row import Row


def row_of(name: str, styles: Sequence[str]) -> Row:
    """The row called ``name``, its choices being ``styles`` where it chooses one. Raises UsageError."""
    row = row_named(name, TABLE)
    return row.among(styles) if row.kind == "style" and len(styles) > 1 else row


def check_styles(parameters: Parameters, styles: Sequence[str]) -> None:
    """Raises UsageError, naming the parameter, for a style that the model has not.

    A model of one style has nothing to choose from, and plays presets that name others.
    """
    for row in TABLE.values():
        name = getattr(parameters, row.name)
        if row.kind == "style" and name:
            row_of(row.name, styles).check(name)
