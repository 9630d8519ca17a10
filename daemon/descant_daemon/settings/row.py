"""One row of the parameter table: how it is declared, what a value may be, how it is typed, how a knob reaches it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast, get_args, get_origin, get_type_hints

from descant_daemon.settings.chart import LONGEST as LONGEST_CHART
from descant_daemon.settings.chart import parse_chart
from descant_daemon.settings.choices import Chords
from descant_daemon.settings.metre import PATTERN, Metre
from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value = int | float | bool | str | Metre
Kind = Literal["int", "float", "bool", "choice", "style", "chart", "metre"]

CC_TOP = 127  # a controller's value is 7 bits
BANDS = CC_TOP / (
    CC_TOP + 1
)  # so that a knob's 128 positions share out evenly, its end being in the last band
LONGEST_NAME = 100  # characters of a style's name

_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_ON, _OFF = ("true", "on", "yes", "1"), ("false", "off", "no", "0")


@dataclass(frozen=True)
class Row:
    """A parameter. ``low`` and ``high`` (both included) are in ``unit``; ``choices`` in the order of a knob.

    ``default_cc`` is the controller that moves it when a preset says nothing; None for none.
    ``controllable`` is False where 128 positions of a knob make no sense. ``smooth`` is True where a value that
    leaps from one step to the next is heard as a lurch, so that a knob leads there by degrees. A style is any
    name, "" being the model's first, until ``among`` says which the model has. ``formerly`` is what a take
    means that was recorded before there was the parameter; None: the default.
    """

    name: str
    kind: Kind
    default: Value
    meaning: str
    unit: str = ""
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    default_cc: int | None = None
    controllable: bool = True
    smooth: bool = False
    formerly: Value | None = None

    @property
    def domain(self) -> str:
        """What a value may be, in words: ``0.05 to 2``, ``free or harmonise``."""
        match self.kind:
            case "bool":
                return "true or false"
            case "choice":
                return " or ".join(self.choices)
            case "style" | "chart":
                chart = "a chord chart such as | C | Am7 G/B | F . . G |"
                return chart if self.kind == "chart" else "the name of a style"
            case "metre":
                return "beats/unit such as 4/4, 3/4 or 6/8 (unit 1, 2, 4, 8 or 16)"
            case "int":
                return f"a whole number from {self.low:.0f} to {self.high:.0f}"
            case "float":
                return f"a number from {self.low:g} to {self.high:g}"

    def among(self, styles: Sequence[str]) -> Row:
        """The row as a choice among the styles of a model."""
        return replace(self, kind="choice", choices=tuple(styles))

    def check(self, value: object) -> Value:
        """The value in its own type (2 becomes 2.0 where the kind is float).

        Raises UsageError, naming the parameter, what it may be and what it was; a chart's bar, where that is wrong.
        """
        accepted = self._accepted(value)
        if accepted is None:
            raise UsageError(f"{self.name} must be {self.domain}, not {shown(value)}")
        return accepted

    def parse(self, text: str) -> Value:
        """The value that was typed, as in ``--set name=value``. Raises UsageError as ``check`` does."""
        text = text.strip()
        value: Value = text
        if self.kind == "bool":
            value = {word: word in _ON for word in (*_ON, *_OFF)}.get(text.lower(), text)
        elif self.kind == "int" and _WHOLE.fullmatch(text):
            value = int(text)
        elif self.kind == "float" and _DECIMAL.fullmatch(text):
            value = float(text)
        return self.check(value)

    def from_position(self, position: float) -> Value:
        """The value at a knob's position, 0 to 1: linear, and equal bands for choices and switches.

        Raises UsageError when the parameter has no knob, or the position is none.
        """
        self._needs_knob()
        if not 0 <= position <= 1:
            raise UsageError(f"{self.name}: a knob's position is 0 to 1, not {shown(position)}")
        if self.kind in ("bool", "choice"):
            stops = self._stops()
            return stops[int(position * BANDS * len(stops))]
        value = self.low + (self.high - self.low) * position
        return int(value + 0.5) if self.kind == "int" else min(value, self.high)  # for rounding's sake

    def to_position(self, value: Value) -> float:
        """A knob's position at ``value``, 0 to 1; first and last choice at its ends.

        Raises UsageError as ``check`` and ``from_position`` do.
        """
        self._needs_knob()
        value = self.check(value)
        assert not isinstance(value, Metre), "has no knob"
        if self.kind in ("bool", "choice"):
            stops = self._stops()
            return stops.index(value) / max(1, len(stops) - 1)
        return (float(value) - self.low) / (self.high - self.low)

    def to_cc(self, value: Value) -> int:
        """The controller's position nearest to ``value``, 0 to 127. Raises UsageError as ``to_position`` does."""
        return int(self.to_position(value) * CC_TOP + 0.5)

    def schema(self) -> dict[str, Any]:
        """The row as JSON Schema, for editors."""
        schema: dict[str, Any] = {"description": self.meaning, "default": _plain(self.default)}
        match self.kind:
            case "bool":
                return schema | {"type": "boolean"}
            case "choice":
                return schema | {"enum": list(self.choices)}
            case "style" | "chart":
                longest = LONGEST_NAME if self.kind == "style" else LONGEST_CHART
                return schema | {"type": "string", "maxLength": longest}
            case "metre":
                return schema | {"type": "string", "pattern": f"^({PATTERN})$"}
            case "int":
                return schema | {"type": "integer", "minimum": int(self.low), "maximum": int(self.high)}
            case "float":
                return schema | {"type": "number", "minimum": self.low, "maximum": self.high}

    def _accepted(self, value: object) -> Value | None:
        if isinstance(value, bool):  # which is an int to Python
            return value if self.kind == "bool" else None
        match self.kind:
            case "choice" | "style" | "chart" if isinstance(value, str) and self._names(value):
                return value
            case "metre" if isinstance(value, (str, Metre)):
                return Metre.parse(str(value))
            case "int" if isinstance(value, int) and self.low <= value <= self.high:
                return value
            case "float" if isinstance(value, (int, float)) and self.low <= value <= self.high:  # no NaN
                return float(value)
            case _:
                return None

    def _names(self, word: str) -> bool:
        if self.kind == "choice":
            return word in self.choices
        if self.kind == "chart":
            parse_chart(word)
            return True
        return len(word) <= LONGEST_NAME and word.isprintable()

    def _stops(self) -> tuple[Value, ...]:
        return (False, True) if self.kind == "bool" else self.choices

    def _needs_knob(self) -> None:
        if not self.controllable:
            raise UsageError(f"{self.name} cannot be moved by a controller")
        if self.kind == "style":
            raise UsageError(f"{self.name} has no positions until a model says which styles it has")


