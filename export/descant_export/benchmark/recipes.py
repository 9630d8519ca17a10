"""How the networks of the tables are trained: configs of the one trainer, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from descant_daemon.note_state import PitchRange
from descant_export.benchmark.sets import PIANO_16THS, RollSet
from descant_export.families.published_kernels import PIANO, SEVENTY_EIGHT
from descant_export.training.config import Config

SEGMENT = 128  # steps a crop; far longer than what is heard at once, short enough to draw many
SEGMENTS = {"jsb": 64}  # a chorale's median is 57
MARGIN = 3  # semitones around what training plays, for a network that leaves out the rest
EVALUATE_STEPS = 30_000  # training steps between two looks at validation, but at least one epoch
UNCLIPPED = 1e9
ENDLESS = 1_000_000_000  # updates: the run ends when it has lost its patience


def _every(_: RollSet) -> PitchRange:
    return PIANO


def _played(roll_set: RollSet) -> PitchRange:
    """What training plays, and a margin; the rest is scored by its rate (``scoring.mean_log_likelihood``)."""
    played = roll_set.rates()[:, 0] > 1.5 / (roll_set.train_steps + 2)
    rows = [row for row, plays in enumerate(played) if plays]
    low = max(PIANO.low, roll_set.pitches.low + rows[0] - MARGIN)
    high = min(PIANO.high, roll_set.pitches.low + rows[-1] + MARGIN)
    return PitchRange(low, high)


@dataclass(frozen=True)
class Recipe:
    """``values``: of a ``Config``, where they are not those of ``PLAIN``.

    ``pitches``: those that the network computes. ``segment``: steps a crop; the set's own where it is None.
    ``update_steps``: steps of all crops of an update, where the machine has no reason for more. ``evaluate_steps``:
    between two looks at validation, but at least one epoch. ``sets``: those that it trains on; None is the four.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    pitches: Callable[[RollSet], PitchRange] = _every
    segment: int | None = None
    update_steps: int = 512
    evaluate_steps: int = EVALUATE_STEPS
    sets: tuple[str, ...] | None = None

    def crops(self, name: str) -> int:
        """Crops an update, of the set called ``name``."""
        return self.update_steps // self.crop_steps(name)

    def crop_steps(self, name: str) -> int:
        """Steps a crop of the set called ``name``."""
        return self.segment or SEGMENTS.get(name, SEGMENT)

    def config(self, name: str, roll_set: RollSet, seed: int, batch: int) -> Config:
        """Of a run of ``batch`` crops an update, with the network called ``name``."""
        pitches, segment = self.pitches(roll_set), self.crop_steps(roll_set.name)
        between = max(roll_set.train_steps, self.evaluate_steps)
        values: dict[str, Any] = {
            **PLAIN,
            **self.values,
            "table": name,
            "pitch_low": pitches.low,
            "pitch_high": pitches.high,
            "batch": batch,
            "segment": segment,
            "evaluate_every": max(1, round(between / (batch * segment))),
            "seed": seed,
        }
        return Config.from_dict(values)


PLAIN: Mapping[str, Any] = {
    "family": "tables",
    "styles": ("roll",),
    "schedule": "constant",
    "warm_up": 0,
    "clip": UNCLIPPED,
    "updates": ENDLESS,
    "transpose": 0,
    "given": {"none": 1.0},
    "patience": 12,
    "sample_bars": 0,
}
# He does not say the length of a crop, the size of a batch, nor when he stopped.
JOHNSON_2017 = Recipe({"optimiser": "rmsprop", "learning_rate": 0.001})

RECIPES: dict[str, Recipe] = {
    "johnson-2017": JOHNSON_2017,
    "johnson-2017-tp-nade": JOHNSON_2017,
    "johnson-2017-tp-nade-below": JOHNSON_2017,
    # The poster says no more than the sizes.
    "roll-lstm": Recipe(
        {"warm_up": 50, "clip": 88.0, "average": 0.99, "patience": 5, "fall": 0.5, "falls": 3}
        | {"weight_decay": 0.02, "beta2": 0.99},
        update_steps=2048,
        evaluate_steps=2 * EVALUATE_STEPS,
    ),
    # Kotecha & Young §3.1; batch and crop from their notebook, its layers from Johnson's blog.
    "kotecha-young-2018": Recipe(
        {"optimiser": "adadelta", "learning_rate": 1.0},
        lambda _: SEVENTY_EIGHT,
        segment=128,
        update_steps=5 * 128,
        sets=(PIANO_16THS,),
    ),
    "descant-1": Recipe(
        {"warm_up": 100, "clip": 88.0, "average": 0.998, "patience": 5, "fall": 0.5, "falls": 4}
        | {"weight_decay": 0.02, "beta2": 0.99},
        _played,
    ),
}
