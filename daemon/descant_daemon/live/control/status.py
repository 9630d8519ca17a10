"""What is going on: a snapshot that io pins up for control to show."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.part import Part
from descant_daemon.engine.sonority import CLASSES, name_of

Snapshot = dict[str, Any]
"""As ``descant play --json`` prints it: transport, place, tempo, keys, counts.

``clock`` is a ``time.clock.State``: ``own``, ``none``, ``no start``, ``no clock``, ``running``, ``stopped``, ``lost``
or ``contradictory``. ``looping``: labels of the outputs of which notes come back now; ``loops`` counts how often that
was found, ``thinned`` the values of controllers that gave way to later ones in a storm. ``stalled``: the back-end no
longer calls it (control sees that). ``refusal``: why the last of ``refused_changes`` was refused. ``pid``: io's, for
signals.
"""

LONGEST_TEXT, SHORT_TEXT = 100, 20  # characters of a name or a sentence, where there is not room for all


def snapshot(effect: Effect, *, engine: bool) -> Snapshot:
    """``engine``: whether there is one to be asked."""
    clock = effect.clock
    bar, beat = effect.bar_and_beat
    return {
        "pid": os.getpid(),
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
        "refusal": effect.refusal,
        **asdict(effect.counts),
    }


def _instance(part: Part) -> Snapshot:
    """``state`` is idle, listening or playing; ``next``: the keys of the next tick, as far as it is known.

    ``channel``: where Descant's notes leave, 1 to 16; another than the parameter's where that is one finger's (MPE).
    """
    return {
        "name": part.instance.name,
        "preset": part.programs.current.name,
        "mode": part.parameters.mode,
        "state": part.acts.doing.name.lower(),
        "channel": part.acts.channel + 1,
        "held": sorted(part.held),
        "sounding": sorted(part.sounding),
        "next": part.acts.coming,
        "variation": part.parameters.variation,
    }


def named(status: Snapshot) -> Snapshot:
    """With each instance's ``chord``: what its player and it sound together, by name; empty where it has none.

    It is control that names it, which has the time.
    """
    instances = [
        {**each, "chord": _chord([*each["held"], *each["sounding"]])} if "sounding" in each else each
        for each in status.get("instances", ())
    ]
    return {**status, "instances": instances} if instances else status


def _chord(keys: list[int]) -> str:
    return name_of(sum({1 << key % CLASSES for key in keys}), min(keys) % CLASSES) if keys else ""


def encode(status: Snapshot, longest: int) -> bytes:
    """For the memory between io and control: at most so many bytes, whatever names and keys are in it.

    Where it is too long, texts are shortened, then the keys of the instances and at last everything but figures
    left out; ``shortened`` then says so.
    """
    content = _bytes(status)
    for shorten in _SHORTER:
        if len(content) <= longest:
            break
        status = {**shorten(status), "shortened": True}
        content = _bytes(status)
    return content


def _bytes(status: Snapshot) -> bytes:
    # A file's name that is no UTF-8 has half a surrogate for each byte that is none.
    return json.dumps(status, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")


def _texts(value: Any, most: int) -> Any:
    """The same with its texts shortened: their ends tell more than their middles."""
    match value:
        case str():
            return value if len(value) <= most else f"{value[: most // 4]}…{value[most // 4 + 1 - most :]}"
        case list():
            return [_texts(each, most) for each in value]
        case dict():
            return {_texts(name, most): _texts(each, most) for name, each in value.items()}
        case _:
            return value


def _without_keys(status: Snapshot) -> Snapshot:
    instances = [
        {name: value for name, value in each.items() if not isinstance(value, list)}
        for each in status.get("instances", ())
    ]
    return {**status, "instances": instances}


def _figures(status: Snapshot) -> Snapshot:
    return {
        name: value
        for name, value in status.items()
        if value is None
        or isinstance(value, (int, float))
        or (isinstance(value, str) and len(value) <= SHORT_TEXT)
    }


_SHORTER: tuple[Callable[[Snapshot], Snapshot], ...] = (
    lambda status: _texts(status, LONGEST_TEXT),
    _without_keys,
    lambda status: _texts(status, SHORT_TEXT),
    _figures,
)
