"""Takes: what the effect plays in so many bars, alone or over a melody, as messages and as a piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from descant_daemon.midi_file import write_song
from descant_daemon.note_state import nearest_step
from descant_daemon.offline.render import render
from descant_daemon.settings.metre import Metre
from descant_daemon.song import PPQ, track_of
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.takes.melody import Melody
from descant_export.evaluate.takes.style import Style

TEMPO = 100.0  # quarters a minute
Messages = Sequence[tuple[int, bytes]]


class Take(NamedTuple):
    """``tracks``: name → messages by tick, the melody's first; ``piece``: all of it at the model's grid.

    ``source``: where its melody is from, or its own name: takes and pieces of one source share notes.
    """

    name: str
    source: str
    metre: Metre
    tempo: float
    tracks: Mapping[str, Messages]
    piece: Piece

    def write(self, path: Path) -> None:
        """As a MIDI file, whole or not at all."""
        write_song(path, self.tracks, TempoMap(PPQ, [(0, round(60e6 / self.tempo))]), self.metre)


def render_take(
    style: Style,
    seed: int,
    bars: int,
    melody: Melody | None = None,
    tempo: float = TEMPO,
    turns: Messages = (),
) -> Take:
    """``bars`` bars by the live effect without the waiting; without a melody it plays freely, in its own metre.

    ``turns``: controllers that the player turns meanwhile.
    """
    values: dict[str, object] = {"seed": seed}
    values |= {"mode": "free"} if melody is None else {"metre": melody.metre}
    parameters = style.parameters.with_values(values)
    metre = parameters.metre
    track = melody.messages(bars) if melody else []
    length = bars * metre.steps_per_bar(PPQ)
    tempo_map = TempoMap(PPQ, [(0, round(60e6 / tempo))])
    heard = sorted([*turns, *track], key=lambda event: event[0])
    ours = render(style.network, parameters, heard, tempo_map, length, style.bindings).messages
    tracks = ({"Melody": track} if melody else {}) | {"Descant": ours}
    told = f"{style.name}, seed {seed}" + (f", over {melody.name}" if melody else ", free")
    return Take(
        told,
        melody.source if melody else told,
        metre,
        tempo,
        tracks,
        piece_of(told, tracks.values(), bars, metre, style.steps_per_beat),
    )


def piece_of(
    name: str, tracks: Iterable[Messages], bars: int, metre: Metre, steps_per_beat: int = 4
) -> Piece:
    """Messages as a piece: a voice a track, the melody's the top one."""
    bar = metre.steps_per_bar(steps_per_beat)
    voices = [_notes(track, PPQ / steps_per_beat) for track in tracks]
    return from_notes(name, voices, np.arange(bars * bar) % bar, steps_per_beat)


def _notes(track: Messages, step: float) -> list[tuple[int, int, int, int]]:
    """(first step, step after the last, key, velocity) at the nearest steps of ``step`` ticks."""
    return [
        (nearest_step(note.start, step), nearest_step(note.end, step), note.key, note.velocity)
        for note in track_of(track).notes
    ]


def several(
    style: Style,
    melodies: Sequence[Melody],
    count: int,
    bars: int,
    *,
    first_seed: int = 1,
    tempo: float = TEMPO,
    progress: Callable[[], None] = lambda: None,
) -> list[Take]:
    """``count`` takes with the seeds from ``first_seed`` on, over the melodies in turn where there are any."""
    takes = []
    for number in range(count):
        melody = melodies[number % len(melodies)] if melodies else None
        length = min(bars, melody.bars) if melody else bars
        takes.append(render_take(style, first_seed + number, length, melody, tempo))
        progress()
    return takes
