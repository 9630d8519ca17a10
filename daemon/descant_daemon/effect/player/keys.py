"""The player's hands: which keys are held, by finger or by pedal, and since when."""

from __future__ import annotations

from collections.abc import Container

PEDAL_DOWN = 64
BURST = 50_000_000  # ns before the song begins within which a DAW says all notes off


class Keys:
    """Keys by (lane, key), a lane being a channel of an input.

    A key let go under the sustain pedal stays held until the pedal comes up; with ``latch``, until a key is
    pressed when no finger is down.
    """

    def __init__(self) -> None:
        """Nothing held."""
        self.latch = False
        self._latched: set[tuple[int, int]] = set()  # held by nothing else
        self._pressed_at: dict[tuple[int, int], int] = {}
        self._velocity: dict[tuple[int, int], int] = {}
        self._on_pedal: set[tuple[int, int]] = set()
        self._pedals: set[int] = set()
        self._cleared: dict[tuple[int, int], tuple[int, int, int]] = {}  # → (when, pressed at, velocity)

    def press(self, lane: int, key: int, velocity: int, now: int) -> list[tuple[int, int]]:
        """A key goes down, at ``now`` ns; the (lane, key) pairs that end with it."""
        ended = [] if self._fingers else self.unlatch((lane, key))
        self._cleared.pop((lane, key), None)
        self._pressed_at[lane, key] = now
        self._velocity[lane, key] = velocity
        self._on_pedal.discard((lane, key))
        self._latched.discard((lane, key))
        return ended

    def lift(self, lane: int, key: int) -> bool:
        """A finger leaves a key; True when the note ends with it."""
        self._cleared.pop((lane, key), None)
        if (lane, key) not in self._pressed_at:
            return False
        if lane in self._pedals:
            self._on_pedal.add((lane, key))
            return False
        return self._let_go((lane, key))

    def pedal(self, lane: int, value: int) -> list[tuple[int, int]]:
        """The sustain pedal moves; the (lane, key) pairs that end with it."""
        if value >= PEDAL_DOWN:
            self._pedals.add(lane)
            return []
        self._pedals.discard(lane)
        lifted = [at for at in self._on_pedal if at[0] == lane]
        self._on_pedal.difference_update(lifted)
        return [at for at in lifted if self._let_go(at)]

    def unlatch(self, but: tuple[int, int] | None = None) -> list[tuple[int, int]]:
        """What only the latch holds ends, ``but`` one perhaps; those pairs."""
        ended = [at for at in self._latched if at != but]
        for at in ended:
            self._forget(at)
        return ended

    def clear(self, lanes: Container[int] | None, now: int) -> list[tuple[int, int]]:
        """All notes off on some lanes, or on all (None); the pairs that end with it."""
        self._pedals = {lane for lane in self._pedals if lanes is not None and lane not in lanes}
        ended = [at for at in self._pressed_at if lanes is None or at[0] in lanes]
        for at in ended:
            self._cleared[at] = now, self._pressed_at[at], self._velocity[at]
            self._forget(at)
        return ended

    def recall(self, now: int) -> None:
        """The song begins: all notes off just before it was the DAW's (Reaper's) and no word about the hands."""
        for at, (when, pressed, velocity) in self._cleared.items():
            if now - when <= BURST and at not in self._pressed_at:
                self._pressed_at[at], self._velocity[at] = pressed, velocity
        self._cleared.clear()

    def held(self) -> dict[tuple[int, int], int]:
        """(lane, key) → when it was pressed, ns."""
        return self._pressed_at

    def loudness(self) -> int | None:
        """Velocity of the loudest key held; None when none is."""
        return max(self._velocity.values(), default=None)

    @property
    def _fingers(self) -> bool:
        """Whether a finger is down."""
        return len(self._pressed_at) > len(self._on_pedal) + len(self._latched)

    def _let_go(self, at: tuple[int, int]) -> bool:
        if self.latch:
            self._latched.add(at)
        else:
            self._forget(at)
        return not self.latch

    def _forget(self, at: tuple[int, int]) -> None:
        self._pressed_at.pop(at, None)
        self._velocity.pop(at, None)
        self._on_pedal.discard(at)
        self._latched.discard(at)
