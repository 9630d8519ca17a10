"""Our own voice: which of our notes sound, and how a step's state becomes note-ons and note-offs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State
from descant_routing.ledger import Ledger, generated
from descant_routing.timed import Timed


class Touch(NamedTuple):
    """How notes are struck: MIDI channel 0 to 15, velocity 1 to 127, ``gate`` ns until they end by themselves.

    ``moved``: by how much a velocity that the model says is moved; None where nobody heeds what it says.
    """

    channel: int
    velocity: int
    gate: int | None = None
    moved: int | None = None

    def struck(self, said: int) -> int:
        """The velocity of a note of which the model says ``said``; 0 is nothing."""
        return min(127, max(1, said + self.moved)) if said and self.moved is not None else self.velocity


class Voice:
    """Strikes, holds and releases through the ledger."""

    def __init__(self, ledger: Ledger, pitches: PitchRange, instance: int = 0) -> None:
        """Silent."""
        self._owner = generated(instance)
        self._ledger = ledger
        self._pitches = pitches
        self._sounding: dict[int, int] = {}  # key → channel
        self._struck: set[int] = set()  # keys struck in this step and not taken back
        self._gates: dict[int, int] = {}  # key → when it ends by itself

    @property
    def sounding(self) -> frozenset[int]:
        """The keys that sound now."""
        return frozenset(self._sounding)

    def sounds_on(self, channel: int) -> bool:
        """Whether one of them is on this channel."""
        return channel in self._sounding.values()

    def new_step(self) -> None:
        """From here on a struck pitch is struck again."""
        self._struck.clear()

    def play(self, ours: State, touch: Touch, time: int, velocities: Velocities | None = None) -> list[Timed]:
        """Make the sound agree with ``ours [P, 2]``: note-offs first, then note-ons.

        ``velocities``: the model's, ``[P]``, 0 where it says none.
        """
        plays = {self._pitches.low + int(row) for row in np.flatnonzero(ours[:, PLAY])}
        struck = {self._pitches.low + int(row) for row in np.flatnonzero(ours[:, ARTICULATE])}
        again = {key for key in struck & self._sounding.keys() if key not in self._struck}
        gated = touch.gate is not None
        ended = [key for key in self._sounding if key not in plays or key in again]
        out = [timed for key in sorted(ended) for timed in self._release(key, time)]
        self._struck &= plays
        for key in sorted(plays - self._sounding.keys()):
            if gated and (key not in struck or key in self._struck):
                continue  # it was let go before its written end
            said = 0 if velocities is None else int(velocities[key - self._pitches.low])
            out += self._strike(key, touch, touch.struck(said), time)
        return out

    def hold(self) -> State:
        """The state of a step in which nothing is struck and what sounds is held."""
        state = np.zeros((self._pitches.size, 2), np.float32)
        for key in self._sounding:
            state[key - self._pitches.low, PLAY] = 1
        return state

    def due(self, until: int) -> list[Timed]:
        """The note-offs of gated notes due before ``until``."""
        ended = sorted((time, key) for key, time in self._gates.items() if time < until)
        return [timed for time, key in ended for timed in self._release(key, time)]

    def next_deadline(self) -> int | None:
        """When the next gated note ends."""
        return min(self._gates.values(), default=None)

    def close(self, time: int) -> list[Timed]:
        """Every note of ours ends."""
        return [timed for key in sorted(self._sounding) for timed in self._release(key, time)]

    def forget(self) -> None:
        """The ledger has closed our notes by itself."""
        self._sounding.clear()
        self._gates.clear()

    def _strike(self, key: int, touch: Touch, velocity: int, time: int) -> list[Timed]:
        self._sounding[key] = touch.channel
        self._struck.add(key)
        if touch.gate is not None:
            self._gates[key] = time + touch.gate
        sent = self._ledger.strike(self._owner, touch.channel, key, velocity)
        return [Timed(time, data) for data in sent]

    def _release(self, key: int, time: int) -> list[Timed]:
        self._gates.pop(key, None)
        sent = self._ledger.release(self._owner, self._sounding.pop(key), key)
        return [Timed(time, data) for data in sent]
