"""One name is one thing: whoever looks for a file or a class by its name finds one."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.house.source import modules

# Several files of one name, and why.
FILES = {
    "__init__": "Python's own",
    "backend": "each MIDI system's",
    "ends": "each MIDI system's",
    "roll": "a family of networks, as it plays and as it learns",
    "tp_nade": "a family of networks, as it plays and as it learns",
}
# Several classes of one name, and why.
CLASSES = {
    "Layer": "of sounds on a keyboard, of a network: each field's own word",
    "Score": "of music, of a network: each field's own word",
    "Split": "of a keyboard, of a corpus: each field's own word",
}


def unlike(names: dict[str, set[str]], allowed: dict[str, str]) -> list[str]:
    """A sentence for each name that stands for several things without a reason, and for each reason without need."""
    several = {name: homes for name, homes in names.items() if len(homes) > 1}
    return [
        *(f"{name} is in {', '.join(sorted(several[name]))}" for name in sorted(several.keys() - allowed)),
        *(f"{name} stands for one thing now: its row can go" for name in sorted(allowed.keys() - several)),
    ]


def test_no_two_files_share_a_name() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in modules():
        if path.parent.name != "cli":  # a command's file is called as the command is
            found[path.stem].add(module)
    assert unlike(found, FILES) == []


def test_no_two_public_classes_share_a_name() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].add(module)
    assert unlike(found, CLASSES) == []
