"""The effect from a take's header, live and again: the one place that knows what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from descant_daemon.effect.common import Track
from descant_daemon.effect.effect import Effect
from descant_daemon.engine.engine import Engine
from descant_daemon.model.card import check_model_files
from descant_daemon.model.load import load_network
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find
from descant_daemon.tape.header import ClockFacts, Header, PresetFacts
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.sampled_clock import SampledClock, Source
from descant_daemon.time.tap_tempo import Taps
from descant_routing.errors import DescantError
from descant_routing.ledger import Ledger


def build_effect(header: Header, clock: Clock) -> Effect:
    """The effect that the header tells of. Raises UsageError for parameters that this Descant does not know."""
    model = header.preset_of(0).model  # all instances play from one model
    tracks = [Track(each.parameters(), frozenset(each.channels)) for each in header.instances]
    return Effect(
        PitchRange(model.low, model.high),
        model.steps_per_beat,
        tracks,
        clock,
        Ledger(),
        header.instances[0].cc,
        offset=header.offset,
        taps=Taps(header.tap_cc, header.tap_note),
        send_clock=header.send_clock,
        styles=model.styles,
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


def engines(header: Header) -> tuple[Callable[[], Engine], list[str]]:
    """A maker of fresh engines for the header's instances, and what is not as it was, a sentence each.

    Raises DescantError when the model cannot be found or read.
    """
    facts = header.preset_of(0)
    stem = _stem_of(facts)
    pair = check_model_files(stem).metadata.pair
    changed = (
        []
        if pair == facts.model.pair
        else [
            f"the model of {facts.title!r} at {stem} is another than when the take was recorded "
            f"({pair[:12]} now, {facts.model.pair[:12]} then)"
        ]
    )
    network = load_network(stem)
    return lambda: Engine(network, len(header.instances)), changed


def _stem_of(facts: PresetFacts) -> Path:
    """Where the model lay, or else where a preset of that name has it now."""
    stem = Path(facts.model.stem)
    if stem.with_name(f"{stem.name}.time.onnx").exists():
        return stem
    path = find(facts.name)
    found = model_stem(path, load_preset(path))
    if found.name != stem.name:
        raise DescantError(f"the model of {facts.title!r} is neither at {stem} nor at {found.parent}")
    return found
