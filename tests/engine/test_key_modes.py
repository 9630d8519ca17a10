"""Tunes that are neither major nor minor: the oracle is the scale that they are notated in, flats, sharps and all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from descant_daemon.engine.key import HEARINGS, evidence
from descant_daemon.engine.pull import LEAST, belongs
from descant_daemon.note_state import NoteLog, PitchRange

NATURALS = dict(zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True))
EVERY_KEY = PitchRange(0, 127)


class Tune(NamedTuple):
    """``notes``: names with their octaves and sixteenths; ``beat``: sixteenths."""

    scale: str
    notes: str
    beat: int = 4


TUNES = {
    "scarborough fair, dorian": Tune(
        "D E F G A B C",
        "D4:8 D4:4 A4:8 A4:4 E4:6 F4:2 E4:4 D4:12 r:4 A4:4 C5:4 D5:8 C5:4 A4:4 B4:4 G4:4 A4:12 "
        "r:4 D5:4 D5:4 D5:8 C5:4 A4:8 A4:4 G4:4 F4:4 E4:4 C4:12 D4:8 A4:4 G4:8 F4:4 E4:4 D4:4 C4:4 D4:12",
    ),
    "drunken sailor, dorian": Tune(
        "D E F G A B C",
        "A4:2 A4:1 A4:1 A4:2 A4:1 A4:1 A4:2 D4:2 F4:2 A4:2 G4:2 G4:1 G4:1 G4:2 G4:1 G4:1 G4:2 C4:2 E4:2 G4:2 "
        "A4:2 A4:1 A4:1 A4:2 A4:1 A4:1 A4:2 B4:2 C5:2 D5:2 C5:2 A4:2 G4:2 E4:2 D4:4 D4:4 "
        "A4:4 A4:4 A4:2 D4:2 F4:2 A4:2 G4:4 G4:4 G4:2 C4:2 E4:2 G4:2 A4:4 A4:4 A4:2 B4:2 C5:2 D5:2 "
        "C5:2 A4:2 G4:2 E4:2 D4:4 D4:4",
    ),
    "wondrous love, dorian": Tune(
        "E F# G A B C# D",
        "E4:8 D4:4 E4:4 G4:8 A4:4 B4:4 A4:4 G4:4 E4:4 D4:4 E4:12 B4:4 B4:8 B4:4 D5:4 B4:4 A4:4 G4:4 A4:4 B4:16 "
        "E5:8 D5:4 B4:4 C#5:4 D5:4 B4:4 A4:4 G4:4 A4:4 B4:8 A4:4 G4:4 E4:4 D4:4 E4:16",
    ),
    "old joe clark, mixolydian": Tune(
        "A B C# D E F# G",
        "E5:2 F#5:2 G5:2 F#5:2 E5:2 C#5:2 A4:4 E5:2 F#5:2 G5:2 F#5:2 E5:8 E5:2 F#5:2 G5:2 F#5:2 E5:2 C#5:2 A4:4 "
        "E4:2 A4:2 C#5:2 B4:2 A4:8 A4:6 A4:2 A4:2 B4:2 C#5:4 A4:4 A4:4 G4:8 A4:6 A4:2 A4:2 B4:2 C#5:4 "
        "B4:4 G4:4 A4:8",
    ),
    "aus tiefer not, phrygian": Tune(
        "E F G A B C D",
        "B4:8 E4:4 B4:4 C5:4 B4:4 G4:4 A4:4 B4:12 B4:4 C5:4 D5:4 C5:4 A4:4 G4:4 A4:4 F4:8 E4:12 r:4 "
        "G4:8 A4:4 B4:4 C5:4 B4:4 A4:4 G4:4 A4:12 D5:4 C5:4 A4:4 B4:4 G4:4 F4:8 E4:8",
    ),
    "god rest ye merry, natural seventh and leading note": Tune(
        "E F# G A B C D D#",
        "E4:4 E4:4 B4:4 B4:4 A4:4 G4:4 F#4:4 E4:4 D4:4 E4:4 F#4:4 G4:4 A4:4 B4:12 E4:4 E4:4 B4:4 B4:4 A4:4 G4:4 "
        "F#4:4 E4:4 D4:4 E4:4 F#4:4 G4:4 A4:4 B4:12 B4:4 C5:4 A4:4 B4:4 C5:4 D5:4 E5:4 B4:4 A4:4 G4:4 E4:4 "
        "F#4:4 G4:4 A4:8 G4:4 A4:4 B4:8 C5:4 B4:4 B4:4 A4:4 G4:4 F#4:4 E4:8",
    ),
}


def notes_of(tune: Tune) -> list[tuple[int, int, int]]:
    """(first sixteenth, sixteenth after the last, MIDI key) of each."""
    found, at = [], 0
    for token in tune.notes.split():
        name, length = token.split(":")
        if name != "r":
            found.append((at, at + int(length), pitch_class(name[:-1]) + 12 * (int(name[-1]) + 1)))
        at += int(length)
    return found


def outside_of(tune: Tune) -> NDArray[np.bool_]:
    """The pitch classes that its scale has not, ``[12]``."""
    outside = np.ones(12, np.bool_)
    outside[[pitch_class(name) for name in tune.scale.split()]] = False
    return outside


def foreign(tune: Tune, hearing: str) -> float:
    """Of what is asked for at the beats after the first third of a tune, the share outside its scale."""
    log = NoteLog()
    for on, off, key in notes_of(tune):
        log.strike(0, key, on)
        log.release(0, key, off)
    beats = evidence(log.states(notes_of(tune)[-1][1], EVERY_KEY) > 0, 0, tune.beat)
    asked = [
        belongs(HEARINGS[hearing].believed(beats[:end]), hearing, np.arange(12)) + LEAST
        for end in range(len(beats) // 3, len(beats))
    ]
    return float(np.mean([each[outside_of(tune)].sum() / each.sum() for each in asked]))


def pitch_class(name: str) -> int:
    return NATURALS[name[0]] + name.count("#")


@pytest.mark.parametrize("tune", TUNES.values(), ids=TUNES)
def test_few_notes_outside_a_modal_tune_s_scale_are_asked_for(tune: Tune) -> None:
    """Catches a hearing that knows a dorian sixth or a lowered seventh only as another key's."""
    assert foreign(tune, "modes") < 0.12
    assert foreign(tune, "modes") < 0.85 * foreign(tune, "major_minor")
