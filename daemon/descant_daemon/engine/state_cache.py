"""What the model remembers of the song, so that coming back to a bar brings back its state of mind."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.played_steps import MOST_STEPS, Played, PlayedSteps
from descant_daemon.note_state import State

DEFAULT_BYTES = 96 * 2**20
ALL_BYTES = 4 * DEFAULT_BYTES  # of all instances of an engine together, each an equal share

Hidden = tuple[Any, ...]
"""A model's state: arrays, numbers, and tuples of them; never written to, so it can be kept and shared."""


class Room:
    """For the moments of all instances of an engine: the more of them play, the less each has."""

    def __init__(self, limit: int = ALL_BYTES) -> None:
        """``limit`` in bytes, of all together."""
        self._limit = limit
        self._sharers = 0

    def join(self) -> None:
        """One more keeps moments."""
        self._sharers += 1

    @property
    def share(self) -> int:
        """Bytes that each may have."""
        return self._limit // max(1, self._sharers)


class Moment(NamedTuple):
    """The model on the verge of a step: its hidden state, and the step before it.

    ``before``: all that sounded then, ``ours``: Descant's part of it, both ``[P, 2]``; ``silent``: for how many
    steps nothing has sounded; ``alone``: for how many the player has without Descant, since it last did.
    """

    hidden: Hidden
    before: State
    ours: State
    silent: int = 0
    alone: int = 0

    def then(self, hidden: Hidden, played: Played) -> Moment:
        """The moment after this one, when ``played`` has sounded and the model has reached ``hidden``."""
        sounds, we_do = bool(played.whole.any()), bool(played.ours.any())
        silent = 0 if sounds else self.silent + 1
        return Moment(hidden, played.whole, played.ours, silent, 0 if we_do else self.alone + sounds)


class SongMemory:
    """Moments at bar lines, and the states between them to walk on from there.

    A moment of every bar would fill the memory in a long song, so when it is full every other bar's
    goes; a bar without its own is reached by replaying the kept steps from a bar before. Steps that were played
    longest ago are forgotten, and their moments with them (``steps.MOST_STEPS``): who comes back to them begins anew.
    """

    def __init__(self, limit: int = DEFAULT_BYTES, room: Room | None = None, steps: int = MOST_STEPS) -> None:
        """``limit`` in bytes, for the moments that a song leads to; ``room`` is shared with others."""
        self._limit = limit
        self._room = room or Room()
        self._joined = False
        self._moments: dict[int, Moment] = {}
        self._bars: dict[int, int] = {}  # step → bar number, of the moments that an earlier step leads to
        self._steps = PlayedSteps(steps)
        self._bars_apart = 1
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes of the moments that a song leads to."""
        return self._bytes

    def begin(self, step: int, moment: Moment) -> None:
        """A visit begins at ``step`` out of nothing, or of the little that ``moment`` has heard.

        The model's zero state costs no room.
        """
        self._drop(step)
        self._moments[step] = moment

    def enter_bar(self, step: int, bar: int, moment: Moment) -> None:
        """The song has led to ``step``, the first of bar number ``bar``."""
        self._drop(step)
        if bar % self._bars_apart:
            return
        if not self._joined:
            self._joined = True
            self._room.join()
        self._moments[step] = moment
        self._bars[step] = bar
        self._bytes += _size(moment)
        if self._bytes > min(self._limit, self._room.share):
            self._thin()

    def played(self, step: int, played: Played) -> None:
        """Keep what sounded in ``step``."""
        for gone in self._steps.put(step, played) or ():
            self._drop(gone)

    def kept(self, step: int, pitches: int) -> Played | None:
        """What sounded in ``step`` when it was last played; None when it never was."""
        return self._steps.get(step, pitches)

    def before(self, step: int, most: int, pitches: int) -> NDArray[np.uint8]:
        """The last ``most`` steps before ``step``, as far as they were played in one go.

        ``[steps, 2, P, 2]``, in order of time; the second axis is (whole, ours), values 0 and 1.
        """
        return self._steps.before(step, most, pitches)

    def recall(self, step: int, pitches: int) -> tuple[int, Moment, list[Played]] | None:
        """The nearest moment at or before ``step``, its step, and what was played from there to ``step`` - 1.

        None when the song was never played up to there in one go.
        """
        walked: list[Played] = []
        at = step
        while at not in self._moments:
            at -= 1
            played = self._steps.get(at, pitches)
            if played is None:
                return None
            walked.append(played)
        return at, self._moments[at], walked[::-1]

    def _drop(self, step: int) -> None:
        moment = self._moments.pop(step, None)
        if self._bars.pop(step, None) is not None and moment is not None:
            self._bytes -= _size(moment)

    def _thin(self) -> None:
        self._bars_apart *= 2
        for step in [step for step, bar in self._bars.items() if bar % self._bars_apart]:
            self._drop(step)


def _size(moment: Moment) -> int:
    return 2 * moment.before.nbytes + _bytes(moment.hidden)


def _bytes(state: Any) -> int:
    return sum(map(_bytes, state)) if isinstance(state, tuple) else int(getattr(state, "nbytes", 32))
