"""What pydantic finds wrong with a file, in a musician's words and with the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic_core import PydanticCustomError

from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import ValidationError

    from descant_daemon.settings.lined_yaml import LinedYaml, Place

Read = TypeVar("Read")
Raw = Any  # pydantic's details of one error


class Fault(NamedTuple):
    """``line`` counts from 1."""

    line: int
    sentence: str


def faults_of(error: ValidationError, read: LinedYaml, sentence: Callable[[Raw], str]) -> list[Fault]:
    """Every fault in the order of lines, but a misspelt key before the one that it leaves missing."""
    raws = error.errors(include_url=False)
    raws.sort(key=lambda each: (each["type"] == "missing", line_of(read, each["loc"])))
    return [Fault(line_of(read, each["loc"]), sentence(each)) for each in raws]


def line_of(read: LinedYaml, place: Place) -> int:
    """The line of a value, or of what it would stand in."""
    while place not in read.lines:
        place = place[:-1]
    return read.lines[place]


def common_sentence(raw: Raw, known: Mapping[str, object]) -> str:
    """What is wrong, where the kind of fault says it all; ``known`` are the keys that may stand beside it."""
    where = ".".join(str(part) for part in raw["loc"])
    match raw["type"]:
        case "entry":
            return str(raw["msg"])
        case "missing":
            return f"the key '{where}' is missing"
        case "extra_forbidden":
            *above, key = raw["loc"]
            inside = f" in '{'.'.join(map(str, above))}'" if above else ""
            return f"unknown key {shown(key)}{inside}{hint(str(key), known)}"
        case "too_long":
            return f"'{where}' may be {raw['ctx']['max_length']} at most, not {len(raw['input'])}"
        case "literal_error":
            wanted = raw["ctx"]["expected"].replace("'", "").replace(", ", " or ")  # as parameters say it
        case kind if kind in _WANTS:
            wanted = _WANTS[kind].format(**raw.get("ctx", {}))
        case _:
            return f"'{where}' {raw['msg']}"
    return f"'{where}' must be {wanted}, not {shown(raw['input'])}"


def blamed(read: Callable[[object], Read]) -> Callable[[object], Read]:
    """``read`` as a validator: the UsageError that it raises is the sentence of the fault."""

    def reading(value: object) -> Read:
        try:
            return read(value)
        except UsageError as error:
            raise PydanticCustomError("entry", "{sentence}", {"sentence": str(error)}) from error

    return reading


_WANTS = {
    "string_type": "text",
    "string_too_short": "some text",
    "string_too_long": "at most 2000 characters",
    "dict_type": "a map of names and values",
    "model_type": "a map of names and values",
    "list_type": "a list",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "too_short": "at least {min_length}",
}
