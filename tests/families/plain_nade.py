"""A NADE along pitch written slowly, in float64, from the equations of Johnson (2017, §2.1 and §3.1)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.choice import Chosen, Line
from descant_daemon.engine.loudness import expected
from descant_daemon.note_state import ARTICULATE, PLAY

Floats = NDArray[np.float64]
REACH = {"centred": range(-12, 13), "below": range(-24, 1)}


class PlainNade:
    """Random weights; ``window [62, H]`` and ``output [H, 2 + V]`` as a file has them."""

    def __init__(self, seed: int, *, hidden: int = 9, velocities: int = 0, reach: str = "centred") -> None:
        rng = np.random.default_rng(seed)
        self.hidden, self.reach = hidden, REACH[reach]
        self.window = rng.normal(0, 1.0, (62, hidden)).astype(np.float32)
        self.output = rng.normal(0, 1.0, (hidden, 2 + velocities)).astype(np.float32)
        self.eagerness = -1.5

    def known(self, rng: np.random.Generator, pitches: int) -> NDArray[np.float32]:
        known = rng.normal(0, 1.0, (pitches, self.hidden + self.output.shape[1])).astype(np.float32)
        known[:, self.hidden] += self.eagerness
        return known

    def notes(self, pitch: int, sounding: Any) -> Floats:
        """x_n of what sounds in this step, ``[P, 2]``, as far as it is known: two octaves, and pitch classes."""
        others = [each for each in range(len(sounding)) if each != pitch]
        window = [
            float(sounding[pitch + away, plane]) if pitch + away in others else 0.0
            for away in self.reach
            for plane in (PLAY, ARTICULATE)
        ]
        classes = np.zeros(12)
        for each in others:
            classes[(each - pitch) % 12] += sounding[each, PLAY]
        return np.array([*window, *classes])

    def logits(self, known: Any, notes: Floats) -> Floats:
        """h = sigmoid(b_h + W_yh y + W x), p(v) = sigmoid(b_v + W_yv y + V h), less the last sigmoid."""
        sums = known[: self.hidden].astype(float) + notes @ self.window.astype(float)
        units = 1 / (1 + np.exp(-sums))
        return np.asarray(known[self.hidden :].astype(float) + units @ self.output.astype(float))

    def chosen(self, line: Line, draft: int) -> tuple[Chosen, Floats, dict[int, float]]:
        """From the lowest pitch up; what each free pitch was drawn from, and by how much those that play passed."""
        known, given, choice = line
        ours, velocities = np.zeros_like(given), np.zeros(len(given), np.uint8)
        found, margins = np.zeros((len(given), self.output.shape[1])), dict[int, float]()
        for pitch in range(len(given)):
            if given[pitch, PLAY]:
                continue
            logits = self.logits(known[pitch], self.notes(pitch, given + ours))
            if choice.follow and given.any():
                alone = self.logits(known[pitch], self.notes(pitch, ours))
                logits[:2] += choice.follow * (logits[:2] - alone[:2])
            found[pitch] = logits
            plays, struck = self.shifted(line, pitch, logits)
            dice = choice.dice[draft, pitch]
            if choice.allowed[pitch] and choice.voices and dice[PLAY] < plays:
                again = not choice.sounding[pitch] or dice[ARTICULATE] < struck
                ours[pitch], margins[pitch] = (1, float(again)), plays - dice[PLAY]
                if again and len(logits) > 2:
                    velocities[pitch] = expected(logits[None, 2:].astype(np.float32))[0]
        while len(margins) > choice.voices:
            least = min(margins, key=margins.__getitem__)
            ours[least], velocities[least] = 0, 0
            del margins[least]
        return Chosen(ours, velocities), found, margins

    @staticmethod
    def shifted(line: Line, pitch: int, logits: Floats) -> tuple[float, float]:
        """Log-odds of playing and of striking, with temperature about one chance in 13, odds and bias."""
        choice = line.choice
        favour, again = (0.0, 0.0) if choice.bias is None else choice.bias[pitch]
        plays = math.log(choice.odds) + (logits[0] + 2.5) / choice.temperature - 2.5 + favour
        return plays, logits[1] / choice.temperature + again
