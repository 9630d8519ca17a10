"""What given notes are worth: the log-likelihood of the hidden ones with and without them, mask by mask.

The very same cells are scored twice: those that no given note fills. "Without" they are scored by the network that
knows only what lies below and before, which holds the given notes too once they have been; "with" by the network
that knows the given notes of the step itself, above and below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from descant_daemon.note_state import PLAY
from descant_export.corpus.piece import Piece
from descant_export.evaluate.scores import Score, batches
from descant_export.evaluate.teacher_forcing import (
    STEPS_AT_ONCE,
    NetworkScorer,
    batch_of,
    evaluating,
    heads_of,
    nats_of,
    unpadded,
)
from descant_export.families.network import Network
from descant_export.training.masks import Mask, bass, keys, nothing, skyline, some, voices

OCTAVE = 12


class GivenRow(NamedTuple):
    """One mask. ``share``: given cells among the cells that play; the scores are of the others, nats a step."""

    mask: str
    share: float
    without: Score
    known: Score

    @property
    def gain(self) -> float:
        """What knowing them is worth, nats a step."""
        return self.known.total - self.without.total


def table_masks(pieces: Sequence[Piece]) -> Mapping[str, Mask]:
    """The masks of the table by name: voices where every piece has several, then what any music has."""
    count = min(piece.voices for piece in pieces)
    masks: dict[str, Mask] = {}
    if count > 1:
        masks = {f"voice {voice + 1} of {count}": voices([voice]) for voice in range(count)}
    if count > 2:
        masks["outer voices"] = voices([0, count - 1])
        masks["all but the top voice"] = voices(range(1, count))
    middle = int(np.median(np.concatenate([piece.notes["key"] for piece in pieces])))
    return masks | {
        "skyline": skyline,
        "bass": bass,
        f"keys from {middle}": keys(middle, 127),
        f"keys below {middle}": keys(0, middle - 1),
        f"keys {middle - OCTAVE // 2} to {middle + OCTAVE // 2}": keys(
            middle - OCTAVE // 2, middle + OCTAVE // 2
        ),
        "half of the notes": some(0.5, seed=0),
    }


@torch.no_grad()
def given_table(
    model: Network,
    pieces: Sequence[Piece],
    *,
    fast: bool = False,
    tell: Callable[[float], None] = lambda _: None,
) -> list[GivenRow]:
    """A row for each of ``table_masks``; ``fast`` computes under bf16 autocast. ``tell`` hears what share is done."""
    device = next(model.parameters()).device
    masks = table_masks(pieces)
    parts = NetworkScorer(model).parts
    sums = np.zeros((len(masks), 2, len(parts)))
    cells = np.zeros((len(masks), 2))
    steps, done = sum(piece.steps for piece in pieces), 0
    with evaluating(model):
        for some_pieces in batches(pieces, STEPS_AT_ONCE):
            here = batch_of(model, some_pieces, nothing).on(device)
            alone = heads_of(model, here, fast)
            for index, mask in enumerate(masks.values()):
                known = batch_of(model, some_pieces, mask).on(device)
                for side, heads in enumerate((alone, heads_of(model, known, fast))):
                    for nats in unpadded(nats_of(heads, known, known.given), some_pieces):
                        sums[index, side] += nats.sum(0)
                cells[index] += float(known.given[..., PLAY].sum()), float(known.now[..., PLAY].sum())
            done += sum(piece.steps for piece in some_pieces)
            tell(done / steps)
    means = sums / steps
    return [
        GivenRow(
            name,
            float(given / playing),
            *(Score(dict(zip(parts, side.tolist(), strict=True)), steps) for side in both),
        )
        for name, (given, playing), both in zip(masks, cells, means, strict=True)
    ]
