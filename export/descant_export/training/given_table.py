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
from descant_export.families.network import Network
from descant_export.training.evaluation import Score, heads_of, score_of, scored, whole_pieces
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
    training = model.training
    model.eval()
    sums = torch.zeros(len(masks), 2, 4, dtype=torch.float64)
    cells = torch.zeros(len(masks), 2, dtype=torch.float64)
    steps, done = sum(piece.steps for piece in pieces), 0.0
    all_given = zip(*(whole_pieces(pieces, mask, model.shape) for mask in masks.values()), strict=True)
    for here, givens in zip(whole_pieces(pieces, nothing, model.shape), all_given, strict=True):
        batch = here.on(device)
        alone = heads_of(model, batch, fast)
        for index, each in enumerate(givens):
            known = each.on(device)
            heads = heads_of(model, known, fast)
            sums[index, 0] += scored(alone, batch, known.given).cpu()
            sums[index, 1] += scored(heads, known, known.given).cpu()
            cells[index] += torch.tensor([each.given[..., PLAY].sum(), each.now[..., PLAY].sum()])
        done += float(here.real.sum())
        tell(done / steps)
    model.train(training)
    return [
        GivenRow(name, float(given / playing), score_of(without), score_of(with_them))
        for name, (given, playing), (without, with_them) in zip(masks, cells, sums, strict=True)
    ]
