"""How values spread, as a picture: one panel a measurement, one bar a bin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from descant_daemon.picture.piano_roll import BEAT_LINE, INK, PAPER, QUIET_INK, TRACKS, WHITE_ROW
from descant_daemon.whole_file import write_whole

WIDTH, PANEL, HEAD, MARGIN = 1200, 230, 116, 44
BARS = 40  # about as many as there will be
LEAST = 1.0  # so far does a scale go at least: nothing looks large that is not
NICE = (1, 2, 2.5, 5, 10)
TICKS = 8


class Bins(NamedTuple):
    """``counts[i]`` values lie in ``low + i·width`` up to, not with, the next."""

    low: float
    width: float
    counts: tuple[int, ...]

    @property
    def high(self) -> float:
        """Where the last bin ends."""
        return self.low + self.width * len(self.counts)


@dataclass(frozen=True)
class HistogramPanel:
    """``marks``: lines to be drawn, by name; ``note``: what should be."""

    title: str
    values: Sequence[float]
    marks: Mapping[str, float] = field(default_factory=dict[str, float])
    unit: str = "ms"
    note: str = ""


def bins(values: Sequence[float], wanted: int = BARS) -> Bins:
    """Bins of a round width, about ``wanted`` of them. Raises ValueError for no values, or one that is none."""
    if not values or not all(map(math.isfinite, values)):
        raise ValueError("A histogram is of finite numbers, one at least.")
    low, high = min(values), max(values)
    width = round_up((high - low or 1.0) / wanted)
    first = math.floor(low / width)
    counts = [0] * max(1, math.floor(high / width) - first + 1)
    for value in values:
        counts[math.floor(value / width) - first] += 1
    return Bins(first * width, width, tuple(counts))


def round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten; ``value`` above 0."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(nice * power for nice in NICE if nice * power >= value * (1 - 1e-9))


def draw_histograms(panels: Sequence[HistogramPanel], path: Path, *, title: str, subtitle: str = "") -> Path:
    """Draw the panels below each other as a PNG; returns ``path``.

    The file is there whole or not at all. Raises DescantError where it cannot be written, ValueError for a
    panel without values.
    """
    image = Image.new("RGB", (WIDTH, HEAD + PANEL * len(panels)), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, 26), title, INK, _font(32))
    draw.text((MARGIN, 70), subtitle, QUIET_INK, _font(18))
    for at, panel in enumerate(panels):
        _panel(draw, panel, HEAD + PANEL * at, at)
    png = BytesIO()
    image.save(png, "PNG", optimize=True)
    write_whole(path, png.getvalue())
    return path


def _panel(draw: ImageDraw.ImageDraw, panel: HistogramPanel, top: int, at: int) -> None:
    found = bins(panel.values)
    left, right, floor = MARGIN, WIDTH - MARGIN, top + PANEL - 46
    ceiling = top + 44
    low, high = min(0.0, found.low), max(found.high, LEAST + min(0.0, found.low))

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    draw.text((left, top + 6), panel.title, INK, _font(20))
    facts = ", ".join(
        [
            f"{len(panel.values)} values",
            *(f"{name} {value:.3g} {panel.unit}" for name, value in panel.marks.items()),
        ]
    )
    draw.text(
        (right, top + 9),
        f"{facts}{f' (target {panel.note})' if panel.note else ''}",
        QUIET_INK,
        _font(16),
        anchor="ra",
    )
    draw.rectangle((left, ceiling, right, floor), WHITE_ROW)
    step = round_up((high - low) / TICKS)
    for line in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1):
        draw.line((x(line * step), ceiling, x(line * step), floor), BEAT_LINE)
        draw.text((x(line * step), floor + 6), f"{line * step:g}", QUIET_INK, _font(15), anchor="ma")
    most = max(found.counts)
    for index, count in enumerate(found.counts):
        if count:
            begin = x(found.low + index * found.width)
            end = max(begin + 2, x(found.low + (index + 1) * found.width) - 1)
            # A single outlier is what one looks for: it gets three pixels at least.
            height = max(3, round(count / most * (floor - ceiling - 6)))
            draw.rectangle((begin, floor - height, end, floor), TRACKS[at % len(TRACKS)])
    for row, (name, value) in enumerate(panel.marks.items()):
        draw.line((x(value), ceiling, x(value), floor), INK)
        near_edge = x(value) > right - 50
        draw.text(
            (x(value) + (-5 if near_edge else 5), ceiling + 2 + 18 * row), name, INK, _font(14),
            anchor="ra" if near_edge else "la",
        )  # fmt: skip
    draw.line((left, floor, right, floor), INK)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
