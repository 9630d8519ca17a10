"""A file in, a file out: the live effect without the waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from descant_daemon.effect.common import Counts
from descant_daemon.effect.effect import Effect
from descant_daemon.effect.offline_effect import OfflineEffect
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.model_protocol import Model
from descant_daemon.model.known import facts_of
from descant_daemon.offline.host import START_LEAD, in_reach, performance
from descant_daemon.settings.bindings import NOTHING_BOUND, Bindings
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.single import single
from descant_daemon.settings.rig.values import Program, Rig
from descant_daemon.tape.cut import cut
from descant_daemon.tempo_map import TempoMap
from descant_daemon.time.metre_map import MetreMap
from descant_daemon.time.midi_clock import MidiClock
from descant_routing import message
from descant_routing.ports.api import Cables
from descant_routing.ports.memory import MemoryBackend
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from descant_daemon.families.loaded_model import LoadedModel

TAIL = 1_000_000_000  # ns after Stop, which ends everything
STRETCH = 1_000_000_000  # ns of a song that are played before it is told how much is done
Tell = Callable[[float], None]


def quietly(_share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Rendering:
    """Descant's notes as (tick, message) in the ticks of the tempo map, and what was counted."""

    messages: Sequence[tuple[int, bytes]]
    counts: Counts


@dataclass(frozen=True)
class RigRendering:
    """By output: all that leaves there, dry and ours, as (tick, message); and what was counted."""

    outputs: Mapping[str, Sequence[tuple[int, bytes]]]
    counts: Counts


def render(
    model: LoadedModel,
    parameters: Parameters,
    track: Sequence[tuple[int, bytes]],
    tempo_map: TempoMap,
    length: int,
    bindings: Bindings = NOTHING_BOUND,
    *,
    metres: MetreMap | None = None,
    drums: bool = False,
    tell: Tell = quietly,
) -> Rendering:
    """Play ``track`` to the effect for ``length`` ticks, clock and all; only Descant's own notes come back.

    ``drums``: the keys of channel 10, too. ``tell`` is told how much of it is done, from 0 to 1.
    """
    ours_alone = replace(parameters, thru=False)
    program = Program(ours_alone, facts_of(model.metadata), bindings)
    rig = single(program, drums=drums)
    sent, counts = _perform(rig, [model], {MAIN: track}, tempo_map, length, metres, tell)
    return Rendering([(tick, data) for tick, data, _ in sent], counts)


def render_rig(
    rig: Rig,
    models: Sequence[Model],
    tracks: Mapping[str, Sequence[tuple[int, bytes]]],
    tempo_map: TempoMap,
    length: int,
    *,
    metres: MetreMap | None = None,
    tell: Tell = quietly,
) -> RigRendering:
    """Play ``tracks``, by input, to a rig for ``length`` ticks; ``models`` by number.

    No clock and no values are sent. Notes that are held at the end end there.
    """
    played = replace(rig, send_clock=False, feedback=None)
    sent, counts = _perform(played, models, tracks, tempo_map, length, metres, tell)
    outputs = {
        each.label: cut(
            ((tick, data) for tick, data, sink in sent if sink == each.label and data[0] < message.SYSEX),
            0,
            length,
            tempo_map.ticks_per_beat,
        )
        for each in rig.outputs
    }
    return RigRendering(outputs, counts)


def _perform(
    rig: Rig,
    models: Sequence[Model],
    tracks: Mapping[str, Sequence[tuple[int, bytes]]],
    tempo_map: TempoMap,
    length: int,
    metres: MetreMap | None,
    tell: Tell,
) -> tuple[list[tuple[int, bytes, str]], Counts]:
    """What leaves, as (tick, message, output), in order of time; and what was counted."""
    effect = Effect(rig, MidiClock(), metres=metres)
    engine = Engine(*models, instances=len(rig.instances))
    heard = {each.label: tracks.get(each.label, ()) for each in rig.inputs}
    played = in_reach(tempo_map)
    backend = MemoryBackend(
        cables=Cables(dict.fromkeys(heard), dict.fromkeys(each.label for each in rig.outputs))
    )
    backend.start(OfflineEffect(effect, engine))
    end = START_LEAD + played.time_of(length)
    for until, arriving in groupby(
        performance(heard, played, length, rig.clock_from), lambda event: -(-event.time // STRETCH) * STRETCH
    ):
        backend.inject(arriving)
        backend.run_until(until)
        tell(min(1.0, until / end))
    backend.run_until(max(backend.now(), end) + TAIL)
    sent = [
        (max(0, round(played.tick_at(time - START_LEAD))), data, sink) for time, data, sink in backend.sent
    ]
    return sent, effect.counts
