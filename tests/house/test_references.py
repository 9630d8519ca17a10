"""What a comment, a docstring or a page names as a file of the project is one."""

from __future__ import annotations

import io
import re
import sys
import tokenize
from pathlib import Path

import pytest
from tests.house.source import ROOT

PLACES = ("daemon", "export", "routing", "tests")
FILE = re.compile(r"(?<![\w/.<>*-])((?:\w+/)*\w+\.py)\b(?!\()")
"""``effect/steps.py``, ``steps.py``: what ends a path of the checkout."""


def words_of(text: str) -> str:
    """The comments and the strings of a module that are sentences, not values: docstrings among them."""
    found: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and '"""' in token.string[:5]):
            found.append(token.string)
    return "\n".join(found)


def named_in(text: str) -> set[str]:
    return set(FILE.findall(text))


@pytest.fixture(scope="module")
def endings() -> set[str]:
    """Every way to name a Python file of the checkout, by so many of its last folders, or one of Python's own."""
    paths = [path.relative_to(ROOT).parts for place in PLACES for path in (ROOT / place).rglob("*.py")]
    return {"/".join(parts[-count:]) for parts in paths for count in range(1, len(parts) + 1)} | {
        f"{name}.py" for name in sys.stdlib_module_names
    }


def test_every_file_that_the_code_speaks_of_exists(endings: set[str]) -> None:
    named = [
        (path, name)
        for place in ("daemon", "export", "routing")
        for path in sorted((ROOT / place).rglob("*.py"))
        for name in named_in(words_of(path.read_text(encoding="utf-8")))
    ]
    assert len(named) > 10
    assert [f"{path.relative_to(ROOT)}: {name}" for path, name in named if name not in endings] == []


def test_every_file_that_a_page_speaks_of_exists(endings: set[str]) -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = [
        (page.name, name)
        for page in pages
        if page.name != "CHANGELOG.md"  # it may tell of what was
        for name in named_in(page.read_text(encoding="utf-8"))
    ]
    assert len(named) > 50
    assert [f"{page}: {name}" for page, name in named if name not in endings] == []


def test_every_name_of_the_code_that_the_map_speaks_of_is_there() -> None:
    """``Effect.feed``, ``MODE_ROWS``, ``cache_path``: what is renamed in the code is renamed in the map."""
    code = {
        word
        for place in PLACES
        for path in (ROOT / place).rglob("*.py")
        if path != Path(__file__)
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    }
    pages = [ROOT / "ARCHITECTURE.md", *(ROOT / "docs" / "internals").glob("*.md")]
    named = [
        (page.name, part)
        for page in pages
        for name in re.findall(r"`([A-Za-z_][\w.]*)`", page.read_text(encoding="utf-8"))
        if re.search("[A-Z_]", name) and not name.endswith((".py", ".md"))
        for part in name.split(".")
    ]
    assert len(named) > 50
    assert [f"{page}: {part}" for page, part in named if part not in code] == []


def test_the_reader_finds_names_in_sentences_and_leaves_code_alone() -> None:
    text = '"""As ``a/b.py`` says."""\nx = "c.py"  # and d.py\nimport e\nopen(f"{x}/g.py")\n'
    assert named_in(words_of(text)) == {"a/b.py", "d.py"}
