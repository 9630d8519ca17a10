"""A TP-LSTM-NADE at work (Johnson 2017, §2.1): its time axis in ONNX Runtime, its NADE along pitch in machine code.

    for each draft, from the lowest pitch p up:
        a = known[p, :H] + the rows of ``window`` that the notes of this step around p switch on
        h = sigmoid(a)
        logits = known[p, H:] + h @ output            play, articulate, and velocity of a note that is struck
        play where the logit is over the draft's die; articulate likewise

Nothing is carried from pitch to pitch but the notes themselves. What the given notes switch on is the same for all
drafts of a line, and is added up once; a chosen note adds its rows to the pitches above it, so a silent pitch costs its
H sigmoids and the products of its logits alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from descant_daemon.compiled import compiled
from descant_daemon.engine.choice import Array, Line
from descant_daemon.families.along_time import AlongTime
from descant_daemon.families.arithmetic import sigmoid
from descant_daemon.families.sweep import Drafts
from descant_daemon.model.contract import PITCH_CLASSES
from descant_daemon.model.forms import WINDOW, TpNadeMetadata
from descant_daemon.model.model_files import ModelFiles

PLANES = 2


class TpNadeNetwork(AlongTime):
    """What is kept of a step along time is ``known [P, H + 2 + V]``; see ``TpNadeMetadata``."""

    def __init__(self, files: ModelFiles) -> None:
        """Checked; the bytes that were are those that run. Raises DescantError when they cannot."""
        super().__init__(files)
        assert isinstance(files.metadata, TpNadeMetadata)
        self.nade = Nade(files.weights["window"], files.weights["output"], files.metadata.lowest)
        self.try_out()

    def draw(self, lines: Sequence[Line]) -> tuple[Array, Array]:
        """See ``AlongTime``."""
        return self.nade.draw(lines)


class Nade:
    """The weights along pitch: ``window [D, H]``, ``output [H, 2 + V]`` and ``lowest`` of a ``TpNadeMetadata``."""

    def __init__(self, window: Array, output: Array, lowest: int) -> None:
        self._window = np.ascontiguousarray(window, np.float32).copy()
        self._output = np.ascontiguousarray(output.T, np.float32).copy()
        self._lowest = lowest

    def draw(self, lines: Sequence[Line]) -> tuple[Array, Array]:
        """See ``sweep.Draw``. Logits end where a line may have no more notes."""
        known, whose, given, over, follow = Drafts.of(lines)
        chosen = np.zeros(given.shape, np.float32)
        logits = np.zeros((*given.shape[:2], len(self._output)), np.float32)
        choose_upwards(
            known, whose, given, over, follow, self._window, self._output, self._lowest, chosen, logits
        )
        return chosen, logits


@compiled
def choose_upwards(  # noqa: PLR0917 - arrays in, arrays out
    known: Any,
    whose: Any,
    given: Any,
    over: Any,
    follow: Any,
    window: Any,
    output: Any,
    lowest: Any,
    chosen: Any,
    logits: Any,
) -> None:
    """Choose Descant's notes of a step for ``D`` drafts; ``known [K, P, H + 2 + V]``, the rest as ``Drafts`` has it.

    ``window [2 * WINDOW + 12, H]``, ``output [2 + V, H]``. Written: ``chosen [D, P, 2]``, which must be zero, and
    ``logits [D, P, 2 + V]``, of velocities only where a note is struck.
    """
    drafts, pitches = given.shape[:2]
    hidden = window.shape[1]
    heard = np.zeros((pitches, hidden), np.float32)  # what the given notes switch on
    ours = np.zeros((pitches, hidden), np.float32)  # and what Descant has chosen
    units = np.empty(hidden, np.float32)
    held = False
    for draft in range(drafts):
        if draft == 0 or whose[draft] != whose[draft - 1]:
            heard[:] = 0
            held = False
            for key in range(pitches):
                if given[draft, key, 0] > 0:
                    held = True
                    switch_on(heard, key, 0, pitches, given[draft, key], window, lowest)
        ours[:] = 0
        last = 0
        for pitch in range(pitches):
            if given[draft, pitch, 0] == 0 and over[draft, pitch, 0] < np.inf:
                last = pitch + 1
        for pitch in range(last):
            if given[draft, pitch, 0] > 0:
                continue
            of_pitch, found = known[whose[draft], pitch], logits[draft, pitch]
            activate(units, of_pitch, heard[pitch], ours[pitch])
            weigh(found, 0, 2, of_pitch, units, output)
            free = over[draft, pitch, 0] < np.inf
            if held and follow[draft] > 0:
                guide(found, follow[draft], units, of_pitch, ours[pitch], output)
            if free and found[0] > over[draft, pitch, 0]:
                chosen[draft, pitch, 0] = 1
                if found[1] > over[draft, pitch, 1]:
                    chosen[draft, pitch, 1] = 1
                    if len(output) > 2:
                        activate(units, of_pitch, heard[pitch], ours[pitch])
                        weigh(found, 2, len(output), of_pitch, units, output)
                switch_on(ours, pitch, pitch + 1, last, chosen[draft, pitch], window, lowest)


@compiled
def switch_on(sums: Any, key: Any, first: Any, end: Any, note: Any, window: Any, lowest: Any) -> None:
    """Add to the ``sums`` of pitches ``first`` to ``end`` what the ``note [2]`` at ``key`` means there."""
    for pitch in range(first, end):
        if pitch != key:
            row = window[PLANES * WINDOW + (key - pitch) % PITCH_CLASSES]
            place = key - pitch - lowest
            if 0 <= place < WINDOW:
                play, articulate = window[PLANES * place], window[PLANES * place + 1]
                for unit in range(len(row)):
                    sums[pitch, unit] += (
                        row[unit] * note[0] + play[unit] * note[0] + articulate[unit] * note[1]
                    )
            else:
                for unit in range(len(row)):
                    sums[pitch, unit] += row[unit] * note[0]


@compiled
def activate(units: Any, known: Any, heard: Any, ours: Any) -> None:
    """The hidden units of a pitch."""
    for unit in range(len(units)):
        units[unit] = sigmoid(known[unit] + heard[unit] + ours[unit])


@compiled
def weigh(logits: Any, first: Any, last: Any, known: Any, units: Any, output: Any) -> None:
    """Logits ``first`` to ``last``."""
    hidden = len(units)
    for each in range(first, last):
        logits[each] = known[hidden + each] + product(units, output[each])


@compiled
def guide(logits: Any, follow: Any, units: Any, known: Any, ours: Any, output: Any) -> None:
    """Away from what would be said if nothing were given (Ho & Salimans 2022); ``units`` are lost by it."""
    hidden = len(units)
    for unit in range(hidden):
        units[unit] = sigmoid(known[unit] + ours[unit])
    for plane in range(2):
        logits[plane] += follow * (logits[plane] - known[hidden + plane] - product(units, output[plane]))


@compiled
def product(one: Any, other: Any) -> Any:
    """In four sums, so that they need not wait for one another."""
    count = len(one)
    whole = count - count % 4
    a = b = c = d = np.float32(0)
    for at in range(0, whole, 4):
        a += one[at] * other[at]
        b += one[at + 1] * other[at + 1]
        c += one[at + 2] * other[at + 2]
        d += one[at + 3] * other[at + 3]
    for at in range(whole, count):
        a += one[at] * other[at]
    return (a + b) + (c + d)
