"""Expression: how Descant's notes are struck. Velocity after the player and the metre, length, unevenness."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.effect.modes import mode_of
from descant_daemon.engine.uniforms import TOUCH, uniforms
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.metre_map import Bars

SHORTEST, LONGEST = 10_000_000, 60_000_000_000  # ns, of a note that is as short as the player's
MIDDLING = Parameters.velocity
LOUDEST = 24  # velocity, above and below the middle
BAR, HALF_BAR, BEAT, OFF_BEAT, BETWEEN = 1.0, 0.5, 0.25, -0.5, -1.0
MOST_VELOCITY = 12  # to either side
MOST_DELAY = 20_000_000  # ns
CHORD = 60_000_000  # ns within which keys are pressed together
JOINED = 0.2  # of a note's length: a shorter gap is none
LATELY = 4  # notes or chords that are looked back on
MOST_OF_STEP = 0.25  # a note comes before the next step whatever the tempo


class Unevenness(NamedTuple):
    """Of touch: every key of every step has its own, drawn from the place in the song.

    By MIDI key: ``louder`` in velocity, ``later`` in ns; never early."""

    louder: NDArray[np.int_]
    later: NDArray[np.int_]


class NoteExpression(NamedTuple):
    """How notes are struck: MIDI channel 0 to 15, velocity 1 to 127, ``gate`` ns until they end by themselves.

    ``moved``: by how much a velocity that the model says is moved; None where nobody heeds what it says.
    ``uneven`` is of the step, ``since``: ns since its tick; ``latest``: ns by which a note is late at most.
    """

    channel: int
    velocity: int
    gate: int | None = None
    moved: int | None = None
    uneven: Unevenness | None = None
    since: int = 0
    latest: int = 0

    def velocity_of(self, key: int, said: int = 0) -> int:
        """1 to 127; ``said``: what the model says of the note, 0 is nothing."""
        louder = 0 if self.uneven is None else int(self.uneven.louder[key])
        velocity = said + self.moved if said and self.moved is not None else self.velocity
        return min(127, max(1, velocity + louder))

    def delay_of(self, key: int) -> int:
        """Ns from now until the key is struck."""
        later = 0 if self.uneven is None else int(self.uneven.later[key])
        return max(0, min(later, self.latest) - self.since)


class Articulation:
    """How long the player holds notes where the keys come apart: what ours are to be as short as.

    A note is judged when the next one comes: only then is it known whether it was held up to it.
    """

    def __init__(self) -> None:
        self._lately: deque[int | None] = deque(
            maxlen=LATELY
        )  # ns; None for a note that was held up to the next
        self._began: int | None = None
        self._ended: int | None = None

    def press(self, now: int) -> None:
        """A key goes down, at ``now`` ns."""
        began, ended = self._began, self._ended
        if began is not None and now - began < CHORD:
            return
        if began is not None:
            apart = ended is not None and now - ended >= JOINED * (ended - began)
            self._lately.append(ended - began if ended is not None and apart else None)
        self._began, self._ended = now, None

    def all_up(self, now: int) -> None:
        """No key is held any more."""
        self._ended = now

    @property
    def detached(self) -> int | None:
        """The typical length in ns; None where most notes were held up to the next, or none is known."""
        short = [length for length in self._lately if length is not None]
        return int(median(short)) if 2 * len(short) > len(self._lately) else None


class Expression:
    """Of one instance."""

    def __init__(self, instance: int) -> None:
        """``instance`` tells apart the hands of several instances that share a seed."""
        self._instance = instance
        self._uneven: tuple[tuple[float, int, int, int], Unevenness] | None = None

    def prepare(self, parameters: Parameters, step: int) -> Unevenness | None:
        """Throw the dice of a step; half a step ahead, so that its tick need not."""
        if not parameters.humanise:
            return None
        whose = parameters.humanise, parameters.seed, parameters.variation, step
        if self._uneven is None or self._uneven[0] != whose:
            amount, seed, variation, _ = whose
            self._uneven = whose, humanize(amount, seed, self._instance, variation, step)
        return self._uneven[1]

    def of_notes(
        self,
        parameters: Parameters,
        step: int,
        bars: Bars,
        loudness: int | None,
        detached: int | None,
        step_length: float,
    ) -> NoteExpression:
        """Of the notes of ``step``. ``loudness``: of the player's loudest key; ``detached``: see ``Articulation``.

        ``step_length`` in ns. What the model says of a note is moved by as much as the player, the knob and the
        metre move a middling touch.
        """
        follow = parameters.velocity_follow if loudness is not None else 0.0
        velocity = parameters.velocity + follow * ((loudness or 0) - parameters.velocity)
        velocity += louder(parameters.accent, step, bars)
        gate = int(parameters.gate * step_length) if parameters.articulation == "gate" else None
        if detached is not None and parameters.length_follow:
            theirs = int(max(SHORTEST, min(detached / parameters.length_follow, LONGEST)))
            gate = theirs if gate is None else min(gate, theirs)
        latest = 0 if mode_of(parameters).off_grid else int(MOST_OF_STEP * step_length)
        return NoteExpression(
            parameters.channel - 1,
            min(127, max(1, round(velocity))),
            gate,
            round(velocity) - MIDDLING if parameters.velocity_source == "model" else None,
            self.prepare(parameters, step),
            latest=latest,
        )


def humanize(amount: float, seed: int, instance: int, variation: int, step: int) -> Unevenness:
    """As uneven as ``amount`` (0 to 1) says."""
    drawn = uniforms(seed, instance, variation, step, TOUCH)
    louder = np.rint(amount * MOST_VELOCITY * (2 * drawn[:, 0] - 1))
    return Unevenness(louder.astype(int), (amount * MOST_DELAY * drawn[:, 1]).astype(int))


def weight(step: int, bars: Bars) -> float:
    """How heavy a step is in its bar: 1 on the first of it, down to -1 between the off-beats.

    ``step`` counts from the song's first.
    """
    bar, beat, within = bars.length, bars.pulse, bars.within(step)
    if not within:
        return BAR
    if within % beat == 0:
        return HALF_BAR if 2 * within == bar else BEAT
    return OFF_BEAT if within * (3 if bars.metre.compound else 2) % beat == 0 else BETWEEN


def louder(amount: float, step: int, bars: Bars) -> float:
    """Velocity to add for the accent of a step, 0 when ``amount`` is."""
    return amount * LOUDEST * weight(step, bars) if amount else 0.0
