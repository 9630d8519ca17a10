"""README and docs against what they speak of: commands, options, targets, pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer.core
import typer.main
import yaml
from tests.house.source import ROOMS, ROOT

README = ROOT / "README.md"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
PAGES = (
    README,
    ARCHITECTURE,
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)


def command_lines() -> Iterator[tuple[str, str]]:
    """(page, what it tells the reader to type): lines in a code block, spans, and rows of the table."""
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith(("descant ", "| `descant ")):
                yield page.name, line.replace("`", "").removeprefix("| ")
            else:
                for span in re.findall(r"`(descant [^`]*)`", line):
                    yield page.name, span


def test_every_command_and_option_exists() -> None:
    from descant_daemon.cli.app import app

    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    options = {option: {option} for each in group.params for option in each.opts}
    for name, command in group.commands.items():
        below = command.commands.values() if isinstance(command, typer.core.TyperGroup) else ()
        options[name] = {
            option for each in (command, *below) for parameter in each.params for option in parameter.opts
        }
    found = list(command_lines())
    assert len(found) > 10
    for page, line in found:
        name = line.split()[1]
        assert name in options, f"{page}: {line}"
        assert options[name] >= set(re.findall(r"--[a-z]+", line)), f"{page}: {line}"


def test_every_target_exists() -> None:
    targets = re.findall(r"^make ([a-z]+)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test"]
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_every_linked_page_exists() -> None:
    pattern = re.compile(r"\]\(([^)#:]+)[^):]*\)")
    links = [(page, link) for page in PAGES for link in pattern.findall(page.read_text(encoding="utf-8"))]
    assert links
    assert [str(link) for page, link in links if not (page.parent / link).exists()] == []


def test_every_linked_heading_exists() -> None:
    links = [
        (page, page.parent / file if file else page, anchor)
        for page in PAGES
        for file, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 3
    assert [
        f"{page.name}: {file.name}#{anchor}" for page, file, anchor in links if anchor not in _anchors(file)
    ] == []


def test_the_hooks_run_what_make_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    wanted = [
        line.strip()
        for target in ("lint", "types")
        for line in re.findall(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[0].splitlines()
    ]
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repo["repo"] == "local", "hooks of other repositories are fetched"
    assert [hook["entry"] for hook in repo["hooks"]] == wanted
    assert {hook["language"] for hook in repo["hooks"]} == {"system"}


def test_the_machine_that_checks_runs_the_command_that_the_readme_gives() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.rstrip().endswith("\nmake test")


def test_every_test_that_a_page_names_exists() -> None:
    """`folder/test_x.py::test_name`, of which the docs say that it holds something."""
    pattern = re.compile(r"`((?:\w+/)+test_\w+\.py)::(test_\w+)")
    named = [(page, *found) for page in PAGES for found in pattern.findall(page.read_text(encoding="utf-8"))]
    assert len(named) > 150
    missing = [
        f"{page.name}: {file}::{test}"
        for page, file, test in named
        if f"def {test}(" not in _text(ROOT / "tests" / file)
    ]
    assert missing == []


def test_the_map_has_every_room() -> None:
    """A paragraph of the code map for each folder of code, and a word for each file beside the folders."""
    text = section("Code map")
    rooms = {
        path.parent.relative_to(package)
        for package in ROOMS.values()
        for path in package.rglob("__init__.py")
        if path.parent != package
    }
    assert len(rooms) > 30
    named = {Path(found.rstrip("/")) for found in re.findall(r"\*\*`([\w/]+/)`\*\*", text)}
    # A room inside a room is named with it, or by itself in the paragraph of its room.
    assert [str(room) for room in rooms if room not in named and Path(room.name) not in named] == []
    files = [path.name for package in ROOMS.values() for path in package.glob("[a-z]*.py")]
    assert [name for name in files if f"`{name}`" not in text] == []


def test_a_paragraph_of_the_map_names_files_of_its_own_rooms() -> None:
    """``card.py`` in the paragraph of ``model/`` is one of that room, not of another."""
    places = {
        "routing/: MIDI": ROOMS["descant_routing"],
        "daemon/: playing": ROOMS["descant_daemon"],
        "export/: training and judging": ROOMS["descant_export"],
    }
    parts = section("Code map").split("\n### ")[1:]
    found = [
        (places[heading], re.findall(r"\*\*`([\w/]+/)`", item), re.findall(r"`(\w+\.py)`", item))
        for heading, _, text in (part.partition("\n") for part in parts)
        if heading in places
        for item in text.split("\n- ")
        if item.startswith("**`")
    ]
    assert sum(len(names) for _, _, names in found) > 40
    assert [
        f"{rooms[0]}: {name}"
        for package, rooms, names in found
        for name in names
        if not any((package / room / name).is_file() for room in rooms)
    ] == []


def test_every_invariant_names_a_test() -> None:
    rules = re.findall(r"^\d+\. \*\*.*?(?=^\d+\. |\Z)", section("Invariants"), re.MULTILINE | re.DOTALL)
    assert len(rules) > 10
    assert [rule for rule in rules if "::test_" not in rule] == []


def section(heading: str) -> str:
    """What stands under a heading of ARCHITECTURE."""
    return ARCHITECTURE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def _anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
