"""The rows of the parameter table as knobs see them, once the model has said what it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.settings.parameters import TABLE

if TYPE_CHECKING:
    from descant_daemon.settings.abilities import Abilities
    from descant_daemon.settings.row import Row, Value


def rows_with(abilities: Abilities) -> dict[str, Row]:
    """Every parameter's row by name, with the choices that the model leaves; of styles it may have none."""
    named = abilities.styles or ("",)
    return {
        name: row.among(named) if row.kind == "style" else abilities.row(name) for name, row in TABLE.items()
    }


def meant(row: Row, value: Value) -> Value:
    """The value; for a style that is not named, or none of the model's, the first, which is what is played."""
    return row.choices[0] if row.kind == "choice" and value not in row.choices else value
