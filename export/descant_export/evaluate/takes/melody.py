"""Melodies to play to a style: of held-out pieces, or the tunes that travel with Descant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from descant_daemon.settings.metre import Metre
from descant_daemon.song import PPQ, struck
from descant_daemon.tunes.book import Shelf, load, names
from descant_export.corpus.piece import Piece
from descant_export.training.masks import skyline

VELOCITY = 80
MOST_SIXTEENTHS = 32  # in a bar: longer ones have no metre that a preset could name


class Melody(NamedTuple):
    """``notes``: (first step, step after the last, MIDI key) in steps from a bar line; ``source``: whose."""

    name: str
    source: str
    metre: Metre
    bars: int
    notes: tuple[tuple[int, int, int], ...]
    steps_per_beat: int = 4

    def messages(self, bars: int) -> list[tuple[int, bytes]]:
        """The first ``bars`` bars as (tick, message) on channel 1; at one tick, what ends goes first."""
        step = PPQ // self.steps_per_beat
        end = bars * self.metre.steps_per_bar(self.steps_per_beat)
        return struck(
            (on * step, min(off, end) * step, key, VELOCITY, 0) for on, off, key in self.notes if on < end
        )


def melody_of(piece: Piece) -> Melody | None:
    """The skyline of a piece's top voice, in whole bars, as long as its metre stays; None where that is no two bars."""
    bar = steady_bar(piece)
    if bar is None:
        return None
    pick_up = int(piece.step_in_bar[0])
    bars = (steady_steps(piece, bar) + pick_up) // bar
    steps = bars * bar - pick_up
    top = piece.within(0, steps)
    top = top[top["voice"] == top["voice"].min()] if len(top) else top
    notes = tuple(
        (int(note["on"]) + pick_up, min(int(note["off"]), steps) + pick_up, int(note["key"]))
        for note in top[skyline(top)]
    )
    if not notes or bars < 2:
        return None
    metre = metre_of(bar, piece.steps_per_beat)
    return Melody(piece.name, piece.name, metre, bars, notes, piece.steps_per_beat)


def melodies_of(pieces: Iterable[Piece], bars: int) -> list[Melody]:
    """One of each piece that has ``bars`` bars of one."""
    found = (melody_of(piece) for piece in pieces)
    return [melody for melody in found if melody is not None and melody.bars >= bars]


def tunes(shelf: Shelf = "melodies") -> list[Melody]:
    """The tunes that travel with Descant, in alphabetical order."""
    found = []
    for name in names(shelf):
        tune = load(name, shelf)
        notes = tuple((note.start, note.start + note.length, note.key) for note in tune.notes)
        found.append(Melody(tune.title, name, Metre(*tune.metre), tune.bars, notes))
    return found


def steady_bar(piece: Piece) -> int | None:
    """Steps in the bar that a piece begins in; None where a preset could not name such a metre."""
    bar_lines = np.flatnonzero(piece.step_in_bar == 0)
    if len(bar_lines) < 2:
        return None
    bar = int(bar_lines[1] - bar_lines[0])
    sixteenths, rest = divmod(4 * bar, piece.steps_per_beat)
    named = not rest and 2 <= sixteenths <= MOST_SIXTEENTHS
    return bar if named and int(piece.step_in_bar[0]) < bar else None


def steady_steps(piece: Piece, bar: int) -> int:
    """How many steps from its beginning on a piece keeps to bars of ``bar`` steps."""
    regular = (np.arange(piece.steps) + int(piece.step_in_bar[0])) % bar == piece.step_in_bar
    return piece.steps if regular.all() else int(np.argmin(regular))


def metre_of(bar: int, steps_per_beat: int = 4) -> Metre:
    """A metre of ``bar`` steps, whole sixteenths, in the longest unit up to a quarter: 12 are 3/4 of four a beat."""
    sixteenths = 4 * bar // steps_per_beat
    unit = 4 if sixteenths % 4 == 0 else 8 if sixteenths % 2 == 0 else 16
    return Metre(sixteenths * unit // 16, unit)
