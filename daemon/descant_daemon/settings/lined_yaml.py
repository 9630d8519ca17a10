"""YAML as plain values together with the line each of them stands on; nothing that YAML could hide in a file.

Presets come from strangers, so only maps, lists, text, numbers, true/false and null are read (``scalars``), and limits
are checked on the stream of events, before anything of it is built: no aliases (a kilobyte of them can
stand for gigabytes), no deep nesting (which would exhaust the stack), no more parts than a preset has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from descant_daemon.settings.scalars import READ, Loader, Scalar, scalar
from descant_daemon.whole_file import open_file
from descant_routing.errors import DescantError
from descant_routing.wording import shown

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 2**20
MOST_PARTS = 4096
DEEPEST = 40
LONGEST_KEY = 200

Plain = Scalar | list["Plain"] | dict[str, "Plain"]
Place = tuple[str | int, ...]
"""Where a value stands: the keys and list indices that lead to it; () is the file."""

_COLLECTIONS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


class LinedYaml(NamedTuple):
    """``lines`` are those of a map's keys and a list's items, from 1."""

    value: Plain
    lines: dict[Place, int]


class FileError(DescantError):
    """A file cannot be understood; the sentence names the file and the line."""

    def __init__(self, path: Path, line: int | None, sentence: str) -> None:
        """``line`` counts from 1; None where no line is at fault."""
        super().__init__(f"{path}, line {line}: {sentence}" if line else f"{path}: {sentence}")


def read_lined(path: Path) -> LinedYaml:
    """Read a YAML file. Raises FileError, in one sentence, for a file that is missing, torn or too big."""
    try:
        with open_file(path) as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise FileError(path, None, f"cannot be read ({reason or error})") from error
    if len(data) > MOST_BYTES:
        raise FileError(path, None, f"is larger than {MOST_BYTES // 2**20} MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileError(path, line, "this is not text in UTF-8") from error
    return parse_lined(text, path)


def parse_lined(text: str, path: Path) -> LinedYaml:
    """Parse YAML; ``path`` is for the sentences of the FileError that it raises."""
    try:
        root = _Bounded(text, path).get_single_node()
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        raise FileError(path, before.count("\n") + 1, "a character that no text has") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise FileError(path, mark.line + 1 if mark else None, f"this is not YAML: {problem}") from error
    except (ValueError, OverflowError) as error:  # the library's, for an escape beyond Unicode: "\\U99999999"
        raise FileError(path, None, "this is not YAML: an escape stands for no character") from error
    if root is None:
        raise FileError(path, None, "is empty")
    lines: dict[Place, int] = {(): root.start_mark.line + 1}
    return LinedYaml(_plain(root, (), lines, path), lines)


class _Bounded(Loader):
    """Looks at each event before anything is built of it."""

    def __init__(self, text: str, path: Path) -> None:
        super().__init__(text)
        self._path = path
        self._depth = self._parts = 0

    def get_event(self) -> yaml.Event:
        event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileError(self._path, line, "anchors and aliases (& and *) are not read here")
        self._parts += 1
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
        if self._depth > DEEPEST:
            raise FileError(self._path, line, f"lists and maps are nested more than {DEEPEST} deep")
        if self._parts > MOST_PARTS:
            raise FileError(self._path, line, f"has more than {MOST_PARTS} parts")
        return event


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> Plain:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.CollectionNode) and node.tag not in _COLLECTIONS:
        raise FileError(path, line, f"this list or map is tagged as {_tag(node)}")
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in READ:
                raise FileError(path, line, "a key must be a plain word")
            if not key.isprintable() or len(key) > LONGEST_KEY:
                raise FileError(path, line, f"{shown(key)} is no word for a key")
            if key in mapping:
                raise FileError(path, line, f"the key {shown(key)} is here twice")
            lines[*place, key] = line
            mapping[key] = _plain(value_node, (*place, key), lines, path)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items: list[Plain] = []
        for index, item in enumerate(node.value):
            lines[*place, index] = item.start_mark.line + 1
            items.append(_plain(item, (*place, index), lines, path))
        return items
    if node.tag not in READ:
        raise FileError(
            path, line, f"'{node.value[:60]}' is read as {_tag(node)}; put it in quotes to mean text"
        )
    try:
        return scalar(node.tag, node.value)
    except ValueError as error:
        reason = str(error) or f"not {_tag(node)}"
        raise FileError(path, line, f"'{node.value[:60]}' is {reason}") from error


def _tag(node: yaml.Node) -> str:
    name = node.tag.removeprefix("tag:yaml.org,2002:").lstrip("!")
    return f"a YAML {name[:60] or 'tag'}"
