"""The sweep from the lowest pitch up: sample every pitch, each knowing the choices below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.network import Array, Network
from descant_daemon.note_state import ARTICULATE, PLAY, State

# Temperature turns about this logit (one chance in 13), not about 0: a note is one of many that could be
# struck, so even the best is seldom likelier than not, and sharpening about 0 would only make silence.
PIVOT = -2.5
STRETCH = 16  # pitches in one call: most are silent, so a guess of silence holds for long stretches


@dataclass(frozen=True)
class Choice:
    """How a step is to be sampled.

    ``uniforms``: ``[P, 2]``; ``allowed``: ``[P]`` bool, pitches that may be chosen;
    ``sounding``: ``[P]`` bool, our own notes of the step before (anything else must be struck);
    ``odds``: the odds of each note are multiplied by it; ``voices``: most notes chosen at once;
    ``follow``: how far to go beyond the model in heeding what is given, 0 not at all.
    """

    uniforms: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    sounding: NDArray[np.bool_]
    temperature: float
    odds: float
    voices: int
    follow: float = 0.0


def sweep(network: Network, context: Array, given: State, choice: Choice) -> State:
    """Our own notes of the step ``[P, 2]``; the given ones are clamped and not among them.

    A stretch of pitches is computed as if nothing of ours sounded in it; up to the first pitch that
    does, this was right, and the stretch is computed again with that pitch in place. The result is that
    of one call a pitch.

    With ``follow`` the network is also asked as if nothing were given, and its logits are moved away from
    that answer (classifier-free guidance, Ho & Salimans 2022).
    """
    pitches = len(given)
    whole = given.copy()  # given and chosen together, as the pitches above see them
    chosen = np.zeros_like(given)
    free = choice.allowed & (given[:, PLAY] == 0)
    guided = choice.follow > 0 and bool(given.any())
    nothing = np.zeros_like(given)
    hidden, left = network.note_start, choice.voices
    hidden_alone = after_alone = network.note_start
    for first in range(0, pitches, STRETCH):
        last = min(first + STRETCH, pitches)
        begin = first
        while True:
            if not left:
                return chosen
            lower = _lower(whole, first, last)
            logits, after = network.along_pitch(context, given, first, lower, hidden)
            if guided:
                alone, after_alone = network.along_pitch(context, nothing, first, lower, hidden_alone)
                logits = logits + np.float32(choice.follow) * (logits - alone)
            play = _chance(logits[:, PLAY], choice.temperature, PIVOT, choice.odds)[begin - first :]
            hits = np.flatnonzero((choice.uniforms[begin:last, PLAY] < play) & free[begin:last])
            if not len(hits):
                break
            row = begin + int(hits[0])
            struck = _chance(logits[row - first, ARTICULATE], choice.temperature, 0.0, 1.0)
            held = choice.sounding[row] and choice.uniforms[row, ARTICULATE] >= struck
            whole[row] = chosen[row] = (1, 0 if held else 1)
            begin, left = row + 1, left - 1
            if begin == last:
                break  # nothing above it in this stretch: what was computed holds
        hidden, hidden_alone = after, after_alone
    return chosen


def _lower(whole: State, first: int, last: int) -> Array:
    """The choice below each pitch of the stretch."""
    if first:
        return whole[first - 1 : last - 1]
    return np.concatenate([np.zeros((1, 2), np.float32), whole[: last - 1]])


def _chance(
    logit: NDArray[np.floating[Any]], temperature: float, pivot: float, odds: float
) -> NDArray[np.float64]:
    """Probabilities after temperature, with the odds multiplied; in double, so rounding is no dice."""
    scaled = np.clip((np.asarray(logit, np.float64) - pivot) / temperature + pivot, -60, 60)
    return np.asarray(odds / (odds + np.exp(-scaled)))
