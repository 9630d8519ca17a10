"""What is going on, in one line for a musician."""

from __future__ import annotations

from descant_daemon.effect.effect import Effect
from descant_routing.message import key_name


def status_line(effect: Effect) -> str:
    """Transport, place, tempo, the player's keys, ours, and what was late."""
    clock = effect.clock
    tempo = f"{clock.bpm:.1f} BPM" if clock.bpm else "no tempo yet"
    sign = "▶" if clock.running else "■"
    late = f"   late {effect.counts.late}" if effect.counts.late else ""
    return f"{sign} {place(effect):>7}  {tempo:<12} you {_keys(effect.held)}  descant {_keys(effect.sounding)}{late}"


def place(effect: Effect) -> str:
    """Bar and beat, counted from 1, as a DAW shows them."""
    bar, beat = effect.bar_and_beat
    return f"{bar}.{beat}"


def _keys(keys: frozenset[int] | list[int]) -> str:
    return f"{' '.join(key_name(key) for key in sorted(keys, reverse=True)):<18}"
