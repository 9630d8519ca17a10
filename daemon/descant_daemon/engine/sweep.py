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
    Of more notes than ``voices`` the likeliest stay, by their chance and the dice together.
    """
    ours, logits = climbed(axis, lines)
    counts = ours[:, :, PLAY].sum(1)
    for line, chosen, each, count in zip(lines, ours, logits, counts, strict=True):
        if count > line.choice.voices:
            _thin(chosen, each[:, PLAY] - line.choice.thresholds[:, PLAY], line.choice.voices)
    return [Chosen(chosen, _velocities(chosen, each)) for chosen, each in zip(ours, logits, strict=True)]


def climbed(axis: NoteAxis, lines: Sequence[Line]) -> tuple[Array, Array]:
    """Our notes ``[L, P, 2]`` and the logits they were drawn from ``[L, P, 2 + V]``.

    Those of velocities are there for struck notes; all end where a line may have no more. However many voices.
    """
    count = len(lines)
    # Each of the one kind that the climb is compiled for: in C's order, and such as may be written to.
    given = np.array([line.given for line in lines])
    known = lines[0].context[None] if count == 1 else np.stack([line.context for line in lines])
    over = np.array([line.choice.thresholds for line in lines])
    follow = np.array([line.choice.follow for line in lines], np.float32)
    chosen, logits = np.zeros(given.shape, np.float32), np.zeros((*given.shape[:2], axis.outputs), np.float32)
    climb(known, given, over, follow, axis.climbing, axis.vicinity, chosen, logits)
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
