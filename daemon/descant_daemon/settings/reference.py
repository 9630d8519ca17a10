"""The parameter table as a page of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.settings.parameters import TABLE

if TYPE_CHECKING:
    from descant_daemon.settings.row import Row


def parameter_reference() -> str:
    """The table of parameters in Markdown, a row each, in the table's order."""
    heads = ("Parameter", "Values", "Unit", "Default", "CC", "Meaning")
    rows = [heads, tuple("---" for _ in heads), *(_cells(row) for row in TABLE.values())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(row: Row) -> tuple[str, ...]:
    match row.kind:
        case "int" | "float":
            values = f"{row.low:g} … {row.high:.10g}"
        case "choice":
            values = ", ".join(f"`{choice}`" for choice in row.choices)
        case "style":
            values = "the model's styles"
        case "bool":
            values = "`true`, `false`"
        case "metre":
            values = "`4/4`, `3/4`, `6/8` …"
    default = str(row.default).lower() if row.kind == "bool" else str(row.default)
    number = "" if row.default_cc is None else str(row.default_cc)
    return f"`{row.name}`", values, row.unit, f"`{default}`" if default else "", number, row.meaning
