"""What is measured: the tune, and what sounds with it, step by step; and a figure, so much out of so much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, EVERY_KEY, PLAY
from descant_daemon.settings.metre import Metre
from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge.harmony.chords import Sets, sets_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Share(NamedTuple):
    """``part`` of ``whole``; of several pieces parts and wholes are added, so a long piece counts for more."""

    part: float = 0.0
    whole: float = 0.0

    @property
    def value(self) -> float:
        """NaN where there was nothing to count."""
        return self.part / self.whole if self.whole else float("nan")


def share_of(yes: NDArray[np.bool_], among: NDArray[np.bool_]) -> Share:
    """How many of ``among`` are ``yes``; both of one shape."""
    return Share(float((yes & among).sum()), float(among.sum()))


def added(shares: Iterable[Share]) -> Share:
    """All of them as one."""
    parts, wholes = zip(*shares, strict=True)
    return Share(sum(parts), sum(wholes))


class Heard(NamedTuple):
    """At sixteenths from a bar line on, each ``[steps, 128]``.

    ``tune``, ``others``: keys that sound, of the player and of who answers; ``tune_struck``, ``others_struck``: of
    these, the ones that begin. ``bar``, ``beat``: their steps.
    """

    tune: Bools
    others: Bools
    tune_struck: Bools
    others_struck: Bools
    bar: int
    beat: int

    @property
    def steps(self) -> int:
        """How many."""
        return len(self.tune)

    @property
    def together(self) -> Bools:
        """What sounds, whoever plays it."""
        return self.tune | self.others

    @property
    def sets(self) -> Sets:
        """``[steps]``: the set of pitch classes that sounds."""
        return sets_of(self.together)

    @property
    def on_beats(self) -> Heard:
        """The steps on the beats alone."""
        at = slice(None, None, self.beat)
        return self._replace(
            tune=self.tune[at],
            others=self.others[at],
            tune_struck=self.tune_struck[at],
            others_struck=self.others_struck[at],
        )


def heard(piece: Piece, metre: Metre, tunes: int = 1) -> Heard:
    """A piece that begins on a bar line; its first voice is the tune, or with ``tunes=0`` none is."""
    tune = piece.state(range(tunes), EVERY_KEY).astype(bool)
    others = piece.state(range(tunes, piece.voices), EVERY_KEY).astype(bool)
    return Heard(
        tune[..., PLAY],
        others[..., PLAY],
        tune[..., ARTICULATE],
        others[..., ARTICULATE],
        metre.steps_per_bar(4),
        metre.steps_per_pulse(4),
    )


def highest(play: Bools) -> Ints:
    """``[n]``: the highest key of each row, -1 where there is none."""
    top = play.shape[1] - 1 - play[:, ::-1].argmax(1)
    return np.asarray(np.where(play.any(1), top, -1), np.int64)


def lowest(play: Bools) -> Ints:
    """``[n]``: the lowest key of each row, -1 where there is none."""
    return np.asarray(np.where(play.any(1), play.argmax(1), -1), np.int64)
