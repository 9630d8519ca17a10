"""Scores: what is played and what the clock says → what is heard, in ms and MIDI keys; what several share."""

from __future__ import annotations

from tests.effect.stage import Stage, by_melody, by_step

CHORDS = by_melody({72: (64, 60), 74: (65, 60), 76: (67,)})


def free(**settings: object) -> Stage:
    """Step 0 strikes 60, step 1 holds it and strikes 64, step 2 strikes both, step 3 rests."""
    table = {0: ((60,), ()), 1: ((64,), (60,)), 2: ((60, 64), ())}
    return Stage(by_step(table), mode="free", **settings)  # type: ignore[arg-type]


def sixteenths(**settings: object) -> Stage:
    """A note on every step: key 40 + step."""
    return Stage(lambda ask: ((40 + ask.step,), ()), mode="free", **settings)  # type: ignore[arg-type]
