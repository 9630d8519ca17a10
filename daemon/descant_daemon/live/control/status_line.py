"""The line that a musician reads: it always fits, and what matters most is what stays."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from descant_daemon.live.control.status import Snapshot
from descant_daemon.live.control.troubles import troubles
from descant_routing.message import key_name

COLUMN = 18  # for keys, where there is room
LEAST_COLUMN, ONE_KEY = 7, 3  # for both hands' keys, for ours alone
NARROW = 60  # columns below which everything is said shorter
GAP = "  "
YOU, OURS = "you ", "descant "


def status_line(status: Snapshot, width: int = 79) -> str:
    """At most ``width`` columns: transport, place, tempo; what is wrong; the player's keys and ours; what was late."""
    line = _head(status, narrow=width < NARROW)
    for word in dict.fromkeys(trouble.word for trouble in troubles(status)):
        if columns(line) + len(GAP) + columns(word) <= width:
            line += GAP + word
    line += _keys(status, width - columns(line))
    chord = "".join(each.get("chord", "") for each in status.get("instances", ())[:1])
    if chord and columns(line) + len(GAP) + columns(chord) <= width:
        line += GAP + chord
    late = f"{GAP}{status['late']:,} late in all" if status["late"] else ""
    if columns(line) + len(late) <= width:
        line += late
    return cut(line, width)


def _head(status: Snapshot, *, narrow: bool) -> str:
    sign = "▶" if status["running"] else "■"
    place, tempo = f"{status['bar']}.{status['beat']}", status["bpm"]
    if narrow:
        return f"{sign} {place:>5} {f'{tempo:.0f}' if tempo else 'no tempo':>3}"
    return f"{sign} {place:>7}  {f'{tempo:.1f} BPM' if tempo else 'no tempo':<9}"


def _keys(status: Snapshot, room: int) -> str:
    """The player's and ours, in columns that stay where they are; where there is no room, ours."""
    held, sounding = status.get("held", ()), status.get("sounding", ())
    column = min(COLUMN, (room - len(GAP + YOU + GAP + OURS)) // 2)
    if column >= LEAST_COLUMN:
        return f"{GAP}{YOU}{_chord(held, column)}{GAP}{OURS}{_chord(sounding, column)}"
    column = min(COLUMN, room - len(GAP + OURS))
    return f"{GAP}{OURS}{_chord(sounding, column)}" if column >= ONE_KEY else ""


def _chord(keys: Sequence[int], column: int) -> str:
    """From the top down, as many as there is room for."""
    names = [key_name(key) for key in sorted(keys, reverse=True)]
    text = " ".join(names)
    while len(text) > column:
        names.pop()
        text = " ".join([*names, "…"])
    return f"{text:<{column}}"


def columns(text: str) -> int:
    """How wide it is in a terminal: an ideograph takes two columns, an accent that is set on a letter none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def cut(text: str, width: int) -> str:
    """Its beginning, as far as it fits."""
    while columns(text) > width:
        text = text[:-1]
    return text