def row(
    default: Value,
    meaning: str,
    low: float = 0,
    high: float = 0,
    unit: str = "",
    cc: int | None = None,
    *,
    controllable: bool = True,
    smooth: bool = False,
    formerly: Value | None = None,
) -> Any:
    """A parameter as a field of a data class: what its type does not say of its ``Row``."""
    said = {
        "meaning": meaning,
        "low": low,
        "high": high,
        "unit": unit,
        "default_cc": cc,
        "controllable": controllable,
        "smooth": smooth,
        "formerly": formerly,
    }
    return field(default=default, metadata=said)


def rows_of(table: type[Any]) -> Mapping[str, Row]:
    """The rows of a data class whose fields are made by ``row``, by name and in their order."""
    types = get_type_hints(table)
    rows: dict[str, Row] = {}
    for each in fields(table):
        kind, default = types[each.name], cast("Value", each.default)
        choices = get_args(kind) if get_origin(kind) is Literal else ()
        rows[each.name] = Row(each.name, _kind(kind), default, choices=choices, **each.metadata)
    return MappingProxyType(rows)


def row_named(name: str, table: Mapping[str, Row]) -> Row:
    """The row called ``name``. Raises UsageError with the nearest names when there is none."""
    try:
        return table[name]
    except KeyError:
        raise UsageError(f"unknown parameter {shown(name)}{hint(name, table)}") from None


def _plain(value: Value) -> Value:
    return str(value) if isinstance(value, Metre) else value


def _kind(annotated: object) -> Kind:
    if get_origin(annotated) is Literal:
        return "choice"
    kinds: dict[object, Kind] = {
        int: "int",
        float: "float",
        bool: "bool",
        str: "style",
        Chords: "chart",
        Metre: "metre",
    }
    return kinds[annotated]
