"""The effect from a take's header, live and again, and the clock and the engines that go with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.plan import CHROMATIC
from descant_daemon.model.card import check_model_files, is_model
from descant_daemon.model.load import network_of
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.rig.values import MOST_INSTANCES
from descant_daemon.settings.shelf import find
from descant_daemon.tape.header import ClockFacts, Header
from descant_daemon.tape.rig_facts import PresetFacts, RigFacts
from descant_daemon.tape.rigging import rigging
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.sampled_clock import SampledClock, Source
from descant_daemon.time.tap_tempo import Taps
from descant_routing.errors import DescantError
from descant_routing.wording import shown

HEARD_SINCE = "key_pull"  # the parameter that came with it


def build_effect(header: Header, clock: Clock) -> Effect:
    """The effect that the header tells of. Raises UsageError for parameters that this Descant does not know."""
    made = rigging(header.rig)
    return Effect(
        made.tracks,
        clock,
        made.patchbay(),
        clock_from=made.clock_from,
        cares=made.cares,
        feedback=made.feedback,
        offset=header.offset,
        taps=Taps(header.tap_cc, header.tap_note),
        send_clock=header.send_clock,
    )


def build_clock(facts: ClockFacts, source: Source | None) -> Clock:
    """The clock that the header tells of; ``source`` says what Link or JACK's transport says."""
    match facts.name:
        case "midi":
            return MidiClock()
        case "internal":
            return InternalClock(facts.tempo)
        case "auto":
            return AutoClock(facts.tempo)
        case "link" | "jack":
            assert source is not None  # they keep no time of their own
            return SampledClock(source)


def engines(header: Header, later: Iterable[RigFacts] = ()) -> tuple[Callable[[], Engine], list[str]]:
    """A maker of fresh engines for the take's instances, and what is not as it was, a sentence each.

    ``later``: rigs that came while it was recorded. Raises DescantError when a model cannot be found or read.
    """
    presets = {preset.number: preset for rig in (header.rig, *later) for preset in rig.presets}
    stems = {number: _stem_of(presets[number]) for number in sorted(presets)}
    if list(stems) != list(range(len(stems))):
        raise DescantError("the take does not say of each of its models where it lay")
    checked = {stem: check_model_files(stem) for stem in stems.values()}
    models = {number: checked[stem].metadata for number, stem in stems.items()}
    for rig in (header.rig, *later):
        for facts in rig.presets:
            _check_form(facts, models[facts.number], stems[facts.number])
    changed = [
        f"the model of {shown(facts.title)} at {stems[number]} is another than when the take was recorded "
        f"({models[number].pair[:12]} now, {facts.model.pair[:12]} then)"
        for number, facts in sorted(presets.items())
        if models[number].pair != facts.model.pair
    ]
    if any(_followed(rig) for rig in (header.rig, *later)):
        changed.append(
            "the key that 'key: follow' locks to is heard otherwise than when the take was recorded (in the player's "
            "notes alone)"
        )
    networks = [network_of(checked[stem]) for stem in stems.values()]
    return lambda: Engine(*networks, instances=MOST_INSTANCES), list(dict.fromkeys(changed))


def _followed(rig: RigFacts) -> bool:
    """Whether an instance locked to a key that it found, in a take from before it was heard in the player's notes."""
    return any(
        HEARD_SINCE not in program.values
        and program.values.get("scale", CHROMATIC) != CHROMATIC
        and program.values.get("key") == "follow"
        for instance in rig.instances
        for program in instance.programs
    )


def _check_form(facts: PresetFacts, model: ModelMetadata, stem: Path) -> None:
    """A model of other pitches, steps or abilities cannot answer what was asked then."""
    form = (model.pitch_low, model.pitch_high, model.steps_per_beat, model.abilities)
    then = facts.model
    if form != (then.low, then.high, then.steps_per_beat, then.abilities):
        raise DescantError(
            f"the model of {shown(facts.title)} at {stem} has other pitches, steps, styles or abilities than then"
        )


def _stem_of(facts: PresetFacts) -> Path:
    """Where the model lay, or else where a preset of that name has it now."""
    stem = Path(facts.model.stem)
    with suppress(OSError, ValueError):  # no name that a file can have
        if is_model(stem):
            return stem
    path = find(facts.name)
    found = model_stem(path, load_preset(path))
    if found.name != stem.name:
        raise DescantError(f"the model of {shown(facts.title)} is neither at {stem} nor at {found.parent}")
    return found
