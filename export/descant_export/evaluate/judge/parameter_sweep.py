"""What a parameter does: takes at values from one end to the other, and whether the music moves one way with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import spearmanr

from descant_daemon.settings.parameters import TABLE
from descant_daemon.song import PPQ
from descant_export.corpus.piece import Piece
from descant_export.evaluate.statistics import Statistics, measure, silence
from descant_export.evaluate.takes.melody import Melody
from descant_export.evaluate.takes.style import Style
from descant_export.evaluate.takes.take import Messages, Take, render_take, several


class Swept(NamedTuple):
    """A statistic: its mean at each value, and Spearman's rank correlation of those means with the values."""

    means: list[float]
    monotone: float


class Wire(NamedTuple):
    """Of all takes: notes that never ended, and notes struck where one sounded already."""

    stuck: int
    doubled: int


def sweep(
    style: Style,
    name: str,
    values: Sequence[float],
    melodies: Sequence[Melody],
    count: int,
    bars: int,
    progress: Callable[[], None] = lambda: None,
) -> tuple[dict[str, Swept], Wire]:
    """``count`` takes of the same seeds and melodies at each value. UsageError when the parameter refuses one.

    One more, in which a controller that moves the parameter is turned through the values bar by bar, is on the wire.
    """
    settings = [
        style.changed([f"{name}={_written(value)}"]) for value in values
    ]  # all refused before any is played
    takes = [several(each, melodies, count, bars, progress=progress) for each in settings]
    played = [take for some in takes for take in some]
    played += _turned(style, name, values, melodies, bars)
    return statistics_along(values, [[take.piece for take in some] for some in takes]), Wire(
        *map(sum, zip(*(wire(take.tracks["Descant"]) for take in played), strict=True))
    )


def statistics_along(values: Sequence[float], pieces: Sequence[Sequence[Piece]]) -> dict[str, Swept]:
    """Of the ``pieces`` at each value; NaN where a statistic does not move at all."""
    measured = [[(*measure(piece), *silence(piece)) for piece in some] for some in pieces]
    names = (*Statistics._fields, "silent_beats", "longest_silence")
    means = np.array([_means(rows) for rows in measured])
    return {
        name: Swept(column.tolist(), _monotone(values, column))
        for name, column in zip(names, means.T, strict=True)
    }


def wire(track: Messages) -> Wire:
    """Of one track of messages."""
    sounding: set[tuple[int, int]] = set()
    doubled = 0
    for _, data in track:
        at = data[0] & 0x0F, data[1]
        if data[0] & 0xF0 == 0x90 and data[2]:
            doubled += at in sounding
            sounding.add(at)
        elif data[0] & 0xF0 in (0x80, 0x90):
            sounding.discard(at)
    return Wire(len(sounding), doubled)


def _turned(
    style: Style, name: str, values: Sequence[float], melodies: Sequence[Melody], bars: int
) -> list[Take]:
    controller = next((number for number, moved in style.bindings.controllers.items() if moved == name), None)
    if controller is None:
        return []
    melody = melodies[0] if melodies else None
    bar = (melody.metre if melody else style.parameters.metre).steps_per_bar(PPQ)
    path = np.interp(np.linspace(0, 1, bars), np.linspace(0, 1, len(values)), values).tolist()
    row = TABLE[name]
    places = [row.to_cc(round(value) if row.kind == "int" else value) for value in path]
    turns = [(at * bar, bytes((0xB0, controller, place))) for at, place in enumerate(places)]
    return [render_take(style, 1, bars, melody, turns=turns)]


def _means(rows: Sequence[tuple[float, ...]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Of each column, of what is known of it."""
    table = np.array(rows, float)
    known = np.isfinite(table)
    total = np.where(known, table, 0).sum(0)
    return np.where(known.any(0), total / np.maximum(1, known.sum(0)), np.nan)


def _monotone(values: Sequence[float], means: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    if not np.isfinite(means).all() or np.ptp(means) == 0:
        return float("nan")
    found: Any = spearmanr(values, means)
    return float(found.statistic)


def _written(value: float) -> str:
    return f"{value:.6g}"
