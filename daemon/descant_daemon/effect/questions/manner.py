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
        recall=parameters.recall,
        form=parameters.form,
        section=parameters.section,
        space=parameters.space,
        density_target=parameters.density_target,
        scale=parameters.scale,
        key=FOLLOW_KEY if parameters.key == "follow" else KEYS.index(parameters.key),
        beat=beat,
        answers=say is Say.FREELY,
        linger=_linger(parameters) * beat,
        lead_in=parameters.lead_in,
        bridge=round(parameters.bridge * beat) if parameters.mode in BRIDGING else 0,
        key_pull=parameters.key_pull,
        chord=chord.bits if parameters.chord_pull else 0,
        chord_bass=chord.bass,
        chord_pull=parameters.chord_pull,
        over_chords=parameters.over_chords if parameters.mode == "harmonise" else AS_IT_IS,
        key_hearing=parameters.key_hearing,
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
        temperature=parameters.temperature,
        density=parameters.density,
        low=parameters.low,
        high=parameters.high,
        voices=0 if rests or say in (Say.LISTEN, Say.LOOP) else parameters.voices,
        seed=parameters.seed,
        variation=parameters.variation,
        follow=parameters.follow,
        drafts=parameters.drafts,
        place=parameters.place,
        critic=parameters.critic,
        plan=shaped,
    )


def _linger(parameters: Parameters) -> int:
    """For how many beats we go on after the last key."""
    return parameters.linger if parameters.mode == "harmonise" else 0
