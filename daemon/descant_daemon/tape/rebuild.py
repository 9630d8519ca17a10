"""From a take's header: the effect, live and again, its clock, and the engines that play it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.engine import Engine
from descant_daemon.families import model_of
from descant_daemon.model.known import facts_of
from descant_daemon.model.model_files import check_model_files, is_model
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.rig.values import MOST_INSTANCES, ModelFacts, Program, Rig
from descant_daemon.settings.shelf import find
from descant_daemon.tape.header import Header
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.sampled_clock import SampledClock, SampleSource
from descant_daemon.time.tap_tempo import Taps
from descant_routing.errors import DescantError
from descant_routing.wording import shown


def effect_of(header: Header, clock: Clock) -> Effect:
    """The effect that the header tells of. Raises UsageError for a style that its model has not, or odd steps."""
    return Effect(header.rig, clock, offset=header.offset, taps=Taps(header.tap_cc, header.tap_note))


def build_clock(header: Header, source: SampleSource | None) -> Clock:
    """The clock that the header tells of; ``source`` says what Link or JACK's transport says."""
    match header.rig.clock:
        case "midi":
            return MidiClock()
        case "internal":
            return InternalClock(header.tempo)
        case "auto":
            return AutoClock(header.tempo)
        case "link" | "jack":
            assert source is not None  # they keep no time of their own
            return SampledClock(source)


def engines(rigs: Iterable[Rig]) -> tuple[Callable[[], Engine], list[str]]:
    """A maker of fresh engines for a take's rigs, and which models are not as they were, a sentence each.

    Raises DescantError when a model cannot be found or read.
    """
    programs = [program for rig in rigs for program in rig.programs]
    played = {program.model.number: program for program in programs}
    stems = {number: _stem_of(played[number]) for number in sorted(played)}
    if list(stems) != list(range(len(stems))):
        raise DescantError("the take does not say of each of its models where it lay")
    checked = {stem: check_model_files(stem) for stem in stems.values()}
    models = {number: facts_of(checked[stem].metadata, stem) for number, stem in stems.items()}
    for program in programs:
        _check_form(program, models[program.model.number])
    changed = [
        f"the model of {shown(program.title)} at {stems[number]} is another than when the take was recorded "
        f"({models[number].pair[:12]} now, {program.model.pair[:12]} then)"
        for number, program in sorted(played.items())
        if models[number].pair != program.model.pair
    ]
    networks = [model_of(checked[stem]) for stem in stems.values()]
    return lambda: Engine(*networks, instances=MOST_INSTANCES), list(dict.fromkeys(changed))


def _check_form(program: Program, model: ModelFacts) -> None:
    """A model of other pitches, steps or abilities cannot answer what was asked then."""
    then, now = ((each.pitches, each.steps_per_beat, each.abilities) for each in (program.model, model))
    if then != now:
        raise DescantError(
            f"the model of {shown(program.title)} at {model.stem} has other pitches, steps, styles or abilities "
            "than then"
        )


def _stem_of(program: Program) -> Path:
    """Where the model lay, or else where a preset of that name has it now."""
    stem = program.model.stem
    with suppress(OSError, ValueError):  # no name that a file can have
        if is_model(stem):
            return stem
    path = find(program.name)
    found = model_stem(path, load_preset(path))
    if found.name != stem.name:
        raise DescantError(f"the model of {shown(program.title)} is neither at {stem} nor at {found.parent}")
    return found
