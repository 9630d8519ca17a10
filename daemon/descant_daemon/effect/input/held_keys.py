"""What the player holds: by finger, by pedal or by the latch, and since when; and what of it is given in a step.

A lane is a channel of an input.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

import numpy as np

from descant_daemon.note_state import NoteLog, PitchRange, State
from descant_routing.dampers import Dampers, Place

BURST = (
    100_000_000  # ns before the song begins within which a DAW says all notes off, or stops to turn a loop
)


class _Key(NamedTuple):
    pressed_at: int  # ns
    velocity: int


class _Cleared(NamedTuple):
    when: int  # ns
    key: _Key
    lifted: bool  # a pedal kept it up


class HeldKeys:
    """Keys by (lane, key), a lane being a channel of an input.

    A key let go under a pedal stays held until the pedal comes up; with ``latch``, until a key is pressed when no
    finger is down.
    """

    def __init__(self) -> None:
        self.latch = False
        self._keys: dict[Place, _Key] = {}
        self._dampers = Dampers()
        self._latched: set[Place] = set()  # held by nothing else
        self._cleared: dict[Place, _Cleared] = {}
        self._left: dict[Place, _Cleared] = {}  # at a stop

    def press(self, lane: int, key: int, velocity: int, now: int) -> list[Place]:
        """A key goes down, at ``now`` ns; the (lane, key) pairs that end with it."""
        ended = [] if self._dampers.fingers else self.unlatch((lane, key))
        self._forget_ended((lane, key))
        self._keys[lane, key] = _Key(now, velocity)
        self._dampers.press((lane, key))
        self._latched.discard((lane, key))
        return ended

    def lift(self, lane: int, key: int) -> bool:
        """A finger leaves a key; True when the note ends with it."""
        self._forget_ended((lane, key))
        if (lane, key) not in self._dampers.fingers:
            return False
        return self._dampers.lift((lane, key)) and self._let_go((lane, key))

    def pedal(self, lane: int, controller: int, value: int) -> list[Place]:
        """A pedal moves, or all are reset; the (lane, key) pairs that end with it."""
        return [at for at in self._dampers.move(lane, controller, value) if self._let_go(at)]

    def unlatch(self, but: Place | None = None) -> list[Place]:
        """What only the latch holds ends, ``but`` one perhaps; those pairs."""
        ended = [at for at in self._latched if at != but]
        for at in ended:
            self._forget(at)
        return ended

    def clear(self, lanes: Container[int] | None, now: int) -> list[Place]:
        """All notes off on some lanes, or on all (None); the pairs that end with it. Pedals stay as they are."""
        ended = [at for at in self._keys if lanes is None or at[0] in lanes]
        for at in [*self._left]:
            if lanes is None or at[0] in lanes:
                del self._left[at]
        self._end(ended, now, self._cleared)
        return ended

    def leave(self, lanes: Container[int], now: int, *, hold: bool) -> list[Place]:
        """The song stops, nobody knows whether note-offs will come: the pairs that end with it. A latch holds on.

        ``hold``: they are held until the song goes on.
        """
        ended = [at for at in self._keys if at[0] in lanes and at not in self._latched]
        if hold:
            self._left |= {at: _Cleared(now, self._keys[at], False) for at in ended}
            return []
        self._end(ended, now, self._left)
        return ended

    def resume(self, *, keep: bool) -> list[Place]:
        """The song goes on: what was left at its stop is held as before (``keep``), or nobody's; what ends with it."""
        left, self._left = self._left, {}
        if not keep:
            ended = [at for at, (_, key, _) in left.items() if self._keys.get(at) is key]
            for at in ended:
                self._forget(at)
            return ended
        for at, (_, key, lifted) in left.items():
            self._take_up(at, key, lifted)
        return []

    def rest_pedals(self, lanes: Container[int] | None) -> None:
        """The pedals of some lanes, or all, are up: nobody is there any more, or all was reset. After ``clear``."""
        self._dampers.rest(
            None if lanes is None else [lane for lane, _ in self._dampers.down if lane in lanes]
        )

    def recall(self, now: int) -> None:
        """The song begins: all notes off just before it was the DAW's (Reaper's) and no word about the hands."""
        for at, (when, key, lifted) in self._cleared.items():
            if now - when <= BURST:
                self._take_up(at, key, lifted)
        self._cleared.clear()

    def held(self) -> dict[Place, int]:
        """(lane, key) → when it was pressed, ns."""
        return {at: key.pressed_at for at, key in self._keys.items()}

    def loudness(self) -> int | None:
        """Velocity of the loudest key held; None when none is."""
        return max((key.velocity for key in self._keys.values()), default=None)

    def _end(self, places: list[Place], now: int, into: dict[Place, _Cleared]) -> None:
        for at in places:
            if at not in self._latched:
                into[at] = _Cleared(now, self._keys[at], at in self._dampers.lifted)
            self._forget(at)

    def _take_up(self, at: Place, key: _Key, lifted: bool) -> None:
        if at not in self._keys and (not lifted or self._dampers.keep(at)):
            self._keys[at] = key
            (self._dampers.lifted if lifted else self._dampers.fingers).add(at)

    def _forget_ended(self, at: Place) -> None:
        self._cleared.pop(at, None)
        self._left.pop(at, None)

    def _let_go(self, at: Place) -> bool:
        if self.latch:
            self._latched.add(at)
        else:
            self._forget(at)
        return not self.latch

    def _forget(self, at: Place) -> None:
        self._keys.pop(at, None)
        self._dampers.forget(at)
        self._latched.discard(at)


class HeldOnGrid:
    """``keys`` says what is held now; the log says what it means on the grid."""

    def __init__(self, pitches: PitchRange) -> None:
        self.keys = HeldKeys()
        self.struck_step = -1
        self.pitches = pitches
        """The keys that the model knows."""
        self._log = NoteLog()

    def begin(self, step: int, now: int, reach: float) -> None:
        """The song goes on with ``step``: keys pressed less than ``reach`` ns ago are struck in it, others held."""
        self._log, self.struck_step = NoteLog(), -1
        for (lane, key), pressed in self.keys.held().items():
            self._log.strike(lane, key, step if now - pressed <= reach else step - 1)

    def strike(self, lane: int, key: int, step: int) -> None:
        """A key that has gone down counts from ``step`` on."""
        self._log.strike(lane, key, step)
        self.struck_step = step

    def release(self, ended: Iterable[tuple[int, int]], step: int) -> None:
        """These (lane, key) pairs are no longer given from ``step`` on."""
        for lane, key in ended:
            self._log.release(lane, key, step)

    def given(self, step: int) -> State:
        """What the player holds in a step, ``[P, 2]``."""
        return self._log.state(step, self.pitches)

    def now(self, struck: int | None = None) -> State:
        """What is held at this moment, off the grid, ``[P, 2]``; ``struck`` is the key that has just gone down."""
        state = np.zeros((self.pitches.size, 2), np.float32)
        for _, key in self.keys.held():
            if key in self.pitches:
                state[key - self.pitches.low] = (1, key == struck)
        return state

    def forget_before(self, step: int) -> None:
        """Steps before this one will not be asked for again."""
        self._log.forget_before(step)
