"""How loud our notes are: as the model says, as the knob says, and as the player plays."""

from __future__ import annotations

from typing import Any

import pytest
from tests.effect.stage import Stage, by_melody, by_step


def played(key_velocity: int | None, **parameters: Any) -> list[int]:
    """A chord of two notes, of which the model says 40 and nothing."""
    part = by_step({0: ((48, 52), ())}) if key_velocity is None else by_melody({72: (48, 52)})
    stage = Stage(part, mode="free" if key_velocity is None else "harmonise", **parameters)
    stage.engine.loud = {48: 40}
    stage.roll(4)
    if key_velocity is not None:
        stage.key(72, 0, velocity=key_velocity)
    stage.run(400)
    return stage.velocities


@pytest.mark.parametrize(
    ("key", "parameters", "velocities"),
    [
        (None, {}, [40, 80]),  # the model's, and where it says nothing the knob's
        (None, {"velocity_source": "player"}, [80, 80]),
        (None, {"velocity": 100}, [60, 100]),  # the knob moves both
        (None, {"velocity": 10}, [1, 10]),  # and no note is struck with 0, which would be a note-off
        (120, {"velocity_follow": 0.5}, [60, 100]),
        (120, {"velocity_follow": 0.0}, [40, 80]),
        (120, {"velocity_follow": 0.5, "velocity_source": "player"}, [100, 100]),
    ],
)
def test_velocities(key: int | None, parameters: dict[str, Any], velocities: list[int]) -> None:
    assert played(key, **parameters) == velocities


def test_a_loud_model_and_a_loud_hand_end_at_127() -> None:
    stage = Stage(by_step({0: ((48,), ())}), mode="free", velocity=127)
    stage.engine.loud = {48: 120}
    stage.roll(4)
    stage.run(400)
    assert stage.velocities == [127]


def test_unevenness_and_accent_are_laid_over_what_the_model_says() -> None:
    """A note that is put off a little keeps the velocity that it was chosen with."""
    uneven = played(None, humanise=1.0)
    assert uneven != [40, 80]
    assert sorted(uneven) == pytest.approx([40, 80], abs=12)
    plain, accented = played(None), played(None, accent=1.0)
    assert accented[0] - plain[0] == accented[1] - plain[1] > 0, "the first beat of a bar"
