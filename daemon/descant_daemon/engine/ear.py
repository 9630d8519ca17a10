"""What an instance hears of the key: from the player's notes while he plays, else from ours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.asking import Ask
from descant_daemon.engine.key import HEARINGS, LOOK_BACK, Array, evidence
from descant_daemon.engine.state_cache import SongMemory
from descant_daemon.note_state import PLAY

EARLIER = 3  # bars


class Believed(NamedTuple):
    """How likely each key of a hearing is, ``[K]``: ``now``, and as it was ``EARLIER`` bars ago."""

    now: Array
    earlier: Array


class Ear:
    """What led to the beat is heard once, what has come since in every step."""

    def __init__(self, memory: SongMemory, keys: NDArray[np.int_]) -> None:
        """``keys [P]``: the MIDI keys of the model."""
        self._memory = memory
        self._keys = keys
        # Where, as whose hearing; believed; whether he played.
        self._until: tuple[tuple[int, int, int, str], Believed, bool] | None = None

    def believed(self, ask: Ask) -> Believed:
        """Of the keys of the plan's hearing, in the step that is asked for; what is given counts, too."""
        plan, low = ask.sampling.plan, int(self._keys[0])
        beat, hearing = plan.beat, HEARINGS[plan.key_hearing]
        since = ask.step_in_bar % beat
        begins = ask.step - since
        where = begins, ask.steps_per_bar, beat, plan.key_hearing
        if self._until is None or self._until[0] != where or ask.jump:
            before = self._before(begins, LOOK_BACK * ask.steps_per_bar)
            # Whole beats, as they lie now.
            before = before[len(before) % beat :]
            alone = (before[:, 0] > before[:, 1]) & (before[:, 0, :, :1] > before[:, 1, :, :1])
            played = bool(alone[..., PLAY].any())
            heard = evidence(alone if played else before[:, 1] > 0, low, beat)
            recent = EARLIER * ask.steps_per_bar // beat
            earlier = hearing.believed(heard[:-recent])
            self._until = where, Believed(hearing.believed(heard[-recent:], earlier), earlier), played
        _, found, played = self._until
        last = self._before(ask.step, since)
        alone = (last[:, 0] > last[:, 1]) & (last[:, 0, :, :1] > last[:, 1, :, :1])
        given = ask.given[None] > 0
        if not (played or alone.any() or given.any()):
            return found
        now = hearing.believed(evidence(np.concatenate([alone, given]), low, beat), found.now)
        return found._replace(now=now)

    def _before(self, step: int, most: int) -> NDArray[np.uint8]:
        return self._memory.before(step, most, len(self._keys))
