"""How fast and how far: the learning rate, and the curriculum that Kotecha & Young §4.3 propose.

Their two proposals: "training could begin on very short time segments and increase to very long segments", and
"train on a succession of increasingly difficult songs".
"""

from __future__ import annotations

import math
from typing import NamedTuple

from descant_export.training.config import Config

STAGES = 4
"""The first segments are an eighth of the full length, drawn from the easiest quarter of the pieces."""
LOWEST = 0.01  # of the learning rate, at the end of the cosine


class Lesson(NamedTuple):
    """An update's segments: how long, how many, and from what share of the pieces, easy ones first."""

    segment: int
    rows: int
    pieces: float


def lesson(config: Config, update: int) -> Lesson:
    """What update ``update`` learns. Short segments are the more, so that an update costs about the same."""
    ahead = config.curriculum * config.updates
    if update >= ahead:
        return Lesson(config.segment, config.batch, 1.0)
    stage = 1 + int((STAGES - 1) * update / ahead)
    shorter = 2 ** (STAGES - stage)
    length = max(2, config.segment // shorter)
    return Lesson(length, config.batch * config.segment // length, stage / STAGES)


def learning_rate(config: Config, update: int) -> float:
    """Linear warm-up, then what the schedule says."""
    if update < config.warm_up:
        return config.learning_rate * (update + 1) / config.warm_up
    if config.schedule == "constant":
        return config.learning_rate
    share = (update - config.warm_up) / max(1, config.updates - config.warm_up)
    return config.learning_rate * (LOWEST + (1 - LOWEST) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))
