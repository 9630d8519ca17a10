"""From a rig's facts to what an effect is made of."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from descant_daemon.effect.cables.gate import Care
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.common import Ears, Program, Track
from descant_daemon.effect.effect import Effect
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.rig.ranges import ALL_CHANNELS
from descant_daemon.settings.source import parse_source
from descant_daemon.tape.rig_facts import EarsFacts, InstanceFacts, ProgramFacts, RigFacts
from descant_routing.ledger import Ledger
from descant_routing.routes import Passage, Route, parse_route
from descant_routing.routes.conditions import Channels, Keys

TOP_KEY = 127


class Rigging(NamedTuple):
    """Tracks, what passes dry, the outputs; ``gated``: it passes only while ``thru`` is on."""

    tracks: Sequence[Track]
    passages: Sequence[Passage]
    outputs: Sequence[str]
    cares: dict[str, Care]
    clock_from: str
    feedback: str | None
    gated: bool

    def patchbay(self) -> Patchbay:
        """A new one."""
        return Patchbay(self.passages, {label: Ledger() for label in self.outputs}, gated=self.gated)


def rigging(facts: RigFacts) -> Rigging:
    """Raises UsageError for parameters or routes that this Descant does not know."""
    tracks = [_track(instance, facts) for instance in facts.instances]
    passages = (
        usual_ways(tracks)
        if facts.ways is None
        else [Passage(way.source, way.sink, parse_route(way.route)) for way in facts.ways]
    )
    return Rigging(
        tracks,
        passages,
        facts.outputs,
        {each.label: Care(each.longest_note, each.storm) for each in facts.inputs},
        facts.clock_from,
        facts.feedback,
        facts.ways is None,
    )


def rewire(effect: Effect, made: Rigging, now: int) -> None:
    """Another rig, while this one plays."""
    effect.rewire(
        made.tracks,
        made.passages,
        made.outputs,
        made.clock_from,
        now,
        cares=made.cares,
        feedback=made.feedback,
        gated=made.gated,
    )


def usual_ways(tracks: Sequence[Track]) -> list[Passage]:
    """What is heard passes to where it is answered; where an input leads to one output only, everything does."""
    sinks: dict[str, set[str]] = {}
    for track in tracks:
        sinks.setdefault(track.hears.input, set()).add(track.output)
    ways = [
        Passage(
            track.hears.input,
            track.output,
            Route() if len(sinks[track.hears.input]) == 1 else _only(track.hears),
        )
        for track in tracks
    ]
    return list(dict.fromkeys(ways))


def _only(ears: Ears) -> Route:
    steps: list[Channels | Keys] = []
    if ears.channels != ALL_CHANNELS:
        steps.append(Channels(ears.channels))
    if (ears.low, ears.high) != (0, TOP_KEY):
        steps.append(Keys(frozenset(range(ears.low, ears.high + 1))))
    return Route(tuple(steps))


def _track(facts: InstanceFacts, rig: RigFacts) -> Track:
    return Track(
        [_program(program, rig) for program in facts.programs],
        _ears(facts.hears),
        tuple(_ears(each) for each in facts.listens),
        facts.output,
        facts.switch,
        facts.name,
        facts.first,
        facts.offset,
    )


def _program(facts: ProgramFacts, rig: RigFacts) -> Program:
    preset = rig.presets[facts.preset]
    names = {
        source: name for text, name in facts.cc.items() if (source := parse_source(text, name)) is not None
    }
    return Program(
        facts.parameters(),
        PitchRange(preset.model.low, preset.model.high),
        preset.model.steps_per_beat,
        preset.model.abilities,
        Bindings(MappingProxyType(names)),
        preset.number,
        preset.name,
    )


def _ears(facts: EarsFacts) -> Ears:
    return Ears(facts.input, frozenset(facts.channels), facts.low, facts.high, facts.drums)
