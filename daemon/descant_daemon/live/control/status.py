"""What is going on: a snapshot that io pins up, and the line that a musician reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.part import Part
from descant_routing.message import key_name

Snapshot = dict[str, Any]
"""As ``descant play --json`` prints it: transport, place, tempo, keys, counts.

``clock`` is a ``time.clock.State``: ``own``, ``none``, ``no start``, ``no clock``, ``running``, ``stopped``, ``lost``
or ``contradictory``. ``looping``: labels of the outputs of which notes come back now; ``loops`` counts how often that
was found, ``thinned`` the values of controllers that gave way to later ones in a storm. ``stalled``: the back-end no
longer calls us.
"""


def snapshot(effect: Effect, *, engine: bool) -> Snapshot:
    """``engine``: whether there is one to be asked."""
    clock = effect.clock
    bar, beat = effect.bar_and_beat
    return {
        "running": clock.running,
        "clock": clock.state.value,
        "bar": bar,
        "beat": beat,
        "bpm": round(clock.bpm, 1) if clock.bpm else None,
        "mode": effect.parameters.mode,
        "held": effect.held,
        "sounding": sorted(effect.sounding),
        "engine": engine,
        "looping": effect.looping,
        "stalled": False,
        "instances": [_instance(part) for part in effect.parts],
        **asdict(effect.counts),
    }


def _instance(part: Part) -> Snapshot:
    """``state`` is idle, listening or playing; ``next``: the keys of the next tick, as far as it is known."""
    return {
        "name": part.track.name,
        "preset": part.program,
        "mode": part.parameters.mode,
        "state": part.doing.name.lower(),
        "held": sorted(part.held),
        "sounding": sorted(part.sounding),
        "next": part.coming,
        "variation": part.parameters.variation,
    }


def encode(status: Snapshot) -> bytes:
    """For the memory between io and control."""
    return json.dumps(status, separators=(",", ":")).encode()


def status_line(status: Snapshot) -> str:
    """Transport, place, tempo, the player's keys, ours, what was late, and which cables lead to nobody."""
    tempo = f"{status['bpm']:.1f} BPM" if status["bpm"] else "no tempo yet"
    sign = "▶" if status["running"] else "■"
    place = f"{status['bar']}.{status['beat']}"
    late = f"   late {status['late']}" if status["late"] else ""
    stale = f" (now {status['staleness']} in a row)" if status["staleness"] else ""
    away = "" if status["engine"] else "   engine is starting"
    waits = "".join(f"   waiting for {label or 'the port'}" for label in status.get("absent", ()))
    keys = f"you {_keys(status['held'])}  descant {_keys(status['sounding'])}"
    return f"{sign} {place:>7}  {tempo:<12} {keys}{late}{stale}{away}{waits}"


def _keys(keys: list[int]) -> str:
    return f"{' '.join(key_name(key) for key in sorted(keys, reverse=True)):<18}"
