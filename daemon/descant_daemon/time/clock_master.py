"""Descant as clock master: 24 clocks a quarter out, with Start, Stop, Continue and song position (MIDI 1.0)."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.time.clock import Clock, Happening, Kind
from descant_routing import message

TICKS_PER_SIXTEENTH = 6
POSITIONS = 1 << 14  # song position has 14 bits: 1,024 bars of 4/4, then it begins anew


class ClockMaster:
    """Sends what ``clock`` says, where nobody else does. A follower lands on the very same ticks.

    ``offset``: ns by which everything is sent later.
    """

    def __init__(self, clock: Clock, offset: int = 0) -> None:
        self._clock = clock
        self._offset = offset
        self._next: int | None = None  # the tick whose clock is next; None while the song stands
        self._sent_until = 0

    def happen(self, happening: Happening) -> list[bytes]:
        """What to send at once: transport. Song position counts sixteenths, so others wait for the next one."""
        moved, self._next = self._next is not None, None
        out = [bytes([message.STOP])] if moved else []
        if not self._clock.leads or happening.kind in (Kind.STOPPED, Kind.LOST):
            return out
        sixteenth = -(-happening.tick // TICKS_PER_SIXTEENTH)
        self._next = sixteenth * TICKS_PER_SIXTEENTH
        if sixteenth == 0:
            return [*out, bytes([message.START])]
        return [*out, message.song_position(sixteenth % POSITIONS), bytes([message.CONTINUE])]

    def next_due(self) -> int | None:
        """When the next clock is to be sent."""
        line = self._clock.timeline
        if self._next is None or line is None:
            return None
        return max(line.time_of(self._next) + self._offset, self._sent_until)

    def send(self, now: int) -> Sequence[bytes]:
        """It is due: the clock. Ticks are neither skipped nor doubled, whatever the tempo does."""
        assert self._next is not None  # next_due has said so
        self._next += 1
        self._sent_until = now
        return (bytes([message.CLOCK]),)
