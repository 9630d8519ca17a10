"""What the checkout holds, and that the papers say what the files do."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from tests.house.source import ROOT

MIB = 1024 * 1024
MODEL_SUFFIXES = (".onnx", ".data", ".pt", ".ckpt", ".safetensors", ".npz")
# Written in two halves, or this file would be the first to break the rule.
FOREIGN = tuple(
    a + b for a, b in (("/wo", "rk/"), ("py", "pi.org"), ("python", "hosted.org"), ("/root", "/"))
)


def tracked() -> list[Path]:
    """Files that git tracks or would on the next ``git add``."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    paths = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def project() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        loaded: dict[str, object] = tomllib.load(file)["project"]
    return loaded


def dependencies() -> set[str]:
    """Names of the direct dependencies, of the extras too, in lower case."""
    base = project()["dependencies"]
    extras = project()["optional-dependencies"]
    assert isinstance(base, list)
    assert isinstance(extras, dict)
    lines: list[str] = [*base, *(line for extra in extras.values() for line in extra)]
    return {re.split(r"[^A-Za-z0-9_.-]", line)[0].lower() for line in lines}


def test_no_file_names_a_place_outside_the_project() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in FOREIGN
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_models_stay_small_enough_for_a_repository() -> None:
    models = [path for path in tracked() if path.suffix in MODEL_SUFFIXES]
    assert sum(path.stat().st_size for path in models) <= 64 * MIB
    assert [path.name for path in models if path.suffix in {".pt", ".ckpt"}] == []


def test_the_architecture_page_gives_every_dependency_its_reason() -> None:
    page = ROOT / "ARCHITECTURE.md"
    assert page.is_file(), "ARCHITECTURE.md is missing"
    text = page.read_text(encoding="utf-8").lower()
    assert [name for name in sorted(dependencies()) if not re.search(rf"\b{re.escape(name)}\b", text)] == []


def test_every_direct_dependency_is_pinned_to_what_was_tested() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert {name.lower() for name in pins} >= dependencies()
    assert pins["torch"] == "2.13.0"
