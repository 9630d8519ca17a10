"""The effect with a true engine behind it and every shaping parameter on: at hand, away, in a loop, by knob."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.effect.stage import Stage, by_step
from tests.effect.test_determinism import STEP, TUNE, by_steps
from tests.engine.conftest import SmallNetwork

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.engine.engine import Engine
from descant_routing import message

SHAPED: dict[str, object] = {
    "recall": 0.6,
    "form": "AABA",
    "section": 1,
    "space": 0.3,
    "density_target": 9.0,
    "scale": "diatonic",
    "key": "follow",
    "swing": 0.5,
    "accent": 1.0,
    "humanise": 0.7,
}
NEEDED: dict[str, dict[str, object]] = {
    "key": {"scale": "major"},
    "section": {"form": "AABA"},
    "form": {"section": 1},
}
"""What is without effect alone."""
NETWORK = SmallNetwork(eagerness=-3)


class TrueEngine:
    """In the place of the stage's double; ``ahead``: whether it finds the time to think ahead."""

    def __init__(self, *, ahead: bool) -> None:
        self.engine = Engine(NETWORK)
        self.ahead = ahead
        self.heard: list[Ask] = []

    def answer(self, ask: Ask) -> Answer:
        self.heard.append(ask)
        answer = self.engine.answer(ask)
        if self.ahead:
            self.engine.think_ahead()
        return answer


def perform(mode: str, *, delay: float = 0, ahead: bool = True, loop: bool = False) -> Stage:
    stage = Stage(by_step({}), mode=mode, delay=delay, pitches=NETWORK.pitches, **SHAPED)  # type: ignore[arg-type]
    stage.engine = TrueEngine(ahead=ahead)  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    stage.roll(130)
    begins = (0, 64) if loop else (0,)
    for begin in begins:
        for first, steps, key in TUNE:
            stage.key(key, (begin + first) * STEP, (begin + first + steps) * STEP - 1)
    if loop:
        stage.at(64 * STEP - 2, message.song_position(0))
    stage.run(128 * STEP - 5)
    return stage


@pytest.mark.parametrize("mode", ["free", "harmonise"])
def test_an_engine_that_is_away_plays_what_one_at_hand_plays(mode: str) -> None:
    """Rendered (answers at once) and live (20 ms later, no time to think ahead)."""
    at_hand = perform(mode)
    away = perform(mode, delay=20, ahead=False)
    assert by_steps(away, 127) == by_steps(at_hand, 127)
    assert away.effect.counts.late == 0
    assert len(at_hand.ours) > 40


@pytest.mark.parametrize("mode", ["free", "harmonise"])
def test_a_loop_in_the_daw_is_the_same_on_its_second_pass(mode: str) -> None:
    steps = by_steps(perform(mode, loop=True), 127)
    assert steps[64:127] == steps[:63]
    assert any(steps)


def test_each_of_them_changes_something() -> None:
    """None is forgotten between the table and the engine."""
    plain: dict[str, object] = {"mode": "free", "pitches": NETWORK.pitches}
    for name, value in {
        **SHAPED,
        "scale": "major",
        "recall": 1.0,
        "density_target": 40.0,
        "form": "ABAC",
    }.items():
        needed = NEEDED.get(name, {})
        changed = "C" if name == "key" else value
        assert heard({**plain, **needed, name: changed}) != heard({**plain, **needed}), name


def heard(parameters: Mapping[str, object]) -> list[object]:
    stage = Stage(by_step({}), **parameters)  # type: ignore[arg-type]
    stage.engine = TrueEngine(ahead=True)  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    stage.roll(66)
    stage.key(66, 0, 4000)
    stage.run(64 * STEP)
    return [*stage.ours, *stage.velocities]
