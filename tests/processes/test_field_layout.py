"""Named tuples in shared memory: every parameter's words and numbers come back as they were."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.plan import Plan
from descant_daemon.live.engine.field_layout import WORD, Layout
from descant_daemon.settings.parameters import TABLE


class Inner(NamedTuple):
    word: str = ""
    big: int = 0


class Outer(NamedTuple):
    flag: bool
    inner: Inner
    share: float
    state: bytes
    last: int = 0


def test_fields_of_every_kind_come_back_and_others_are_carried_by_somebody_else() -> None:
    layout = Layout(Outer)
    assert layout.others == ["state"]
    assert layout.size == 1 + WORD + 8 + 8 + 8
    whole = Outer(True, Inner("é" * 8, 2**40), -0.1, b"x", -3)
    assert layout.unpack(b"abc" + layout.pack(whole), 3, state=b"x") == whole


def test_no_word_that_a_parameter_may_be_set_to_is_cut() -> None:
    """A word that is too long would be another one at the other end, and nobody would notice."""
    words = [word for row in TABLE.values() if row.name != "mode" for word in row.choices]
    assert all(len(word.encode()) <= WORD for word in words)


def test_random_samplings_come_back_field_by_field() -> None:
    layout, dice = Layout(Sampling), random.Random(0)
    for _ in range(200):
        plan = Plan(**{name: other(value, dice) for name, value in Plan()._asdict().items()})
        fields: dict[str, Any] = {name: other(value, dice) for name, value in Sampling()._asdict().items()}
        sampling = Sampling(**fields)._replace(plan=plan)
        assert layout.unpack(layout.pack(sampling), 0) == sampling


def other(value: object, dice: random.Random) -> Any:
    match value:
        case bool():
            return dice.random() < 0.5
        case int():
            return dice.randrange(-(2**33), 2**33)
        case float():
            return dice.uniform(-1, 1)
        case str():
            return dice.choice(("", "a", "major_pentatonic"))
        case _:
            return value
