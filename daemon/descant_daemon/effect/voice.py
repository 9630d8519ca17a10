"""Descant's voice: which of its notes sound, and how a step's state becomes note-ons and note-offs."""

from __future__ import annotations

import numpy as np

from descant_daemon.effect.expression import NoteExpression
from descant_daemon.engine.loudness import Velocities
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State
from descant_routing.ledger import Ledger, generated
from descant_routing.timed import Timed


class Voice:
    """Strikes, holds and releases through the ledger."""

    def __init__(self, ledger: Ledger, pitches: PitchRange, instance: int = 0) -> None:
        self.muted = False
        """Whether no note may begin."""
        self._owner = generated(instance)
        self._ledger = ledger
        self.pitches = pitches
        """The keys that the model knows; what sounds beyond them ends with the next step that is played."""
        self._sounding: dict[int, int] = {}  # key → channel
        self._retired: set[int] = set()
        self._struck: set[int] = set()  # keys struck in this step and not taken back
        self._gates: dict[int, int] = {}  # key → when it ends by itself
        self._coming: dict[
            int, tuple[int, NoteExpression, int]
        ] = {}  # key → when it is struck, a little late, how, how loud

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

    def play(
        self, ours: State, expression: NoteExpression, time: int, velocities: Velocities | None = None
    ) -> list[Timed]:
        """Make the sound agree with ``ours [P, 2]``: note-offs first, then note-ons.

        ``velocities``: the model's, ``[P]``, 0 where it says none.
        """
        plays = {self.pitches.low + int(row) for row in np.flatnonzero(ours[:, PLAY])}
        if self.muted:
            plays &= self._sounding.keys()
        struck = {self.pitches.low + int(row) for row in np.flatnonzero(ours[:, ARTICULATE])}
        again = {key for key in struck & self._sounding.keys() if key not in self._struck}
        again |= self._retired & plays & self._sounding.keys()
        self._retired = set()
        if self.muted:
            plays -= again
        gated = expression.gate is not None
        ended = [key for key in self._sounding if key not in plays or key in again]
        out = [timed for key in sorted(ended) for timed in self._release(key, time)]
        self._struck &= plays
        self._coming = {key: strike for key, strike in self._coming.items() if key in plays}
        self._struck |= struck & self._coming.keys()
        for key in sorted(plays - self._sounding.keys() - self._coming.keys()):
            if gated and (key not in struck or key in self._struck):
                continue  # it was let go before its written end
            self._struck.add(key)
            velocity = expression.velocity_of(
                key, 0 if velocities is None else int(velocities[key - self.pitches.low])
            )
            if delay := expression.delay_of(key):
                self._coming[key] = time + delay, expression, velocity
            else:
                out += self._strike(key, expression, velocity, time)
        return out

    def hold(self) -> State:
        """The state of a step in which nothing is struck and what sounds is held."""
        state = np.zeros((self.pitches.size, 2), np.float32)
        for key in (*self._sounding, *self._coming):
            if key in self.pitches:
                state[key - self.pitches.low, PLAY] = 1
        return state

    def due(self, until: int) -> list[Timed]:
        """The note-offs of gated notes, and the note-ons that were put off, due before ``until``."""
        out: list[Timed] = []
        while (time := self.next_deadline()) is not None and time < until:
            for key in sorted(key for key, end in self._gates.items() if end == time):
                out += self._release(key, time)
            for key in sorted(key for key, (begin, *_) in self._coming.items() if begin == time):
                _, expression, velocity = self._coming.pop(key)
                out += self._strike(key, expression, velocity, time)
        return out

    def next_deadline(self) -> int | None:
        """When the next gated note ends, or one that was put off begins."""
        begins = (time for time, *_ in self._coming.values())
        return min((*self._gates.values(), *begins), default=None)

    def close(self, time: int) -> list[Timed]:
        """Every note of ours ends, and none that was put off begins."""
        self._coming.clear()
        return [timed for key in sorted(self._sounding) for timed in self._release(key, time)]

    def retire(self) -> None:
        """What sounds is another program's: it ends with the next step, and begins anew if that holds it."""
        self._retired = set(self._sounding)

    def move_to(self, ledger: Ledger) -> None:
        """Silent, Descant goes over to another output."""
        self._ledger = ledger

    def forget(self) -> None:
        """The ledger has closed Descant's notes by itself."""
        self._sounding.clear()
        self._gates.clear()
        self._coming.clear()

    def _strike(self, key: int, expression: NoteExpression, velocity: int, time: int) -> list[Timed]:
        self._sounding[key] = expression.channel
        if expression.gate is not None:
            self._gates[key] = time + expression.gate
        sent = self._ledger.strike(self._owner, expression.channel, key, velocity)
        return [Timed(time, data) for data in sent]

    def _release(self, key: int, time: int) -> list[Timed]:
        self._gates.pop(key, None)
        sent = self._ledger.release(self._owner, self._sounding.pop(key), key)
        return [Timed(time, data) for data in sent]
