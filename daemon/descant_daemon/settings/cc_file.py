"""Write what moves a name into the ``cc`` section of a preset or a rig, and leave every other letter as it is.

The place is found by YAML's own parser and the text is cut there: a library that writes the whole file anew
keeps comments, but moves those at a section's end, and lays out lists and flow maps its own way.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import yaml

from descant_daemon.settings.bindings import Bindings, bind, movable
from descant_daemon.settings.lined_yaml import FileError, LinedYaml, Place, parse_lined, read_lined
from descant_daemon.settings.preset import FILE_NAME, parse_preset
from descant_daemon.settings.source import Controller, Source, parse_source, quarrel
from descant_daemon.whole_file import write_whole
from descant_routing.errors import DescantError, UsageError
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from pathlib import Path


class CcFile:
    """A preset, or one instance of a rig, whose ``cc`` section is to be written."""

    def __init__(self, path: Path, instance: str | None = None) -> None:
        """``path``: of the file, or of a preset's folder; ``instance``: of the rig that it is.

        Raises FileError for a file that cannot be read, UsageError where the instance is not there.
        """
        self._path = (path / FILE_NAME if path.is_dir() else path).resolve()
        self._read = read_lined(self._path)
        self._text = self._path.read_bytes().decode("utf-8")
        self._place = _place(self._read.value, self._path, instance)
        if not self._place:
            parse_preset(self._text, self._path)

    @property
    def bindings(self) -> Bindings:
        """What moves what by this section alone, over the defaults. Raises FileError for an entry that is none."""
        return bind({name: self._source(name, value) for name, value in self._section.items()})

    def put(self, name: str, source: Source) -> None:
        """``source`` moves ``name`` from here on. Raises FileError, and writes nothing, where they quarrel."""
        movable(name)
        for other, value in self._section.items():
            bound = self._source(other, value)
            if other != name and bound is not None and (sentence := quarrel(name, source, other, bound)):
                raise FileError(self._path, self._read.lines[*self._place, "cc", other], sentence)
        text = with_entry(self._text, (*self._place, "cc"), name, str(source))
        if _value(text, self._path) != _expected(self._read, self._place, name, source):
            raise DescantError(
                f"{self._path} is written in a way that is not added to here: add '{name}: {source}'"
            )
        write_whole(self._path, text.encode("utf-8"))
        self._text, self._read = text, parse_lined(text, self._path)

    @property
    def _section(self) -> dict[str, Any]:
        section: dict[str, Any] = _at(self._read.value, self._place).get("cc", {})
        return section

    def _source(self, name: str, value: object) -> Source | None:
        try:
            return parse_source(value, movable(name))
        except UsageError as error:
            raise FileError(self._path, self._read.lines[*self._place, "cc", name], str(error)) from error


def with_entry(text: str, section: Place, name: str, value: str) -> str:
    """YAML ``text`` with ``name: value`` in the map at ``section``, which is begun where there is none.

    ``value`` is plain text without quotes. What stands around must be YAML without anchors, tags and the like.
    """
    owner = _node(yaml.compose(text, yaml.SafeLoader), section[:-1])
    old = _child(owner, section[-1])
    if old is None:
        return _add(text, owner, str(section[-1]), {name: value})
    assert isinstance(old, yaml.MappingNode), "has been checked"
    entry = _child(old, name)
    if entry is None:
        return _add(text, old, name, value)
    begin, end = entry.start_mark.index, entry.end_mark.index
    gap = "" if text[begin - 1].isspace() else " "  # `name:` with nothing behind it
    return text[:begin] + gap + value + text[end:]


def _add(text: str, map_: yaml.MappingNode, name: str, value: str | dict[str, str]) -> str:
    """One more entry, after the last one's line; in braces where the others are."""
    if map_.flow_style:
        said = f"{name}: {value}" if isinstance(value, str) else f"{name}: {{{_flow(value)}}}"
        end = _end(map_.value[-1][1]) if map_.value else map_.start_mark.index + 1
        return text[:end] + (", " if map_.value else "") + said + text[end:]
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = " " * map_.value[0][0].start_mark.column
    lines = [f"{indent}{name}: {value}"] if isinstance(value, str) else [
        f"{indent}{name}:", *(f"{indent}  {key}: {each}" for key, each in value.items())
    ]  # fmt: skip
    last = len(text[: _end(map_)].rstrip())
    end = text.find("\n", last) + 1
    if not end:  # the file's last line is not ended
        return text + newline + newline.join(lines) + newline
    return text[:end] + newline.join(lines) + newline + text[end:]


def _flow(entries: dict[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in entries.items())


def _end(node: yaml.Node) -> int:
    """Where the text of a node ends; a map or list in lines ends with its last value, not where the next begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _node(node: Any, place: Place) -> yaml.MappingNode:
    for key in place:
        node = _child(node, key)
    assert isinstance(node, yaml.MappingNode), "has been checked"
    return node


def _child(node: yaml.MappingNode, key: str | int) -> Any:
    return next((value for name, value in node.value if name.value == key), None)


def _place(value: Any, path: Path, instance: str | None) -> Place:
    instances = value.get("instances") if isinstance(value, dict) else None
    if not isinstance(instances, dict):
        if instance is not None:
            raise UsageError(f"{path} is no rig: it has no instance {shown(instance)}")
        return ()
    if instance is None:
        raise UsageError(f"{path} is a rig: say which instance, with --instance {' or '.join(instances)}")
    if not isinstance(instances.get(instance), dict):
        raise UsageError(f"{path} has no instance {shown(instance)}{hint(instance, instances)}")
    if not isinstance(instances[instance].get("cc", {}), dict):
        raise UsageError(f"{path}: 'cc' of {instance} must be a map of names and values")
    return "instances", instance


def _at(value: Any, place: Place) -> dict[str, Any]:
    for key in place:
        value = value[key]
    assert isinstance(value, dict), "has been checked"
    return value


def _expected(read: LinedYaml, place: Place, name: str, source: Source) -> object:
    value = deepcopy(read.value)
    section = _at(value, place).setdefault("cc", {})
    section[name] = source.number if isinstance(source, Controller) else str(source)
    return value


def _value(text: str, path: Path) -> object:
    try:
        return parse_lined(text, path).value
    except FileError:
        return None
