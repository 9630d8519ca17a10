"""How often the answer is there when it must be: the live effect and its engine process, in real time.

No port is needed: the effect is driven as JACK would drive it, once a period, by a thread that sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from descant_daemon.effect.common import Counts
from descant_daemon.effect.effect import Effect
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.live.live_effect import LiveEffect
from descant_daemon.model.known import Models
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.single import single
from descant_daemon.settings.rig.values import Program
from descant_daemon.time.internal_clock import InternalClock
from descant_routing import message
from descant_routing.timed import Timed

PERIOD = 256 * 1_000_000_000 // 48_000  # ns; a usual one of JACK's
LEAD = 200_000_000  # ns between the beginning and the song's
TEMPI = (40, 60, 90, 120, 180, 240, 300)
MELODY = (67, 69, 71, 72, 74, 72, 71, 69)
Progress = Callable[[], None]


@dataclass(frozen=True)
class OnTime:
    """One run. ``rate``: the share of steps whose answer was in time."""

    bpm: float
    instances: int
    steps: int
    late: int
    stalest: int

    @property
    def rate(self) -> float:
        """1 when nothing was late."""
        return 1 - self.late / self.steps if self.steps else 0.0

    def row(self) -> dict[str, float]:
        """For ``--json``."""
        return {
            "bpm": self.bpm,
            "instances": self.instances,
            "steps": self.steps,
            "late": self.late,
            "rate": self.rate,
            "staleness": self.stalest,
        }


def measure_on_time(stem: Path, bpm: float, instances: int, steps: int, progress: Progress) -> OnTime:
    """Harmonise, where the model can, for so many steps, a new key on every beat: half of them asked on their tick."""
    models = Models()
    model = models.look(stem)
    link = EnginePool([models[stem].files], instances)
    try:
        link.wait_ready()
        model = link.as_loaded(model)
        clock = InternalClock(bpm)
        playable = models[stem].metadata.abilities.playable
        mode: Any = "harmonise" if "harmonise" in playable else playable[0]
        program = Program(Parameters(mode=mode, voices=4, thru=False), model)
        effect = Effect(single(program, instances), clock)
        counts = _play(effect, link, clock, steps, progress)
    finally:
        link.close()
    return OnTime(bpm, instances, counts.steps, counts.late + counts.waited, counts.stalest)


def _play(effect: Effect, link: EnginePool, clock: InternalClock, steps: int, progress: Progress) -> Counts:
    live = LiveEffect(effect, link)
    begin = time.monotonic_ns()
    clock.start(begin + LEAD)
    step = 15e9 / (clock.bpm or 0)
    keys = _keys(begin + LEAD, step, len(effect.parts))
    coming, done = next(keys), 0
    until = begin
    while effect.step + 1 < steps:
        until += PERIOD
        arrived: list[Timed] = []
        while coming.time < until:
            arrived.append(coming)
            coming = next(keys)
        live.cycle(arrived, until)
        while done < min(effect.step + 1, steps):
            done += 1
            progress()
        time.sleep(max(0, until - time.monotonic_ns()) / 1e9)
    return effect.counts


def _keys(begin: int, step: float, channels: int) -> Iterator[Timed]:
    """On every beat each player's old key ends and a new one begins."""
    beat = 0
    while True:
        moment = begin + round(4 * beat * step)
        for channel in range(channels):
            old, new = (MELODY[(beat + channel + each) % len(MELODY)] for each in (-1, 0))
            if beat:
                yield Timed(moment, message.note_off(channel, old))
            yield Timed(moment, message.note_on(channel, new, 80))
        beat += 1
