"""What all sweeps over the pitches share: drafts of each line in one batch, no more than its voices, the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.choice import Array, Chosen, Line
from descant_daemon.engine.loudness import Velocities, expected
from descant_daemon.note_state import ARTICULATE, PLAY, State

Draw = Callable[[Sequence[Line]], tuple[Array, Array]]
"""Descant's notes of every draft of every line, ``[D, P, 2]``, and the logits they were drawn from ``[D, P, 2 + V]``.

Those of velocities are there for struck notes. However many voices.
"""


class Drafts(NamedTuple):
    """Lines as machine code takes them: each array of the one kind that it is compiled for, in C's order, writable.

    ``known [K, ...]``: what the network along time said; ``whose [D]``: which of it is a draft's; ``given [D, P, 2]``;
    ``over [D, P, 2]``: the logits beyond which a pitch plays and is struck; ``follow [D]``: guidance, 0 for none.
    """

    known: Array
    whose: NDArray[np.int64]
    given: Array
    over: NDArray[np.float64]
    follow: Array

    @staticmethod
    def of(lines: Sequence[Line]) -> Drafts:
        """All drafts of all lines, in order; of one, the usual case, in few calls, for each of them is cold."""
        if len(lines) == 1:
            (context, given, choice) = lines[0]
            count = len(choice.dice)
            return Drafts(
                context[None],
                np.zeros(count, np.int64),
                np.repeat(given[None], count, axis=0),
                np.ascontiguousarray(choice.thresholds),
                np.full(count, choice.follow, np.float32),
            )
        drafts = [len(line.choice.dice) for line in lines]
        whose = np.repeat(np.arange(len(lines)), drafts)
        return Drafts(
            np.stack([line.context for line in lines]),
            whose,
            np.array([line.given for line in lines])[whose],
            np.ascontiguousarray(np.concatenate([line.choice.thresholds for line in lines])),
            np.array([line.choice.follow for line in lines], np.float32)[whose],
        )


def sweep(draw: Draw, lines: Sequence[Line]) -> list[Chosen]:
    """Descant's own notes of the step, for each line; the given ones are clamped and not among them.

    With ``follow`` the network is also asked as if nothing were given, and its logits are moved away from
    that answer (classifier-free guidance, Ho & Salimans 2022).
    Of more notes than ``voices`` the likeliest stay, by their chance and the dice together. Every draft of every
    line is drawn at once; of a line's drafts one is played, see ``Choice.best``.
    """
    ours, logits = draw(lines)
    answers, at = [], 0
    for line in lines:
        choice, drafts = line.choice, slice(at, at + len(line.choice.dice))
        chosen, found = ours[drafts], logits[drafts]
        for index in np.flatnonzero(chosen[:, :, PLAY].sum(1) > choice.voices):
            _thin(chosen[index], found[index, :, PLAY] - choice.thresholds[index, :, PLAY], choice.voices)
        best = choice.best(chosen, found[:, :, :2], line.given)
        velocities = _velocities(chosen[best], found[best])
        answers.append(choice.revised(Chosen(chosen[best], velocities), found[best, :, :2], line.given))
        at = drafts.stop
    return answers


def _thin(chosen: State, margins: NDArray[np.float64], voices: int) -> None:
    """Leave the ``voices`` notes that passed their dice by the widest margins."""
    playing = np.flatnonzero(chosen[:, PLAY])
    chosen[playing[np.argsort(-margins[playing], kind="stable")[voices:]]] = 0


def _velocities(chosen: State, logits: Array) -> Velocities:
    velocities = np.zeros(len(chosen), np.uint8)
    if logits.shape[1] > 2:
        struck = chosen[:, ARTICULATE] > 0
        velocities[struck] = expected(logits[struck, 2:])
    return velocities
