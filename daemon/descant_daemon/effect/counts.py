"""What is counted, so that nothing is hidden."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Counts:
    """Since the start of the daemon."""

    steps: int = 0  # steps whose tick has passed
    notes: int = 0  # notes of ours that were struck
    late: int = 0  # steps whose answer did not come in time: what sounded was held
    asked_again: int = 0  # steps that were asked again because a key came on or after their tick
    stale: int = 0  # answers to questions that had been overtaken
    outside: int = 0  # keys of the player's beyond the model's range
    engine_lost: int = 0  # times the engine process had to be replaced
