"""The pictures of a corpus, drawn without a display, as PNG bytes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from descant_export.corpus.tally import MOST, Tally

INK, PAPER = "#2f5d62", "white"
SIZE = (4.6, 2.6)  # inches
FASTEST = 400.0  # BPM; faster ones are counted here


def pictures(found: Tally, steps_per_beat: int) -> dict[str, bytes]:
    """Title → PNG, in the order in which the page shows them."""
    drawings: dict[str, Callable[[Any], None]] = {
        "Pitch": lambda axes: _pitch(axes, found),
        "Notes sounding at once": lambda axes: _polyphony(axes, found),
        "Onsets in the bar": lambda axes: _onsets(axes, found, steps_per_beat),
        "Length of the pieces": lambda axes: _lengths(axes, found),
        "First metre": lambda axes: _metres(axes, found),
        "Tempo": lambda axes: _tempos(axes, found),
    }
    return {title: _drawn(draw) for title, draw in drawings.items()}


def _drawn(draw: Callable[[Any], None]) -> bytes:
    figure = Figure(SIZE, dpi=110, facecolor=PAPER, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    draw(axes)
    out = BytesIO()
    FigureCanvasAgg(figure)  # no display
    figure.savefig(out, format="png")
    return out.getvalue()


def _pitch(axes: Any, found: Tally) -> None:
    axes.bar(np.arange(128), found.keys, width=1.0, color=INK)
    octaves = np.arange(24, 128, 12)
    axes.set_xticks(octaves, [f"C{key // 12 - 1}" for key in octaves])
    sounding = np.flatnonzero(found.keys)
    if len(sounding):
        axes.set_xlim(sounding[0] - 1, sounding[-1] + 1)
    axes.set_ylabel("notes")


def _polyphony(axes: Any, found: Tally) -> None:
    share = found.polyphony / max(1, found.polyphony.sum())
    axes.bar(np.arange(MOST + 1), share, color=INK)
    axes.set_xlim(-0.6, max(6, int(np.flatnonzero(found.polyphony)[-1:].sum())) + 0.6)
    axes.set_ylabel("share of the steps")


def _onsets(axes: Any, found: Tally, steps_per_beat: int) -> None:
    """In bars of the length in which most notes are."""
    if not found.onsets:
        return
    bar, counts = max(found.onsets.items(), key=lambda item: int(item[1].sum()))
    axes.bar(np.arange(bar) / steps_per_beat + 1, counts, width=0.8 / steps_per_beat, color=INK)
    axes.set_xlabel(f"beat (quarters), bars of {bar / steps_per_beat:g}")
    axes.set_ylabel("notes")


def _lengths(axes: Any, found: Tally) -> None:
    lengths = np.maximum(found.beats or [1.0], 1.0)
    edges = np.geomspace(lengths.min(), max(lengths.max(), 2 * lengths.min()), 24)
    axes.hist(lengths, bins=edges, color=INK)
    axes.set_xscale("log")
    doubled = [2**power for power in range(24) if edges[0] <= 2**power <= edges[-1]]
    axes.set_xticks(doubled, [f"{beats:,}" for beats in doubled])
    axes.minorticks_off()
    axes.set_xlabel("beats")
    axes.set_ylabel("pieces")


def _metres(axes: Any, found: Tally) -> None:
    common = found.metres.most_common(8)
    axes.barh(
        [metre or "none said" for metre, _ in common], [count for _, count in common], color=INK, height=0.6
    )
    axes.set_ylim(-0.6, 7.6)  # room for eight, so that one is no wall
    axes.invert_yaxis()
    axes.set_xlabel("pieces")


def _tempos(axes: Any, found: Tally) -> None:
    axes.hist(np.clip(found.tempos, 0, FASTEST), bins=np.arange(20, FASTEST + 1, 10), color=INK)
    axes.set_xlabel("quarters a minute, where the piece begins")
    axes.set_ylabel("pieces")
