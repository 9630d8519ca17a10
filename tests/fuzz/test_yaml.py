"""Presets, rigs, recipes and configs of strangers: each is read, or refused in a sentence, at once."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.fuzz.fuzz import cases, judge, torn

from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.preset import load_preset
from descant_daemon.settings.rig.plain import as_plain
from descant_daemon.settings.rig.rig_file import load_rig
from descant_daemon.settings.rig.words import explain
from descant_export.corpus.mix import load_mix
from descant_export.training.config import Config
from descant_export.training.config_file import load_config, written

ROOT = Path(__file__).parents[2]
PRESETS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "presets").glob("*/preset.yaml"))]
PAGES = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("rigs.md", "routes.md"))
RIGS = [text for text in re.findall(r"```yaml\n(.*?)```", PAGES, re.DOTALL) if "instances" in text]
RECIPES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "presets").glob("*/recipe.yaml"))]
CONFIGS = [written(Config())]


def played(path: Path) -> None:
    load_preset(path).bindings()


def looked_at(path: Path) -> None:
    rig = load_rig(path)
    as_plain(rig)
    explain(rig)


READERS: list[tuple[Callable[[Path], object], list[str]]] = [
    (played, PRESETS),
    (looked_at, RIGS),
    (load_mix, RECIPES),
    (load_config, CONFIGS),
]

# A value of every kind, and of no kind.
VALUES = [
    "", "~", "null", "true", "no", "0", "-1", "1", "3", "127", "128", "1e3", "1e999", "-.inf", ".nan",
    "0x7f", "0o17", "9" * 30, "9" * 5000, "0x" + "f" * 6000, "1:30", "1" + ":0" * 300,
    "1" + ":0" * 200 + ":0.5", "2001-02-03", "1_000", "!!int ''", "!!int '-'", "!!int '_'", "!!int x",
    "!!float ''", "!!float .", "!!bool ''", "!!null x", "!!str 5", "!!binary x", "!!timestamp x",
    "!!set {a}", "!!omap [a: 1]", "!!python/object/apply:os.system [echo]", "!x y", "!", '"\\e[2J"',
    '"\\0"', '"\\uD800"', '"\\UFFFFFFFF"', '"\\x"', "'", '"', "x" * 3000, "x" * 20_000, "\u202etxet",
    "naïve", "[]", "{}", "[1, 2]", "[[[]]]", "{a: 1}", "{1: 2}", "[" * 60, "{a: " * 60, "- - - -", "&a x",
    "*a", "<<", "{<<: {a: 1}}", "? x", "|\n  two\n  lines", ">-\n  folded", "free", "3/4", "33/4", "4/4/4",
    "C2..C6", "1-4", "17", "../x", "/etc/passwd", "21+53", "nrpn 5", "nrpn 99999", "64", "music21:bach",
    "{transpose: 12}", "[{channel: 2}, {keys: C4..}]", "{curve: [1]}", "hymn", "bach-chorale", "\t", "#",
    "@", "`", "%", "= ", "---", "...", "a: b: c",
]  # fmt: skip
TOKENS = [*VALUES, *TABLE, ":", ": ", "\n", "\n  ", "- ", ", ", "\r\n", "\ufeff", "\x85", "\u2028"]


def document(dice: random.Random, valid: list[str]) -> str:
    """Mostly what is nearly right; now and then nothing of the kind, or a very long one."""
    text = dice.choice(valid)
    kind = dice.random()
    if kind < 0.45:  # another value in one place
        lines = text.split("\n")
        places = [at for at, line in enumerate(lines) if ":" in line and not line.lstrip().startswith("#")]
        at = dice.choice(places)
        lines[at] = f"{lines[at].split(':')[0]}: {dice.choice(VALUES)}"
        return "\n".join(lines)
    if kind < 0.6:  # another key
        indent = dice.choice(("", "  ", "    "))
        key = dice.choice([*TABLE, *VALUES])
        return f"{text}\n{indent}{key}: {dice.choice(VALUES)}\n"
    if kind < 0.99:
        return torn(dice, text, TOKENS)
    piece = dice.choice(TOKENS) or " "
    return (
        text
        + dice.choice(("x: ", "", "x: [", "x: '"))
        + (piece * (2**20 // len(piece) + 1))[: 2**20 - len(text) - 10]
    )


def test_every_document_is_read_or_refused(tmp_path: Path) -> None:
    taken = refused = 0
    for number, dice in cases(300):
        path = tmp_path / "x.yaml"
        read, valid = dice.choice(READERS)
        path.write_text(document(dice, valid), encoding="utf-8", newline="", errors="replace")
        if dice.random() < 0.1:
            read, _ = dice.choice(READERS)  # for another purpose
        if judge(number, read.__name__, partial(read, path)):
            taken += 1
        else:
            refused += 1
    assert taken, "all were refused: the documents are too far from right to find anything"
    assert refused > taken
