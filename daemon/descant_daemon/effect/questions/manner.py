"""How the parameters have our notes chosen."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say
from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.plan import AS_IT_IS, FOLLOW_KEY, Plan
from descant_daemon.note_state import PLAY, State
from descant_daemon.settings.chart import NO_CHORD, ChartChord
from descant_daemon.settings.choices import KEYS
from descant_daemon.settings.parameters import Parameters

BRIDGING = ("free", "harmonise")  # what ``instant`` strikes ends with its key


def plan(parameters: Parameters, steps_per_beat: int, say: Say, chord: ChartChord = NO_CHORD) -> Plan:
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
        round(parameters.bridge * beat) if parameters.mode in BRIDGING else 0,
        parameters.key_pull,
        chord.bits if parameters.chord_pull else 0,
        chord.bass,
        parameters.chord_pull,
        parameters.over_chords if parameters.mode == "harmonise" else AS_IT_IS,
        parameters.key_hearing,
    )


def sampling(
    parameters: Parameters, given: State, steps_per_beat: int, say: Say, chord: ChartChord = NO_CHORD
) -> Sampling:
    """Around what is held (``Say.AROUND``) a rest of the player's is a rest of ours.

    ``linger`` alone goes on for a while, and ``bridge`` says what is no rest. Where we only listen, no voice may sound.
    ``chord``: what the chart calls for.
    """
    shaped = plan(parameters, steps_per_beat, say, chord)
    rests = say is Say.AROUND and not (given[:, PLAY].any() or shaped.linger or shaped.bridge)
    return Sampling(
        parameters.temperature,
        parameters.density,
        parameters.low,
        parameters.high,
        0 if rests or say in (Say.LISTEN, Say.LOOP) else parameters.voices,
        parameters.seed,
        parameters.variation,
        parameters.follow,
        parameters.drafts,
        parameters.place,
        parameters.critic,
        shaped,
    )


def _linger(parameters: Parameters) -> int:
    """For how many beats we go on after the last key."""
    return parameters.linger if parameters.mode == "harmonise" else 0
