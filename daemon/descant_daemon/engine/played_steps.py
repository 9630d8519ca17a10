"""What sounded in the steps of a song, packed, and no more of it than can be kept for ever.

Of a song that goes on and on, the runs of steps that were played longest ago are forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.note_state import State

RUN = 256  # steps that are kept and forgotten together: sixteen bars of sixteenths in 4/4
# Four and a half hours of sixteenths at 120 BPM, 8,192 bars: no song is longer, an installation may be. About 50
# bytes a step for 64 pitches, so 7 MB an instance.
MOST_STEPS = 131_072


class Played(NamedTuple):
    """What sounded in a step: everything, and Descant's part of it, ``[P, 2]`` each; in which ``blend`` of styles."""

    whole: State
    ours: State
    blend: Blend = FIRST_STYLE


@dataclass
class _Run:
    bits: NDArray[np.uint8]
    """``[RUN, bytes]``: (whole, ours), ``[2, P, 2]`` of each step, a bit each."""
    known: bytearray = field(default_factory=lambda: bytearray(RUN))
    blends: list[Blend] = field(default_factory=lambda: [FIRST_STYLE] * RUN)


class PlayedSteps:
    """Of one instance with one model."""

    def __init__(self, most: int = MOST_STEPS) -> None:
        """``most`` steps are kept, in whole runs."""
        self._most = max(1, most // RUN)
        self._runs: dict[int, _Run] = {}  # those that were played longest ago first
        self._blend = FIRST_STYLE  # the last one: most steps have that of the step before

    def put(self, step: int, played: Played) -> range | None:
        """Keep what sounded in ``step``. Returned are the steps that are forgotten for it, if any."""
        number, at = divmod(step, RUN)
        bits = np.packbits(np.concatenate(played[:2]).astype(np.bool_))
        run = self._runs.pop(number, None)
        if run is None:
            run = _Run(np.zeros((RUN, len(bits)), np.uint8))
        self._runs[number] = run
        run.bits[at] = bits
        run.known[at] = 1
        if played.blend != self._blend:
            self._blend = played.blend
        run.blends[at] = self._blend
        if len(self._runs) <= self._most:
            return None
        oldest = next(iter(self._runs))
        del self._runs[oldest]
        return range(oldest * RUN, (oldest + 1) * RUN)

    def get(self, step: int, pitches: int) -> Played | None:
        """What sounded in ``step`` when it was last played; None when that is not known."""
        number, at = divmod(step, RUN)
        run = self._runs.get(number)
        if run is None or not run.known[at]:
            return None
        whole, ours = _opened(run.bits[at : at + 1], pitches)[0].astype(np.float32)
        return Played(whole, ours, run.blends[at])

    def before(self, step: int, most: int, pitches: int) -> NDArray[np.uint8]:
        """The last ``most`` steps before ``step``, as far as all are known: ``[steps, 2, P, 2]``, in order of time."""
        parts: list[NDArray[np.uint8]] = []
        first, at = step - most, step
        while at > first:
            number, last = divmod(at - 1, RUN)
            run = self._runs.get(number)
            if run is None:
                break
            begin = max(first - number * RUN, 0)
            gap = run.known.rfind(0, begin, last + 1)
            at = number * RUN + (begin if gap < 0 else gap + 1)
            parts.append(run.bits[at - number * RUN : last + 1])
            if gap >= 0:
                break
        if not parts:
            return np.zeros((0, 2, pitches, 2), np.uint8)
        return _opened(parts[0] if len(parts) == 1 else np.concatenate(parts[::-1]), pitches)


def _opened(bits: NDArray[np.uint8], pitches: int) -> NDArray[np.uint8]:
    """``[steps, 2, P, 2]``, values 0 and 1."""
    return np.unpackbits(bits, axis=1, count=4 * pitches).reshape(-1, 2, pitches, 2)
