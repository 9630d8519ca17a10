"""How the parameters have our notes chosen."""

from __future__ import annotations

import numpy as np

from descant_daemon.effect.modes.scene import Say
from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.plan import FOLLOW_KEY, Plan
from descant_daemon.note_state import PLAY, PitchRange, State
from descant_daemon.settings.choices import KEYS
from descant_daemon.settings.parameters import Parameters


def plan(parameters: Parameters, steps_per_beat: int, say: Say) -> Plan:
    """What shapes a step beyond the model."""
    beat = parameters.metre.steps_per_pulse(steps_per_beat)
    return Plan(
        parameters.recall,
        parameters.form,
        parameters.section,
        parameters.space,
        parameters.density_target,
        parameters.scale,
        FOLLOW_KEY if parameters.key == "follow" else KEYS.index(parameters.key),
        beat,
        say is Say.FREELY,
        _linger(parameters) * beat,
        parameters.lead_in,
    )


def sampling(
    parameters: Parameters, given: State, pitches: PitchRange, steps_per_beat: int, say: Say
) -> Sampling:
    """Around what is held (``Say.AROUND``) a rest of the player's is a rest of ours.

    ``linger`` alone goes on for a while. Where we only listen, no voice may sound.
    """
    held = np.flatnonzero(given[:, PLAY])
    low, high, voices = parameters.low, parameters.high, parameters.voices
    if len(held) and parameters.place == "below":
        high = min(high, pitches.low + int(held[-1]) - 1)
    elif len(held) and parameters.place == "above":
        low = max(low, pitches.low + int(held[0]) + 1)
    elif not len(held) and say is Say.AROUND and not _linger(parameters):
        voices = 0
    if say in (Say.LISTEN, Say.LOOP):
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
        parameters.drafts,
        plan(parameters, steps_per_beat, say),
    )


def _linger(parameters: Parameters) -> int:
    """For how many beats we go on after the last key."""
    return parameters.linger if parameters.mode == "harmonise" else 0
