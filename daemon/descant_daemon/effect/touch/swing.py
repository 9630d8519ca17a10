"""Swing: a bent grid. Off-beats come later, what lies between them is carried along, and nothing changes places."""

from __future__ import annotations

from typing import NamedTuple

TICKS_PER_BEAT = 24
LATEST = 1 / 6  # of the pair, from its half to two thirds: the last of three


class Swing(NamedTuple):
    """``pair``: ticks of two notes, of which the second is late; ``amount``: 0 straight, 1 a triplet's last."""

    pair: int = TICKS_PER_BEAT
    amount: float = 0.0

    def bent(self, tick: float) -> float:
        """Where a straight ``tick`` is played, the same or later."""
        if not self.amount:
            return tick
        whole, within = divmod(tick, self.pair)
        half, late = self.pair / 2, self._late
        if within < half:
            return whole * self.pair + within * late / half
        return whole * self.pair + late + (within - half) * (self.pair - late) / half

    def straight(self, tick: float) -> float:
        """The tick that is played at ``tick``: the way back from ``bent``."""
        if not self.amount:
            return tick
        whole, within = divmod(tick, self.pair)
        half, late = self.pair / 2, self._late
        if within < late:
            return whole * self.pair + within * half / late
        return whole * self.pair + half + (within - late) * half / (self.pair - late)

    @property
    def _late(self) -> float:
        return self.pair * (0.5 + LATEST * self.amount)


def swing(amount: float, unit: str, ticks_per_step: int) -> Swing:
    """``unit``: ``eighth`` or ``sixteenth``; straight where the model's steps have no such off-beat."""
    pair = TICKS_PER_BEAT if unit == "eighth" else TICKS_PER_BEAT // 2
    return Swing(pair, 0.0 if pair // 2 % ticks_per_step else amount)
