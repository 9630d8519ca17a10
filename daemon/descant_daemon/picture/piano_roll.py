"""A piano roll as a picture: who played what and when, at one glance."""

import itertools
import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from descant_daemon.picture.layout import (
    BAR_NUMBERS,
    KEYBOARD,
    MARGIN,
    WIDTH,
    Page,
    RollNote,
    RollTrack,
    measure,
    notes_of,
)
from descant_daemon.whole_file import write_whole

__all__ = ["RollNote", "RollTrack", "draw_roll"]

Colour = tuple[int, int, int]

PAPER: Colour = (251, 250, 247)
INK: Colour = (38, 42, 52)
QUIET_INK: Colour = (122, 126, 136)
WHITE_ROW: Colour = (255, 255, 255)
BLACK_ROW: Colour = (242, 243, 246)
BAR_LINE: Colour = (150, 155, 166)
BEAT_LINE: Colour = (222, 225, 231)
OCTAVE_LINE: Colour = (203, 207, 215)
EBONY: Colour = (52, 56, 66)
TRACKS: tuple[Colour, ...] = (
    (226, 106, 18),
    (32, 106, 196),
    (0, 140, 112),
    (178, 70, 148),
    (150, 112, 0),
    (92, 84, 190),
    (198, 50, 62),
    (84, 112, 128),
)
"""Distinct to most colour-blind eyes as well; the first, the warm one, is the player's, the second Descant's."""
BLACK_KEYS = frozenset((1, 3, 6, 8, 10))


def draw_roll(
    tracks: Sequence[RollTrack],
    path: Path,
    *,
    title: str = "",
    subtitle: str = "",
    beats_per_bar: float = 4.0,
    beat: float = 1.0,
) -> Path:
    """Draw the tracks, the first below the others, as a PNG; returns ``path``.

    Times are in quarters: 3/4 and 6/8 have ``beats_per_bar`` 3, and a line every ``beat`` (1.5 in 6/8).
    A piece of more than 96 bars is cut, and the picture says so. The file is there whole or not at all. Raises
    ValueError for a note that is none or a bar without length, DescantError where ``path`` cannot be written.
    """
    if beats_per_bar <= 0 or beat <= 0:
        raise ValueError(f"A bar of {beats_per_bar} quarters, a line every {beat}: both must be above 0.")
    page = measure(tracks, beats_per_bar)
    image = Image.new("RGB", (WIDTH, page.height), PAPER)
    draw = ImageDraw.Draw(image)
    if page.bars_left_off:
        subtitle = f"{subtitle} · {page.bars_left_off} more bars not shown".removeprefix(" · ")
    _head(draw, tracks, title, subtitle)
    for system in range(page.systems):
        _grid(draw, page, system, beat)
        _keyboard(draw, page, system)
    taken: set[tuple[int, int]] = set()  # (key, sixteenth) where a track below sounds already
    for colour, track in zip(_colours(tracks), tracks, strict=True):
        notes = notes_of(track)
        for note in notes:
            _note(draw, page, note, colour, bool(taken & _sixteenths(note, page)))
        taken.update(*(_sixteenths(note, page) for note in notes))
    png = BytesIO()
    image.save(png, "PNG", optimize=True)
    write_whole(path, png.getvalue())
    return path


