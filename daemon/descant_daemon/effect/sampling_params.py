"""How the parameters have notes chosen: what the engine samples with, what shapes a step, in which styles."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.effect.modes import StepAction, mode_of
from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.plan import AS_IT_IS, FOLLOW_KEY, Plan
from descant_daemon.note_state import PLAY, State
from descant_daemon.settings.chart import NO_CHORD, ChartChord
from descant_daemon.settings.choices import KEYS
from descant_daemon.settings.parameters import Parameters


def plan(
    parameters: Parameters, steps_per_beat: int, action: StepAction, chord: ChartChord = NO_CHORD
) -> Plan:
    """What shapes a step beyond the model."""
    beat = parameters.metre.steps_per_pulse(steps_per_beat)
    mode = mode_of(parameters)
    return Plan(
        recall=parameters.recall,
        form=parameters.form,
        section=parameters.section,
        space=parameters.space,
        density_target=parameters.density_target,
        scale=parameters.scale,
        key=FOLLOW_KEY if parameters.key == "follow" else KEYS.index(parameters.key),
        beat=beat,
        answers=action is StepAction.FREELY,
        linger=parameters.linger * beat if mode.lingers else 0,
        lead_in=parameters.lead_in,
        bridge=round(parameters.bridge * beat) if mode.bridges else 0,
        key_pull=parameters.key_pull,
        chord=chord.bits if parameters.chord_pull else 0,
        chord_bass=chord.bass,
        chord_pull=parameters.chord_pull,
        over_chords=parameters.over_chords if mode.over_chords else AS_IT_IS,
        key_hearing=parameters.key_hearing,
    )


def sampling(
    parameters: Parameters,
    given: State,
    steps_per_beat: int,
    action: StepAction,
    chord: ChartChord = NO_CHORD,
) -> Sampling:
    """Around what is held (``StepAction.AROUND``) a rest of the player's is a rest of ours.

    ``linger`` alone goes on for a while, and ``bridge`` says what is no rest. Where nothing is chosen, no voice may
    sound. ``chord``: what the chart calls for.
    """
    shaped = plan(parameters, steps_per_beat, action, chord)
    rests = action is StepAction.AROUND and not (given[:, PLAY].any() or shaped.linger or shaped.bridge)
    return Sampling(
        temperature=parameters.temperature,
        density=parameters.density,
        low=parameters.low,
        high=parameters.high,
        voices=parameters.voices if action.chooses and not rests else 0,
        seed=parameters.seed,
        variation=parameters.variation,
        follow=parameters.follow,
        drafts=parameters.drafts,
        place=parameters.place,
        critic=parameters.critic,
        plan=shaped,
    )


def style_blend(parameters: Parameters, styles: Sequence[str]) -> Blend:
    """The blend that the parameters ask for; of a model with one style, that style.

    The names are those of ``styles``, as ``Abilities.check`` has seen to.
    """
    if len(styles) < 2:
        return FIRST_STYLE
    one = styles.index(parameters.style) if parameters.style else 0
    other = styles.index(parameters.morph_to) if parameters.morph_to else one
    return Blend(one, other, parameters.morph)
