"""Chord memory: the chord that was held comes with every key."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from descant_routing import message

HIGHEST_KEY = 127
MOST_KEYS = 10  # of a chord; two hands have no more


class ChordMemory:
    """Of one instance. A key's note-off ends what its note-on brought, whatever has been switched meanwhile."""

    def __init__(self) -> None:
        self._on = False
        self._intervals: Sequence[int] = ()  # above the lowest key, semitones
        self._brought: dict[tuple[int, int], list[int]] = {}  # (channel, key) → all keys that sound for it

    def switch(self, on: bool, held: Collection[int]) -> None:
        """When it is switched on, ``held`` is the chord; fewer than two keys are none."""
        if on and not self._on:
            lowest = min(held, default=0)
            self._intervals = sorted({key - lowest for key in held} - {0})[: MOST_KEYS - 1]
        self._on = on

    def expand(self, note: bytes) -> list[bytes]:
        """A note-on or note-off as it is played, and what it brings; the key itself first."""
        status, key, velocity = note
        at = message.channel(note), key
        if message.is_note_on(note):
            chord = [key, *(key + each for each in self._intervals)] if self._on else [key]
            self._brought[at] = [each for each in chord if each <= HIGHEST_KEY]
            return [bytes((status, each, velocity)) for each in self._brought[at]]
        if not message.is_note_off(note):
            return [note]
        chord = self._brought.pop(at, [key])
        others = {each for (channel, _), keys in self._brought.items() if channel == at[0] for each in keys}
        return [bytes((status, each, velocity)) for each in chord if each not in others]

    def forget(self) -> None:
        """What sounds has been ended by somebody else."""
        self._brought.clear()
