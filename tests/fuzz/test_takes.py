"""Takes of strangers: each is played again, or refused in a sentence, at once."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.effect.test_fuzz import PITCHES, Coins
from tests.fuzz.fuzz import cases, judge, torn
from tests.tape.studio import MS, ORIGIN, TRACKS, Studio, fixed, header, storm
from tests.tape.test_rigs import smaller, with_two_programs

from descant_daemon.cli.render_take import render_take
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.parameters import TABLE
from descant_daemon.tape import rebuild
from descant_daemon.tape.header import Header, plain_rig
from descant_daemon.tape.take_line import KINDS
from descant_daemon.time.sampled_clock import Sample
from descant_daemon.time.timeline import Timeline, ns_per_tick

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 16, 127, 128, 2**31, 2**53, 2**63, -(2**63), 2**64, 10**17, 10**30, 0.5,
    1e300, -1e18, "", "x", "keys", "/voices", "x/voices", "2/voices", "voices", "\x1b[2J", "\ud800",
    "x" * 3000, "../x", "9040", "904040", "f8", "fa", "f0" + "00" * 100 + "f7", "3/4", "panic", "freeze",
    [], {}, [[[[]]]], {"voices": 3}, {"/voices": 1}, {"99/voices": 1}, {"metre": "3/4"}, {"metre": [3, 4]},
    {"voices": 1e999}, {"style": "x"}, ["start", 0], ["tap", 10**17], ["rig", {}], ["close"], ["lost"],
    ["set", {"x/voices": 1}], ["in", 0, "90"], ["unplugged", "nowhere"], ["hole", 3], ["act", "freeze"],
    ["act", "x"], ["answer", 15, 3], ["sample", 0, True, 0, 1e9, 1e7], ["mark", "x" * 20_000],
]  # fmt: skip
WORDS = [
    *TABLE,
    *ACTIONS,
    *TABLE["mode"].choices,
    *KINDS,
    "step",
    "bar",
    "3/8",
    "7/16",
    "free",
    "21+53",
    "nrpn 5",
    "",
    "coins",
]
TOKENS = [
    "[",
    "]",
    "{",
    "}",
    ",",
    '"',
    ":",
    "\n",
    "[" * 5000,
    "9" * 5000,
    "1e999",
    "NaN",
    "\\ud800",
    "null",
    "-",
    "0",
]


class Transport:
    """JACK's, on and off."""

    def sample(self, now: int) -> Sample:
        running = (now // (700 * MS)) % 2 == 0
        return Sample(running, Timeline(0, float(ORIGIN), ns_per_tick(120)) if running else None)


@pytest.fixture(scope="module")
def takes() -> list[tuple[Header, list[bytes]]]:
    """Sessions by every clock, with several instances, programs and cables."""
    found: list[tuple[Header, list[bytes]]] = []
    for seed, facts in enumerate(
        (
            header("midi"), header("internal", TRACKS), header("auto", tap_note=36, send_clock=True),
            header("link", TRACKS), with_two_programs(header("midi", TRACKS)),
        )
    ):  # fmt: skip
        studio = Studio(facts, seed, Transport() if facts.rig.clock == "link" else None)
        if facts.rig.clock == "internal":
            studio.live.request_start(ORIGIN + 30 * MS)
        studio.play(storm(seed, 40), fixed(), 300 * MS)
        found.append((facts, studio.tape))
    facts, lines = found[-1]
    rig = json.dumps(["rig", plain_rig(smaller(facts.rig))]).encode()
    middle = len(lines) // 2
    begin, length, *_ = json.loads(lines[middle])
    lines[middle] = b"[%d,%d,%s]\n" % (begin, length, rig)
    return found


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The stem of a model that is there: the cheapest."""
    (tmp_path / "coins.time.onnx").touch()
    metadata = SimpleNamespace(
        pair="0" * 64, pitches=PITCHES, steps_per_beat=4, abilities=Abilities(styles=("coins",))
    )

    def checked(_: object) -> SimpleNamespace:
        return SimpleNamespace(metadata=metadata)

    def network(_: object) -> Coins:
        return Coins()

    monkeypatch.setattr(rebuild, "check_model_files", checked)
    monkeypatch.setattr(rebuild, "model_of", network)
    return tmp_path / "coins"


def changed(dice: random.Random, value: Any) -> Any:
    """One place of a value is another, is gone, or is there twice."""
    if not isinstance(value, (dict, list)) or not value:
        return like(dice, value) if dice.random() < 0.8 else dice.choice(VALUES)
    if isinstance(value, dict):
        key = dice.choice(sorted(value))
        if dice.random() < 0.05:
            return {name: each for name, each in value.items() if name != key}
        return value | {key: changed(dice, value[key])}
    at = dice.randrange(len(value))
    kind = dice.randrange(16)
    if kind > 2:
        return [*value[:at], changed(dice, value[at]), *value[at + 1 :]]
    more = [[], [dice.choice(VALUES), value[at]], [dice.choice(value), value[at]]]
    return [*value[:at], *more[kind], *value[at + 1 :]]


def like(dice: random.Random, value: Any) -> Any:
    """Another of its kind, so that the reader may take it."""
    match value:
        case bool():
            return not value
        case int() | float():
            other = dice.choice(
                (0, 1, -1, value + 1, value - 1, -value, value * 10, value * 1000, dice.randrange(128))
            )
            return float(other) if isinstance(value, float) else other
        case str() if value and set(value) <= set("0123456789abcdef"):
            data = bytes((dice.randrange(128, 256), dice.randrange(128), dice.randrange(128)))
            return data[: dice.choice((1, 2, 3, 3))].hex()
        case str():
            return dice.choice(WORDS)
        case _:
            return dice.choice(VALUES)


def mutated(dice: random.Random, facts: Header, lines: list[bytes]) -> bytes:
    texts = [facts.encode().decode(), *(line.decode() for line in lines)]
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = 0 if dice.random() < 0.25 else dice.randrange(len(texts))
        kind = dice.random()
        if kind < 0.75:
            try:
                texts[at] = json.dumps(changed(dice, json.loads(texts[at]))) + "\n"
            except ValueError:
                continue  # torn before
        elif kind < 0.82:
            texts[at] = torn(dice, texts[at], TOKENS)
        elif kind < 0.9:
            texts.insert(dice.randrange(1, len(texts)), texts.pop(max(1, at)))
        elif at:
            texts.insert(at, texts[at] * dice.choice((1, 1, 50)))
    content = "".join(texts).encode(errors="replace")
    return content[: dice.randrange(len(content))] if dice.random() < 0.1 else content


def test_every_take_is_played_or_refused(
    takes: list[tuple[Header, list[bytes]]], models: Path, tmp_path: Path
) -> None:
    played = 0
    for number, dice in cases(150):
        facts, lines = dice.choice(takes)
        rig = facts.rig.with_programs(lambda each: replace(each, model=replace(each.model, stem=models)))
        facts = facts.model_copy(update={"rig": rig})
        path = tmp_path / "a.take"
        path.write_bytes(mutated(dice, facts, lines))
        played += judge(number, facts.rig.clock, partial(render_take, path, tmp_path / "a.mid"))
    assert played, "all were refused: the takes are too far from right to find anything"
