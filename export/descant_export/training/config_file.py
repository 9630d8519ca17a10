"""A config as a commented YAML file, and changes to it as they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from descant_daemon.settings.lined_yaml import FileError, parse_lined, read_lined
from descant_daemon.settings.scalars import dump
from descant_daemon.whole_file import write_whole
from descant_export.families import FAMILIES
from descant_export.training.config import Config, meanings
from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

EVERY = {name: family for family in FAMILIES for name in meanings(family)}
HEADINGS = {
    "family": "The network",
    "optimiser": "How it climbs",
    "updates": "What it sees",
    "evaluate_every": "When it looks up",
}
"""The field before which a heading stands."""

_WANTS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "tuple_type": "a list",
    "too_short": "a list of at least one",
    "dict_type": "a map of names and shares",
    "mapping_type": "a map of names and shares",
}


def load_config(path: Path) -> Config:
    """Read a config; what it leaves out has its default. Raises FileError: file, line and what is wrong there."""
    read = read_lined(path)
    if not isinstance(read.value, dict):
        raise FileError(path, read.lines[()], "a config is a map of names and values, such as 'dropout: 0.5'")
    try:
        return Config.from_dict(read.value)
    except ValidationError as error:
        place, sentence = _fault(error)
        while place not in read.lines:
            place = place[:-1]
        raise FileError(path, read.lines[place], sentence) from error


def changed(config: Config, settings: Sequence[str]) -> Config:
    """``config`` with changes typed as ``name=value`` in YAML's notation. Raises UsageError."""
    changes: dict[str, Any] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or name not in EVERY:
            raise UsageError(f"There is no hyperparameter {text!r}{hint(name, EVERY)}.")
        try:
            changes[name] = parse_lined(value, Path(name)).value if value.strip() else None
        except FileError:
            raise UsageError(f"{name}={value} is not a value.") from None
    try:
        return config.but(**changes)
    except ValidationError as error:
        raise UsageError(f"{_fault(error)[1]}.") from error


def written(config: Config) -> str:
    """The config as YAML, every value under its meaning."""
    lines = ["# A training run of Descant: descant train FOLDER --config THIS-FILE"]
    meaning = meanings(config.network.family)
    for name, value in config.as_dict().items():
        if name in HEADINGS:
            lines += ["", f"# == {HEADINGS[name]} =="]
        lines.append(f"# {meaning[name]}")
        lines.append(f"{name}:{_value(value)}")
    return "\n".join(lines) + "\n"


def save_config(config: Config, path: Path) -> None:
    """Write ``written`` whole or not at all."""
    write_whole(path, written(config).encode())


def _value(value: Any) -> str:
    """After the colon: maps on lines of their own, all else on this one."""
    if isinstance(value, dict) and value:
        return "".join(f"\n  {name}: {each}" for name, each in value.items())
    return " " + dump(value, flow=True).removesuffix("...\n").strip()


def _fault(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """Where the first fault lies, and what it is, in words."""
    fault = error.errors(include_url=False)[0]
    place = tuple(fault["loc"])
    where = ".".join(str(part) for part in place)
    match fault["type"]:
        case "wrong":
            return place, f"{where}: {fault['msg']}".removeprefix(": ")
        case "unexpected_keyword_argument":
            return place, f"there is no hyperparameter {shown(where)}{hint(where, EVERY)}"
        case kind if kind in _WANTS:
            return place, f"{where} must be {_WANTS[kind]}, not {shown(fault['input'])}"
        case _:
            said = str(fault["msg"]).removeprefix("Input should be ")
            return place, f"{where} must be {said}, not {shown(fault['input'])}"
