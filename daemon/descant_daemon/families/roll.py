"""A piano-roll LSTM at work: every pitch of a step is a coin of its own, given the past alone (CS224d 2015)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_daemon.engine.choice import Array, Line
from descant_daemon.families.along_time import AlongTime
from descant_daemon.families.sweep import Drafts
from descant_daemon.model.model_files import ModelFiles
from descant_daemon.note_state import ARTICULATE, PLAY


class RollNetwork(AlongTime):
    """What is kept of a step along time are the logits of every pitch, ``[P, 2]``."""

    def __init__(self, files: ModelFiles) -> None:
        """Checked. Raises DescantError when it cannot run."""
        super().__init__(files)
        self.try_out()

    def draw(self, lines: Sequence[Line]) -> tuple[Array, Array]:
        """See ``AlongTime``."""
        return draw(lines)


def draw(lines: Sequence[Line]) -> tuple[Array, Array]:
    """See ``sweep.Draw``. What is given is not heard; its pitches are not ours."""
    known, whose, given, over, _ = Drafts.of(lines)
    logits = known[whose]
    chosen = np.zeros_like(given)
    chosen[:, :, PLAY] = (given[:, :, PLAY] == 0) & (logits[:, :, PLAY] > over[:, :, PLAY])
    chosen[:, :, ARTICULATE] = chosen[:, :, PLAY] * (logits[:, :, ARTICULATE] > over[:, :, ARTICULATE])
    return chosen, logits
