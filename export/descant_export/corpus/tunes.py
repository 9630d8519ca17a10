"""Which pieces are the same tune: so that no melody stands on both sides of a split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from descant_export.corpus.piece import Piece

GRAM = 7
SHARED = 0.25
COMMON = 64  # pieces that share a run, above which each is compared with its next of kin alone
Runs = NDArray[np.uint64]


def tune_groups(pieces: Sequence[Piece], steps_per_beat: int = 4) -> list[list[int]]:
    """Pieces grouped by melody, in any key and any barring; each group holds indices, sorted.

    Two pieces are one tune when they share a quarter of the shorter one's runs of seven beat-to-beat
    intervals of the top voice: passing notes and a changed cadence leave enough in common, and two
    different chorales share next to none. Only pieces that share a run are compared, so the work grows
    with what is alike, not with the square of the pieces.
    """
    runs = [interval_runs(piece, steps_per_beat) for piece in pieces]
    group = list(range(len(pieces)))
    for one, other in _candidates(runs):
        if _root(group, one) == _root(group, other):
            continue
        fewer = min(len(runs[one]), len(runs[other]))
        if len(np.intersect1d(runs[one], runs[other], assume_unique=True)) >= max(2, SHARED * fewer):
            _join(group, one, other)
    members: dict[int, list[int]] = {}
    for index in range(len(pieces)):
        members.setdefault(_root(group, index), []).append(index)
    return [members[root] for root in sorted(members)]


def interval_runs(piece: Piece, steps_per_beat: int) -> Runs:
    """The runs of ``GRAM`` moves of the top voice from beat to beat, each as one number, sorted, each once.

    Rests are passed over; a run that never moves says nothing.
    """
    top = np.full(piece.steps, -1, np.int64)
    for note in piece.notes[piece.notes["voice"] == 0]:
        sounding = top[note["on"] : note["off"]]
        np.maximum(sounding, note["key"], out=sounding)
    on_beat = top[piece.step_in_bar % steps_per_beat == 0]
    moves = np.diff(on_beat[on_beat >= 0])
    if len(moves) < GRAM:
        return np.empty(0, np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(moves, GRAM)
    windows = windows[windows.any(1)]
    place = np.uint64(256) ** np.arange(GRAM, dtype=np.uint64)  # a move is a byte: seven fit into one number
    return np.unique(((windows + 128).astype(np.uint64) * place).sum(1, dtype=np.uint64))


def _candidates(runs: Sequence[Runs]) -> Iterator[tuple[int, int]]:
    """Pairs of pieces that share a run; of a run that many share, each with the next.

    Real versions of one tune are joined by their chain; what merely has a commonplace in it is not.
    """
    owner = np.repeat(np.arange(len(runs)), [len(own) for own in runs])
    every = np.concatenate([*runs, np.empty(0, np.uint64)])
    order = np.lexsort((owner, every))
    owner, every = owner[order], every[order]
    borders = np.flatnonzero(np.diff(every)) + 1
    seen: set[tuple[int, int]] = set()
    for sharing in np.split(owner, borders):
        if len(sharing) < 2:
            continue
        reach = len(sharing) if len(sharing) <= COMMON else 2
        for at, other in enumerate(sharing.tolist()):
            for one in sharing[at + 1 : at + reach].tolist():
                if (other, one) not in seen:
                    seen.add((other, one))
                    yield one, other


def _root(group: list[int], index: int) -> int:
    while group[index] != index:
        group[index] = group[group[index]]
        index = group[index]
    return index


def _join(group: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(group, one), _root(group, other)))
    group[high] = low
