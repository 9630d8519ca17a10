"""The words that a parameter may be set to, in the order of a knob."""

from __future__ import annotations

from typing import Literal, NewType, get_args

Mode = Literal["free", "harmonise", "instant", "respond", "continue", "freeze"]
Articulation = Literal["legato", "gate"]
Place = Literal["anywhere", "below", "above"]
Source = Literal["model", "player"]
Take = Literal["locked", "evolving"]
Style = str  # the name of one of the model's; "" is its first
Chords = NewType("Chords", str)  # a chart; "" is none
OverChords = Literal["as_it_is", "fill", "move", "arpeggiate"]
KeyHearing = Literal["modes", "major_minor"]
Form = Literal["free", "AABA", "AABB", "ABAB", "ABAC", "AAAB", "ABA", "ABACA"]
SwingUnit = Literal["eighth", "sixteenth"]
Takeover = Literal["jump", "pickup", "scale"]
Scale = Literal[
    "chromatic", "major", "minor", "harmonic_minor", "melodic_minor", "dorian", "phrygian", "lydian", "mixolydian",
    "major_pentatonic", "minor_pentatonic", "blues", "whole_tone", "diatonic",
]  # fmt: skip
KeyName = Literal["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B", "follow"]
MODES: tuple[str, ...] = get_args(Mode)
KEYS: tuple[str, ...] = get_args(KeyName)[:12]
"""By pitch class."""

ClockName = Literal["auto", "midi", "internal", "link", "jack"]
"""Where time comes from."""
Switch = Literal["step", "beat", "bar"]
"""Where in the song another program begins."""
