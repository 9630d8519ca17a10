"""The sweep from the lowest pitch up: sample every pitch, each knowing the choices below it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.choice import Array, Chosen, Line
from descant_daemon.engine.climb import climb
from descant_daemon.engine.loudness import Velocities, expected
from descant_daemon.engine.note_axis import NoteAxis
from descant_daemon.note_state import ARTICULATE, PLAY, State


def sweep(axis: NoteAxis, lines: Sequence[Line]) -> list[Chosen]:
    """Our own notes of the step, for each line; the given ones are clamped and not among them.

    With ``follow`` the network is also asked as if nothing were given, and its logits are moved away from
    that answer (classifier-free guidance, Ho & Salimans 2022). A line's ``context`` is ``axis.known`` of it.
    Of more notes than ``voices`` the likeliest stay, by their chance and the dice together. Every draft of every
    line climbs at once; of a line's drafts one is played, see ``Choice.best``.
    """
    ours, logits = climbed(axis, lines)
    answers, at = [], 0
    for line in lines:
        choice, drafts = line.choice, slice(at, at + len(line.choice.dice))
        chosen, found = ours[drafts], logits[drafts]
        for index in np.flatnonzero(chosen[:, :, PLAY].sum(1) > choice.voices):
            _thin(chosen[index], found[index, :, PLAY] - choice.thresholds[index, :, PLAY], choice.voices)
        best = choice.best(chosen, found[:, :, :2], line.given)
        answers.append(Chosen(chosen[best], _velocities(chosen[best], found[best])))
        at = drafts.stop
    return answers


def climbed(axis: NoteAxis, lines: Sequence[Line]) -> tuple[Array, Array]:
    """Our notes of every draft of every line, ``[D, P, 2]``, and the logits they were drawn from ``[D, P, 2 + V]``.

    Those of velocities are there for struck notes; all end where a line may have no more. However many voices.
    """
    drafts = [len(line.choice.dice) for line in lines]
    # Each of the one kind that the climb is compiled for: in C's order, and such as may be written to.
    known = lines[0].context[None] if len(lines) == 1 else np.stack([line.context for line in lines])
    whose = np.repeat(np.arange(len(lines)), drafts)
    given = np.array([line.given for line in lines])[whose]
    over = np.ascontiguousarray(np.concatenate([line.choice.thresholds for line in lines]))
    follow = np.array([line.choice.follow for line in lines], np.float32)[whose]
    chosen, logits = np.zeros(given.shape, np.float32), np.zeros((*given.shape[:2], axis.outputs), np.float32)
    climb(known, whose, given, over, follow, axis.climbing, axis.vicinity, chosen, logits)
    return chosen, logits


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
