"""The tune moves to another key half-way: how long is it before the answer is there too?

The test is that of ReaLchords (Wu et al. 2025, arXiv 2506.14723), with a tune that goes up by a semitone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from descant_daemon.engine.key import Key
from descant_export.evaluate.judge.harmony.measured import Heard, Share, added
from descant_export.evaluate.judge.harmony.tune_key import moved, outside

UP = 1  # semitones
ENOUGH = 0.15  # share out of the new key, with which it is found


class Shock(NamedTuple):
    """``before``: out of the old key until then; ``after``: out of the new one, bar by bar from then on."""

    before: Share
    after: tuple[Share, ...]

    @property
    def bars(self) -> int | None:
        """Bars that pass before one with at most ``ENOUGH`` outside; None where there is none."""
        return next((at for at, bar in enumerate(self.after) if bar.whole and bar.value <= ENOUGH), None)

    def as_values(self) -> dict[str, object]:
        """For JSON; NaN where nothing sounded."""
        return {
            "before": self.before.value,
            "after": [bar.value for bar in self.after],
            "bars": self.bars,
        }


def shock(heard: Heard, key: Key, bar: int) -> Shock:
    """``key``: that of the tune as it begins; ``bar``: the number of the first one that is moved, from 0."""
    step = bar * heard.bar
    old, new = (outside(heard.others, each) for each in (key, moved(key, UP)))
    sounding = heard.others.sum(1)
    bars = np.arange(step, heard.steps, heard.bar)
    return Shock(
        Share(float(old[:step].sum()), float(sounding[:step].sum())),
        tuple(
            Share(float(new[at : at + heard.bar].sum()), float(sounding[at : at + heard.bar].sum()))
            for at in bars.tolist()
        ),
    )


def pooled(shocks: Sequence[Shock]) -> Shock:
    """Bar by bar; where takes are of unlike length, of those that last."""
    longest = max(len(each.after) for each in shocks)
    return Shock(
        added(each.before for each in shocks),
        tuple(added(each.after[at] for each in shocks if at < len(each.after)) for at in range(longest)),
    )
