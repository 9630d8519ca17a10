"""What an instance hears of the key: from the player's notes while he plays, else from ours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.asking import Ask
from descant_daemon.engine.key import LOOK_BACK, Array, believed, evidence
from descant_daemon.engine.memory import SongMemory
from descant_daemon.note_state import PLAY


class Ear:
    """What led to the beat is heard once, what has come since in every step."""

    def __init__(self, memory: SongMemory, keys: NDArray[np.int_]) -> None:
        """``keys [P]``: the MIDI keys of the model."""
        self._memory = memory
        self._keys = keys
        self._until: tuple[tuple[int, int, int], Array, bool] | None = (
            None  # where, believed, whether he played
        )

    def key_chances(self, ask: Ask) -> Array:
        """How likely each of ``key.KEYS`` is in the step that is asked for, ``[24]``; what is given counts, too."""
        beat, low = ask.sampling.plan.beat, int(self._keys[0])
        since = ask.step_in_bar % beat
        begins = ask.step - since
        where = begins, ask.steps_per_bar, beat
        if self._until is None or self._until[0] != where or ask.jump:
            before = self._before(begins, LOOK_BACK * ask.steps_per_bar)
            # Whole beats, as they lie now.
            before = before[len(before) % beat :]
            alone = (before[:, 0] > before[:, 1]) & (before[:, 0, :, :1] > before[:, 1, :, :1])
            played = bool(alone[..., PLAY].any())
            heard = evidence(alone if played else before[:, 1] > 0, low, beat)
            self._until = where, believed(heard), played
        _, chances, played = self._until
        now = self._before(ask.step, since)
        alone = (now[:, 0] > now[:, 1]) & (now[:, 0, :, :1] > now[:, 1, :, :1])
        given = ask.given[None] > 0
        if not (played or alone.any() or given.any()):
            return chances
        return believed(evidence(np.concatenate([alone, given]), low, beat), chances)

    def _before(self, step: int, most: int) -> NDArray[np.uint8]:
        return self._memory.before(step, most, len(self._keys))
