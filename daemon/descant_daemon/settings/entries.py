"""Maps of names and values in a file: each entry is checked by itself, and blamed by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def each_entry(check: Callable[[str, Any], object]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A validator that runs ``check(name, value)`` on every entry and blames the entry, not the whole map."""

    def checked(entries: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        wrong: list[InitErrorDetails] = []
        for name, value in entries.items():
            try:
                result[name] = check(name, value)
            except DescantError as error:
                kind = PydanticCustomError("entry", "{sentence}", {"sentence": str(error)})
                wrong.append(InitErrorDetails(type=kind, loc=(name,), input=value))
        if wrong:
            raise ValidationError.from_exception_data("entries", wrong)
        return result

    return checked


def map_schema(description: str, entries: Mapping[str, dict[str, Any]]) -> WithJsonSchema:
    """JSON Schema of a map that has these entries and no others."""
    return WithJsonSchema(
        {
            "type": "object",
            "description": description,
            "properties": dict(entries),
            "additionalProperties": False,
        }
    )
