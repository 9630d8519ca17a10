"""A preset for a model that has none yet: it plays at once, and its maker changes it from there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.note_state import EVERY_KEY, PLAY
from descant_daemon.settings.preset import FILE_NAME, parse_preset
from descant_daemon.settings.scalars import dump
from descant_export.corpus.folder import NOT_STATED
from descant_export.corpus.piece import Piece
from descant_export.corpus.read import Corpus

PRESET = FILE_NAME
MOST_VOICES = 8
DRAFTS, CRITIC = 8, 1.0
RECALL = 0.25  # more made takes of small corpora stand still
KEY_PULL = 1.0
OUTER = 1  # percent of the notes beyond the range at each end


def first_preset(metadata: ModelMetadata, stem: str, corpus: Corpus, pieces: Sequence[Piece]) -> str:
    """``preset.yaml``: as many voices under the player as the music has, in the range that it has.

    Music of one voice knows no harmony: it plays by itself, and so does a model that cannot harmonise. What the model
    cannot heed is left out. Of several styles the first is played, and the knob leads
    to the second. ``pieces``: what the figures are taken from.
    """
    sounding = [piece.state(range(piece.voices), EVERY_KEY)[..., PLAY].sum(-1) for piece in pieces]
    at_once = round(float(np.mean(np.concatenate(sounding))))
    styles, able = metadata.styles, metadata.abilities.able
    harmonises = at_once > 1 and "harmonise" in metadata.modes
    keys = np.concatenate([piece.notes["key"] for piece in pieces])
    low, high = (int(key) for key in np.percentile(keys, [OUTER, 100 - OUTER]))
    shaped = (("recall", RECALL), ("key_pull", KEY_PULL))
    values = {
        "title": styles[0] if len(styles) == 1 else stem,
        "model": stem,
        "mode": "harmonise" if harmonises else "free",
        "parameters": {
            **({"style": styles[0], "morph_to": styles[1]} if len(styles) > 1 else {}),
            "temperature": 1.0,
            **{name: value for name, value in (("drafts", DRAFTS), ("critic", CRITIC)) if able(name)},
            "voices": min(MOST_VOICES, at_once - 1 if harmonises else at_once),
            "low": low,
            "high": high,
            **{name: value for name, value in shaped if harmonises and able(name)},
        },
        "credits": _credits(corpus),
    }
    body = dump(values)
    text = f"# Change what you like; descant play with this folder's path plays it.\n{body}"
    parse_preset(text, Path(PRESET))  # what is written can be read
    return text


def _credits(corpus: Corpus) -> list[str]:
    """What is said in every file that is written; nothing where nobody has said anything."""
    whose = "" if corpus.credit == NOT_STATED else f"Learned from {corpus.credit.rstrip('.')}."
    licence = "" if corpus.licence == NOT_STATED else f"Licence: {corpus.licence.rstrip('.')}."
    said = f"{whose} {licence}".strip()
    return [said] if said else []
