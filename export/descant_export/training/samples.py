"""What the network plays by now: a MIDI file and a picture, by itself and under the melody of a held-out piece."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.engine import Engine
from descant_daemon.midi_file import write_song
from descant_daemon.note_state import PitchRange, State, notes_of
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.song import PPQ, struck
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.piece import Piece
from descant_export.families.network import Network
from descant_export.onnx_graphs.export import played
from descant_export.training.batches import segment
from descant_export.training.masks import skyline

MOST_VOICES = 8
VELOCITY = 80


def write_samples(model: Network, held_out: Sequence[Piece], bars: int, stem: Path, title: str) -> None:
    """Write ``<stem>-free`` and ``<stem>-melody``, each as ``.mid`` and ``.png``. The model must be evaluating.

    The melody is the skyline of the first held-out piece; drawn at temperature 1, seed 1, as the model has learned.
    """
    piece = held_out[0]
    cycle = model.shape.kernel.beat_cycle
    first = int(piece.step_in_bar[0]) % cycle  # a pick-up begins late in its bar
    steps = bars * cycle
    melody = segment(piece, 0, steps, 0, skyline, model.shape).given[0].numpy()
    silence = np.zeros_like(melody)
    pitches, tick = model.shape.kernel.pitches, PPQ // piece.steps_per_beat
    _write(
        Path(f"{stem}-free"),
        {"descant": play(model, silence, 0, piece.style)},
        pitches,
        tick,
        f"{title}, by itself",
    )
    under = {"melody": melody, "descant": play(model, melody, first, piece.style)}
    _write(Path(f"{stem}-melody"), under, pitches, tick, f"{title}, under the melody of {piece.name}")


def play(model: Network, given: State, first: int, style: int) -> State:
    """The engine's own notes beside those ``given``, both ``[steps, P, 2]``; ``first``: of its bar, the first step."""
    engine = Engine(played(model))
    silence = np.zeros_like(given[0])
    before, ours, states = silence, silence, []
    for step, known in enumerate(given, first):
        ask = Ask(
            serial=step,
            step=step,
            steps_per_bar=model.shape.kernel.beat_cycle,
            given=known,
            played=before,
            ours=ours,
            jump=step == first,
            sampling=Sampling(voices=MOST_VOICES),
            blend=Blend(style, style),
        )
        ours = engine.answer(ask).ours
        before = np.maximum(known, ours)
        states.append(ours)
        engine.think_ahead()
    return np.stack(states)


def _write(stem: Path, tracks: dict[str, State], pitches: PitchRange, tick: int, title: str) -> None:
    """``tick``: of MIDI, a step."""
    midi = stem.with_name(f"{stem.name}.mid")
    messages: dict[str, list[tuple[int, bytes]]] = {}
    for channel, (name, states) in enumerate(tracks.items()):
        messages[name] = struck(
            (note.step * tick, (note.step + note.length) * tick, note.key, VELOCITY, channel)
            for note in notes_of(states, pitches)
        )
    write_song(midi, messages, TempoMap(PPQ, ()))
    draw_file(midi, stem.with_name(f"{stem.name}.png"), title=title)
