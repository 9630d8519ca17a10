"""The tables of parameters and actions as a page of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.parameters import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from descant_daemon.settings.row import Row

PARAMETER_HEADS = ("Parameter", "Values", "Unit", "Default", "CC", "Smooth", "Meaning")
ACTION_HEADS = ("Action", "CC", "Meaning")


def parameter_reference() -> str:
    """The table of parameters in Markdown, a row each, in the table's order; then that of actions."""
    actions = ((f"`{row.name}`", _number(row.default_cc), row.meaning) for row in ACTIONS.values())
    return f"{_table(PARAMETER_HEADS, map(_cells, TABLE.values()))}\n{_table(ACTION_HEADS, actions)}"


def parameters_in_words() -> Iterator[tuple[str, str, str]]:
    """For a terminal: each parameter's and action's name, what it may be, and what it means."""
    for row in TABLE.values():
        name, values, unit, default, cc, _, meaning = (cell.replace("`", "") for cell in _cells(row))
        said = (f"{values} {unit}".strip(), default and f"{default} unless said", cc and f"CC {cc}")
        yield name, ", ".join(filter(None, said)), meaning
    for action in ACTIONS.values():
        cc = _number(action.default_cc)
        yield action.name, f"action{cc and f', CC {cc}'}", action.meaning.replace("`", "")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (heads, tuple("---" for _ in heads), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    match row.kind:
        case "int" | "float":
            values = f"{row.low:g} … {row.high:.10g}"
        case "choice":
            values = ", ".join(f"`{choice}`" for choice in row.choices)
        case "chart":
            values = "a chart of chords"
        case "style":
            values = "the model's styles"
        case "bool":
            values = "`true`, `false`"
        case "metre":
            values = "`4/4`, `3/4`, `6/8` …"
    default = str(row.default).lower() if row.kind == "bool" else str(row.default)
    shown = f"`{default}`" if default else ""
    smooth = "yes" if row.smooth else ""
    return f"`{row.name}`", values, row.unit, shown, _number(row.default_cc), smooth, row.meaning


def _number(cc: int | None) -> str:
    return "" if cc is None else str(cc)
