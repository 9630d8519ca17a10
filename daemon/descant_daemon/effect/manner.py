"""How the parameters have our notes chosen, and how they have them struck."""

from __future__ import annotations

import numpy as np

from descant_daemon.effect.voice import Touch
from descant_daemon.engine.asking import Sampling
from descant_daemon.note_state import PLAY, PitchRange, State
from descant_daemon.settings.parameters import Parameters

MIDDLING = Parameters.velocity


def sampling(parameters: Parameters, given: State, pitches: PitchRange) -> Sampling:
    """``harmonise`` and ``instant`` play only around what is held: a rest of the player's is a rest of ours."""
    held = np.flatnonzero(given[:, PLAY])
    low, high, voices = parameters.low, parameters.high, parameters.voices
    if len(held) and parameters.place == "below":
        high = min(high, pitches.low + int(held[-1]) - 1)
    elif len(held) and parameters.place == "above":
        low = max(low, pitches.low + int(held[0]) + 1)
    elif not len(held) and parameters.mode != "free":
        voices = 0
    return Sampling(
        parameters.temperature,
        parameters.density,
        low,
        high,
        voices,
        parameters.seed,
        parameters.variation,
        parameters.follow,
    )


def touch(parameters: Parameters, loudness: int | None, step_length: float) -> Touch:
    """``loudness``: velocity of the player's loudest key; ``step_length`` in ns.

    What the model says of a note is moved by as much as the player's hand and knob have moved from a middling touch.
    """
    follow = parameters.velocity_follow if loudness is not None else 0.0
    velocity = parameters.velocity + follow * ((loudness or 0) - parameters.velocity)
    gate = int(parameters.gate * step_length) if parameters.articulation == "gate" else None
    moved = round(velocity) - MIDDLING if parameters.velocity_source == "model" else None
    return Touch(parameters.channel - 1, min(127, max(1, round(velocity))), gate, moved)
