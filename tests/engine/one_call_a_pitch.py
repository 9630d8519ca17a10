"""The order of choices written slowly (Kotecha & Young §3.1): what the fast sweep is held against."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.choice import Chosen, Line
from descant_daemon.engine.loudness import expected
from descant_daemon.note_state import ARTICULATE, PLAY


def chosen_slowly(network: Any, line: Line) -> Chosen:
    """The likeliest of those drafts that strike and hold as many notes as the first; the first of equals.

    ``network`` has ``note_start`` and ``along_pitch(context, given, first, lower, hidden)``.
    """
    drafts = [_draft(network, line, dice) for dice in line.choice.dice]
    counts = [(int(each.ours[:, PLAY].sum()), int(each.ours[:, ARTICULATE].sum())) for each, _ in drafts]
    alike = [each for each, count in zip(drafts, counts, strict=True) if count == counts[0]]
    return max(alike, key=lambda each: each[1])[0]


def _draft(network: Any, line: Line, dice: NDArray[np.float64]) -> tuple[Chosen, float]:
    """From the lowest note up, each with the choice just below it; then the least favoured go, one by one.

    And the log-likelihood of what is left, where there was anything to choose.
    """
    context, given, choice = line
    nothing, below, margins = np.zeros_like(given), np.zeros(2, np.float32), dict[int, float]()
    ours, velocities = np.zeros_like(given), np.zeros(len(given), np.uint8)
    hidden = alone_hidden = network.note_start
    odds_of: dict[int, tuple[float, float]] = {}
    for row in range(len(given)):
        heard, hidden = network.along_pitch(context, given, row, below[None], hidden)
        logits = heard[0, :2].astype(float)
        if given.any() and choice.follow:
            alone, alone_hidden = network.along_pitch(context, nothing, row, below[None], alone_hidden)
            logits = (1 + choice.follow) * logits - choice.follow * alone[0, :2]
        if given[row, PLAY]:
            below = given[row]
            continue
        below = np.zeros(2, np.float32)
        favour, again_favour = (0.0, 0.0) if choice.bias is None else choice.bias[row]
        odds = math.log(choice.odds) if choice.odds else -math.inf
        plays = odds + (logits[0] + 2.5) / choice.temperature - 2.5 + favour
        struck = logits[1] / choice.temperature + again_favour
        odds_of[row] = plays, struck
        if choice.allowed[row] and choice.voices and _chance(dice[row, 0]) < _chance(plays):
            again = not choice.sounding[row] or _chance(dice[row, 1]) < _chance(struck)
            below = np.array([1, float(again)], np.float32)
            ours[row], margins[row] = below, plays - dice[row, 0]
            if again and heard.shape[1] > 2:
                velocities[row] = expected(heard[:, 2:])[0]
    while len(margins) > choice.voices:
        least = min(margins, key=margins.__getitem__)
        ours[least], velocities[least] = 0, 0
        del margins[least]
    likelihood = 0.0
    for row, (plays, struck) in odds_of.items():
        if choice.allowed[row]:
            likelihood += _log_chance(plays if ours[row, PLAY] else -plays)
            if ours[row, PLAY] and choice.sounding[row]:
                likelihood += _log_chance(struck if ours[row, ARTICULATE] else -struck)
    return Chosen(ours, velocities), likelihood


def _chance(logit: float) -> float:
    return 0.5 * (1 + math.tanh(logit / 2))


def _log_chance(logit: float) -> float:
    return -math.log1p(math.exp(-logit)) if logit > -700 else logit