def _colours(tracks: Sequence[RollTrack]) -> list[Colour]:
    """One for each track. What is generated has its own, with others or alone, and nothing else has it then."""
    player, generated, *more = TRACKS
    free = [player, *([] if any(each.generated for each in tracks) else [generated]), *more]
    rest = itertools.cycle(free)
    return [generated if each.generated else next(rest) for each in tracks]


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    """``share`` of ``b`` in ``a``, 0 to 1."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def _shade(colour: Colour, velocity: int) -> Colour:
    """Soft notes are pale, loud ones full; never so pale that the paper swallows them."""
    return _mix(colour, WHITE_ROW, 0.62 * (1 - max(0, min(127, velocity)) / 127))


def _head(draw: ImageDraw.ImageDraw, tracks: Sequence[RollTrack], title: str, subtitle: str) -> None:
    draw.text((MARGIN, 28), title, INK, _font(34))
    draw.text((MARGIN, 76), subtitle, QUIET_INK, _font(19))
    font, right = _font(19), WIDTH - MARGIN
    for colour, track in reversed(list(zip(_colours(tracks), tracks, strict=True))):
        count = len(track.notes)
        text = f"{track.name}, {count} note{'' if count == 1 else 's'}"
        right -= round(draw.textlength(text, font))
        draw.text((right, 76), text, INK, font)
        # The swatch goes from soft to loud: it is the legend of the velocities too.
        for part, velocity in enumerate((30, 62, 95, 127)):
            left = right - 58 + 12 * part
            draw.rectangle((left, 80, left + 11, 96), _shade(colour, velocity))
        right -= 90


def _grid(draw: ImageDraw.ImageDraw, page: Page, system: int, beat: float) -> None:
    top, bars = page.top(system), page.bars_in(system)
    bottom, right = top + page.system_height, page.x(bars * page.beats_per_bar)
    for key in range(page.lowest, page.highest + 1):
        y = page.y(key, system)
        row = BLACK_ROW if key % 12 in BLACK_KEYS else WHITE_ROW
        draw.rectangle((page.left, y, right, y + page.row - 1), row)
        if key % 12 == 0:
            draw.line((page.left, y + page.row, right, y + page.row), OCTAVE_LINE)
    for bar in range(bars):
        start = bar * page.beats_per_bar
        for line in range(1, int((page.beats_per_bar - 1e-9) // beat) + 1):
            x = page.x(start + line * beat)
            draw.line((x, top, x, bottom), BEAT_LINE)
    number = 1 + system * page.bars_per_system
    for bar in range(bars + 1):
        x = page.x(bar * page.beats_per_bar)
        draw.line((x, top - 8 if bar < bars else top, x, bottom), BAR_LINE, 2)
        if bar < bars:
            draw.text((x + 6, top - BAR_NUMBERS + 5), str(number + bar), QUIET_INK, _font(17))
    draw.rectangle((page.left, top, right, bottom), outline=BAR_LINE)


def _keyboard(draw: ImageDraw.ImageDraw, page: Page, system: int) -> None:
    """Keys at the left: white as far as the edge, black two thirds, every C with its octave (C4 is 60)."""
    top, edge = page.top(system), page.left - 4
    left = edge - KEYBOARD + 40
    bottom = top + page.system_height
    draw.rectangle((left, top, edge, bottom), WHITE_ROW, BAR_LINE)
    for key in range(page.lowest, page.highest + 1):
        y, low = page.y(key, system), page.y(key, system) + page.row
        if key % 12 in BLACK_KEYS:
            middle = y + page.row // 2
            draw.line((left, middle, edge, middle), OCTAVE_LINE)
            draw.rectangle((left, y, left + 32, low - 1), EBONY)
        elif key % 12 in {0, 5}:  # no black key below C and F: the line between two white ones
            draw.line((left, low, edge, low), OCTAVE_LINE)
        if key % 12 == 0:
            draw.text((left - 8, y + page.row / 2), f"C{key // 12 - 1}", INK, _font(17), anchor="rm")
    draw.rectangle((left, top, edge, bottom), outline=BAR_LINE)


def _sixteenths(note: RollNote, page: Page) -> set[tuple[int, int]]:
    """The (key, sixteenth) pairs that a note fills on the page."""
    end = min(note.start + note.length, page.bars * page.beats_per_bar)
    return {(note.key, at) for at in range(math.floor(max(0.0, note.start) * 4), math.ceil(end * 4))}


def _note(draw: ImageDraw.ImageDraw, page: Page, note: RollNote, colour: Colour, doubles: bool) -> None:
    """A box with a dark edge where it is struck; a note that ``doubles`` one below it is drawn slimmer."""
    slim = page.row // 4 if doubles else 0
    fill = _shade(colour, note.velocity)
    rim = _mix(colour, INK, 0.35)
    for piece in page.pieces(note):
        box = (piece.left, piece.top + slim, piece.right, piece.bottom - slim)
        if piece.right - piece.left > 8:
            draw.rounded_rectangle(box, 3, fill, rim)
        else:
            draw.rectangle(box, fill, rim)
        if piece.opens:  # a held note has one attack, a repeated note one each time
            draw.rectangle((box[0], box[1], min(box[0] + 3, box[2]), box[3]), rim)
