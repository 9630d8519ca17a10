"""A file in, a file out: the live effect without the waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from descant_daemon.effect.building import program_of
from descant_daemon.effect.common import Track
from descant_daemon.effect.counts import Counts
from descant_daemon.effect.effect import Effect
from descant_daemon.effect.rehearsal import Rehearsal
from descant_daemon.engine.engine import Engine
from descant_daemon.offline.host import START_LEAD, performance
from descant_daemon.settings.bindings import NOTHING_BOUND, Bindings
from descant_daemon.settings.parameters import Parameters
from descant_daemon.tempo_map import TempoMap
from descant_daemon.time.midi_clock import MidiClock
from descant_routing.ports.memory import MemoryBackend

if TYPE_CHECKING:
    from descant_daemon.model.runtime import OnnxNetwork

TAIL = 1_000_000_000  # ns after Stop, which ends everything


@dataclass(frozen=True)
class Rendering:
    """Our notes as (tick, message) in the ticks of the tempo map, and what was counted."""

    messages: Sequence[tuple[int, bytes]]
    counts: Counts


def render(
    network: OnnxNetwork,
    parameters: Parameters,
    track: Sequence[tuple[int, bytes]],
    tempo_map: TempoMap,
    length: int,
    bindings: Bindings = NOTHING_BOUND,
) -> Rendering:
    """Play ``track`` to the effect for ``length`` ticks, clock and all; only our own notes come back."""
    clock = MidiClock()
    ours_alone = replace(parameters, thru=False)
    effect = Effect([Track([program_of(network.metadata, ours_alone, bindings)])], clock)
    rehearsal = Rehearsal(effect, Engine(network))
    backend = MemoryBackend()
    backend.start(rehearsal)
    backend.inject(performance(track, tempo_map, length))
    backend.run_until(START_LEAD + tempo_map.time_of(length) + TAIL)
    ticks = [(max(0, round(tempo_map.tick_at(time - START_LEAD))), data) for time, data, _ in backend.sent]
    return Rendering(ticks, effect.counts)
