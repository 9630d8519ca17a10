"""The player's hands: which keys are held, by finger or by pedal, and since when."""

from __future__ import annotations

PEDAL_DOWN = 64
BURST = 50_000_000  # ns before the song begins within which a DAW says all notes off


class Keys:
    """Keys by (channel, key); a key let go under the sustain pedal stays held until the pedal comes up."""

    def __init__(self) -> None:
        """Nothing held."""
        self._pressed_at: dict[tuple[int, int], int] = {}
        self._velocity: dict[tuple[int, int], int] = {}
        self._on_pedal: set[tuple[int, int]] = set()
        self._pedals: set[int] = set()
        self._cleared: dict[tuple[int, int], tuple[int, int, int]] = {}  # → (when, pressed at, velocity)

    def press(self, channel: int, key: int, velocity: int, now: int) -> None:
        """A key goes down, at ``now`` ns."""
        self._cleared.pop((channel, key), None)
        self._pressed_at[channel, key] = now
        self._velocity[channel, key] = velocity
        self._on_pedal.discard((channel, key))

    def lift(self, channel: int, key: int) -> bool:
        """A finger leaves a key; True when the note ends with it."""
        self._cleared.pop((channel, key), None)
        if (channel, key) not in self._pressed_at:
            return False
        if channel in self._pedals:
            self._on_pedal.add((channel, key))
            return False
        self._forget((channel, key))
        return True

    def pedal(self, channel: int, value: int) -> list[tuple[int, int]]:
        """The sustain pedal moves; the (channel, key) pairs that end with it."""
        if value >= PEDAL_DOWN:
            self._pedals.add(channel)
            return []
        self._pedals.discard(channel)
        ended = [at for at in self._on_pedal if at[0] == channel]
        for at in ended:
            self._forget(at)
        return ended

    def clear(self, channel: int, now: int) -> list[tuple[int, int]]:
        """All notes off on a channel; the pairs that end with it."""
        self._pedals.discard(channel)
        ended = [at for at in self._pressed_at if at[0] == channel]
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
        """(channel, key) → when it was pressed, ns."""
        return self._pressed_at

    def loudness(self) -> int | None:
        """Velocity of the loudest key held; None when none is."""
        return max(self._velocity.values(), default=None)

    def _forget(self, at: tuple[int, int]) -> None:
        self._pressed_at.pop(at, None)
        self._velocity.pop(at, None)
        self._on_pedal.discard(at)
