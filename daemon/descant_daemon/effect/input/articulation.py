"""How long the player holds notes where the keys come apart: what ours are to be as short as."""

from __future__ import annotations

from collections import deque
from statistics import median

CHORD = 60_000_000  # ns within which keys are pressed together
JOINED = 0.2  # of a note's length: a shorter gap is none
LATELY = 4  # notes or chords that are looked back on


class Articulation:
    """A note is judged when the next one comes: only then is it known whether it was held up to it."""

    def __init__(self) -> None:
        """Nothing played."""
        self._lately: deque[int | None] = deque(
            maxlen=LATELY
        )  # ns; None for a note that was held up to the next
        self._began: int | None = None
        self._ended: int | None = None

    def press(self, now: int) -> None:
        """A key goes down, at ``now`` ns."""
        began, ended = self._began, self._ended
        if began is not None and now - began < CHORD:
            return
        if began is not None:
            apart = ended is not None and now - ended >= JOINED * (ended - began)
            self._lately.append(ended - began if ended is not None and apart else None)
        self._began, self._ended = now, None

    def all_up(self, now: int) -> None:
        """No key is held any more."""
        self._ended = now

    @property
    def detached(self) -> int | None:
        """The typical length in ns; None where most notes were held up to the next, or none is known."""
        short = [length for length in self._lately if length is not None]
        return int(median(short)) if 2 * len(short) > len(self._lately) else None
