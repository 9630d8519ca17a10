"""The clips of a blind test: human, ours, and two baselines, of one length and one sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from descant_daemon.midi_file import write_song
from descant_daemon.note_state import EVERY_KEY, notes_of
from descant_daemon.song import PPQ, struck
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.piece import Piece
from descant_export.evaluate.takes.excerpt import all_excerpts
from descant_export.evaluate.takes.human import Human
from descant_export.evaluate.takes.markov import markov_takes
from descant_export.evaluate.takes.melody import VELOCITY, melodies_of, metre_of
from descant_export.evaluate.takes.style import Style
from descant_export.evaluate.takes.take import several
from descant_routing.errors import DescantError

HUMAN, OURS, PLAIN, MARKOV = "human", "ours", "plain", "markov"
SOURCES = {
    HUMAN: "held-out human music",
    OURS: "the style as its preset plays it",
    PLAIN: "the same model without the controls",
    MARKOV: "per-pitch Markov",
}
WARM_UP = 1  # bars that are played and not heard: a take comes out of silence, and melodies out of a pick-up


class Clip(NamedTuple):
    """``source``: one of ``SOURCES``; ``piece``: what is heard."""

    source: str
    piece: Piece


def clips_of(
    style: Style, human: Human, count: int, bars: int, *, human_clips: int, seed: int
) -> Mapping[str, list[Clip]]:
    """``count`` clips of each source, ``human_clips`` of the human one, drawn by ``seed``.

    Melodies are, as far as they last, those of other held-out pieces than the human clips are from.
    DescantError when there is not enough held-out music.
    """
    rng = np.random.default_rng(seed)
    found = all_excerpts(human.held_out, bars, 1 + human_clips // max(1, len(human.held_out)))
    if len(found) < human_clips:
        raise DescantError(
            f"The blind test needs {human_clips} human clips of {bars} bars; what {human.name} holds out has "
            f"{len(found)}. Take fewer --takes or --bars, or more music."
        )
    chosen = [found[int(at)] for at in rng.permutation(len(found))[:human_clips]]
    heard = {piece.name for piece in chosen}
    melodies = []
    if style.over_melody:
        melodies = melodies_of(human.held_out, bars + WARM_UP)
        melodies = [melodies[int(at)] for at in rng.permutation(len(melodies))]
        melodies.sort(key=lambda melody: melody.source in heard)
        if not melodies:
            raise DescantError(f"No piece that {human.name} holds out has a melody of {bars + WARM_UP} bars.")
    length = bars + WARM_UP
    takes = {
        OURS: several(style, melodies, count, length, first_seed=seed),
        # Nobody hears one melody from two sources, as far as they last.
        PLAIN: several(style.plain(), melodies[count:] + melodies[:count], count, length, first_seed=seed),
        MARKOV: markov_takes(human.train, style.network.pitches, count, length, seed=seed),
    }
    ours = {
        source: all_excerpts([take.piece for take in played], bars, 1, WARM_UP)
        for source, played in takes.items()
    }
    for source, pieces in ours.items():
        if len(pieces) < count:
            raise DescantError(
                f"Only {len(pieces)} of {count} takes of {SOURCES[source]} have notes in them."
            )
    return {
        source: [Clip(source, piece) for piece in pieces]
        for source, pieces in {HUMAN: chosen, **ours}.items()
    }


def shuffled(clips: Sequence[Clip], seed: int) -> dict[str, Clip]:
    """Names that tell nothing, in an order that tells nothing."""
    order = np.random.default_rng([seed, 1]).permutation(len(clips))
    return {f"clip-{number:02}": clips[int(at)] for number, at in enumerate(order, 1)}


def write_clip(clip: Clip, path: Path, tempo: float) -> None:
    """As MIDI: one track, one channel, one velocity, one tempo, so that only the notes differ."""
    piece = clip.piece
    notes = notes_of(piece.state(range(piece.voices), EVERY_KEY), EVERY_KEY)
    step = PPQ // piece.steps_per_beat
    track = struck(
        (note.step * step, (note.step + note.length) * step, note.key, VELOCITY, 0) for note in notes
    )
    metre = metre_of(int(piece.step_in_bar.max()) + 1, piece.steps_per_beat)
    write_song(path, {"Clip": track}, TempoMap(PPQ, [(0, round(60e6 / tempo))]), metre)
