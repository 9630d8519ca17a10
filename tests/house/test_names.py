"""One name is one thing: whoever looks for a file or a class by its name finds one."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.house.source import modules

# Several files of one name, and why.
FILES = {
    "__init__": "Python's own",
    "__main__": "Python's own",
    "backend": "each MIDI system's",
    "ends": "each MIDI system's",
    "tp_nade": "a family of networks, as it plays and as it learns",
}
# Several classes of one name, and why.
CLASSES = {
    "Layer": "of sounds on a keyboard, of a network: each field's own word",
    "Split": "of a keyboard, of a corpus: each field's own word",
}
# Names that still stand for several things. To be emptied: nothing is added here.
FILES_TO_RENAME = frozenset(
    (
        "actions",
        "card",
        "choice",
        "command",
        "faults",
        "free",
        "grid",
        "heard",
        "human",
        "key",
        "memory",
        "network",
        "options",
        "page",
        "render",
        "report",
        "roll",
        "session",
        "sonority",
        "steps",
        "sweep",
        "telling",
        "wire",
    )
)
CLASSES_TO_RENAME = frozenset(
    (
        "Answer",
        "Choice",
        "Human",
        "Key",
        "Keys",
        "Kind",
        "Metre",
        "Place",
        "Played",
        "Question",
        "Row",
        "Score",
        "Shape",
        "Source",
        "Steps",
    )
)


def shared(names: dict[str, set[str]], allowed: dict[str, str], to_rename: frozenset[str]) -> list[str]:
    """A sentence for each name that stands for several things without leave."""
    return [
        f"{name} is in {', '.join(sorted(homes))}"
        for name, homes in sorted(names.items())
        if len(homes) > 1 and name not in allowed and name not in to_rename
    ]


def test_no_two_files_share_a_name() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in modules():
        if path.parent.name != "cli":  # a command's file is called as the command is
            found[path.stem].add(module)
    assert shared(found, FILES, FILES_TO_RENAME) == []


def test_no_two_public_classes_share_a_name() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].add(module)
    assert shared(found, CLASSES, CLASSES_TO_RENAME) == []
