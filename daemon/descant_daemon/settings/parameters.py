"""The one table of parameters: presets, ``--set``, controllers and the documentation all read these rows.

A row is a field of ``Parameters``: its type says the kind, ``row`` the rest. Default controllers are
taken from 3, 9, 14, 15, 20 to 31, 85 to 90 and 102 to 119, which MIDI 1.0 leaves undefined (88 since taken), so
that no keyboard moves them by accident. Smooth is what weighs on every step, so that a leap of it is heard as one: how
loud, how even, how many, how wild, which style. What sets a limit (keys, voices), counts, or shapes whole bars is there
when it is set.
"""

# ruff: noqa: RUF009 - ``row`` is a ``dataclasses.field``
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from descant_daemon.settings.choices import (
    Articulation,
    Chords,
    Form,
    KeyHearing,
    KeyName,
    Mode,
    OverChords,
    Place,
    Scale,
    Source,
    Style,
    SwingUnit,
    Take,
    Takeover,
)
from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.settings.row import Row, Value, row, row_named, rows_of
from descant_routing.errors import UsageError
from descant_routing.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Parameters:
    """The parameters of one instance, each within its row's range; immutable. A change is checked by itself.

    Raises UsageError, naming the parameter, when made with a value outside its row.
    """

    mode: Mode = row(
        "harmonise",
        "free plays by itself, hearing you; harmonise sets voices around what you hold, on the grid; "
        "instant sets them the moment you press a key; respond listens for `phrase` bars and answers for as many; "
        "continue takes over when you have rested for `patience` beats; freeze repeats its last `phrase` bars.",
        cc=20,
    )
    phrase: int = row(
        2, "How long respond listens, and answers, and how much freeze repeats.", 1, 16, "bars", 90
    )
    patience: int = row(2, "How long you rest before continue takes over.", 1, 16, "beats", 3)
    latch: bool = row(False, "Whether keys stay held, for the harmony, until you press others.", cc=86)
    chord_memory: bool = row(
        False,
        "The chord that you hold when it is switched on comes with every key that you press after.",
        cc=87,
    )
    temperature: float = row(
        1.0,
        "Below 1 the likeliest notes win more often, above 1 surprises do.",
        0.05,
        2,
        "×",
        21,
        smooth=True,
    )
    style: Style = row("", "Which of the model's styles is played; none named: its first.", cc=9)
    morph_to: Style = row("", "The style that `morph` leads to; none named: `morph` leads nowhere.", cc=15)
    morph: float = row(
        0.0, "How far from `style` to `morph_to`: 0 not at all, 1 wholly.", 0, 1, "share", 14, smooth=True
    )
    # At 2 the odds would be infinite; 1.98 multiplies them by 99.
    density: float = row(
        1.0,
        "How many notes: 0 is silence, 1 as the model has it, above 1 fuller.",
        0,
        1.98,
        "×",
        22,
        smooth=True,
    )
    follow: float = row(0.0, "How much more closely than the model harmony follows your notes.", 0, 3, "×")
    drafts: int = row(
        1,
        "How many answers are drawn for a step; the first says how many notes are struck and held, and of those "
        "that have as many the likeliest is played.",
        1,
        32,
        "drafts",
        104,
    )
    critic: float = row(
        0.0,
        "How far drafts are chosen by chords, voice leading and fit to your notes beside likelihood: 0 not "
        "at all, 1 wholly.",
        0,
        1,
        "share",
    )
    voices: int = row(4, "Most generated notes that sound at once.", 0, 16, "notes", 23)
    low: int = row(0, "Lowest key that is generated; middle C is 60.", 0, 127, "MIDI key", 24)
    high: int = row(127, "Highest key that is generated; middle C is 60.", 0, 127, "MIDI key", 25)
    place: Place = row(
        "anywhere", "Where generated notes lie: anywhere, below your highest key or above your lowest."
    )
    linger: int = row(
        0,
        "For how long harmonise plays by itself after your last key; 0: your rests are its own.",
        0,
        32,
        "beats",
        105,
    )
    lead_in: bool = row(False, "Whether harmonise lingers before your first key as well.", formerly=True)
    bridge: float = row(
        1.0,
        "How long a key that you have let go is still played to, unless you strike another; 0: a gap is a rest.",
        0,
        4,
        "beats",
        formerly=0.0,
    )
    velocity: int = row(80, "Velocity of generated notes.", 1, 127, "velocity", 26, smooth=True)
    velocity_follow: float = row(
        0.5,
        "How far generated velocity follows yours: 0 not at all, 1 wholly.",
        0,
        1,
        "share",
        27,
        smooth=True,
    )
    velocity_source: Source = row(
        "model",
        "model: as loud as the model has each note, where it knows, louder and softer with `velocity` "
        "and your touch; player: `velocity` and your touch alone.",
    )
    articulation: Articulation = row(
        "legato",
        "legato holds a note as long as the model does; gate lets it go after `gate` at most.",
        cc=28,
    )
    gate: float = row(
        0.9, "How long a generated note sounds when articulation is gate.", 0.05, 16, "steps", 29
    )
    variation: int = row(
        0, "Another take: each value is a different, repeatable one of the same seed.", 0, 127, "take", 30
    )
    take: Take = row(
        "locked",
        "locked: every pass of a loop is the same; evolving: each is another variation, and the next playback "
        "begins with the first again.",
        cc=89,
    )
    recall: float = row(
        0.0,
        "How closely a bar returns to what was played at its place in an earlier one: 0 not at all, "
        "1 nearly note for note.",
        0,
        1,
        "share",
        106,
    )
    form: Form = row(
        "free",
        "What recall returns to: free, any of the last bars; else a section to the first of its letter, "
        "a new letter keeping away from what was before, and each section ending on a long note and a breath.",
        cc=107,
    )
    section: int = row(8, "How long a section of the form is.", 1, 32, "bars", 116)
    space: float = row(
        0.0,
        "Rests of whole beats and half bars, more at the ends of phrases; in free mode they are where you "
        "play. Never two bars on end, but 1 is silence.",
        0,
        1,
        "share",
        108,
    )
    density_target: float = row(
        0.0, "Struck notes a bar that the odds are steered towards; 0 leaves them alone.", 0, 64, "notes", 109
    )
    scale: Scale = row(
        "chromatic",
        "Notes outside it are not generated; chromatic has them all, diatonic is that of the mode "
        "that `key: follow` finds.",
        cc=110,
    )
    key: KeyName = row("follow", "Tonic of the scale; follow finds it in what is played, bar by bar.", cc=111)
    key_pull: float = row(
        0.0,
        "How strongly notes outside your key are held back, the surer it is the more; 0 leaves them alone.",
        0,
        2,
        "×",
    )
    key_hearing: KeyHearing = row(
        "modes",
        "Which keys are heard in what you play: modes, all the diatonic ones; "
        "major_minor, these two alone, and a new key half as readily.",
        formerly="major_minor",
    )
    chords: Chords = row(
        Chords(""),
        "A chord chart that the harmony keeps to, bar by bar from the song's first: bars as players "
        "write them. None: the harmony is free.",
        controllable=False,
    )
    chord_pull: float = row(1.0, "How strongly notes outside the chart's chord are held back.", 0, 2, "×")
    over_chords: OverChords = row(
        "as_it_is",
        "What harmonise plays while you hold a chord of three notes or more: as_it_is, what the model has; fill, "
        "notes of it that are held; move, voices that change on the beats; arpeggiate, broken in half beats.",
    )
    accent: float = row(
        0.0,
        "How much louder the beats are than what lies between, and the bar's first most.",
        0,
        1,
        "share",
        112,
        smooth=True,
    )
    swing: float = row(
        0.0,
        "How late the off-beats are: 0 straight, 1 on the last of three.",
        0,
        1,
        "of a triplet",
        113,
        smooth=True,
    )
    swing_unit: SwingUnit = row("eighth", "Which notes swing.", cc=114)
    humanise: float = row(
        0.0,
        "Unevenness of touch: up to 12 of velocity to either side, up to 20 ms late.",
        0,
        1,
        "share",
        115,
        smooth=True,
    )
    length_follow: float = row(
        0.0,
        "How far generated notes are as short as yours where you play detached: 0 not at all, 1 wholly.",
        0,
        1,
        "share",
        117,
    )
    thru: bool = row(True, "Whether your own notes are passed on.", cc=31)
    channel: int = row(2, "Channel of generated notes; your own pass on theirs.", 1, 16, "MIDI channel")
    late: int = row(
        60,
        "How late a key may come after its step began and still be harmonised in it; "
        "never more than half a step.",
        0,
        120,
        "ms",
    )
    late_cc: int = row(
        0, "Controller, sent with the notes, that tells how many steps in a row came late; 0 is none.", 0, 119
    )
    state_cc: int = row(
        0, "Controller that tells what is done: 0 idle, 1 listening, 2 playing; 0 is none.", 0, 119
    )
    bar_cc: int = row(0, "Controller that tells the bar, from 1, modulo 128; 0 is none.", 0, 119)
    beat_cc: int = row(0, "Controller that tells the beat of the bar, from 1; 0 is none.", 0, 119)
    mode_cc: int = row(
        0, "Controller that tells the mode by its place in the list, from 0; 0 is none.", 0, 119
    )
    takeover: Takeover = row(
        "jump",
        "What a knob does that does not stand where its parameter is: jump, it moves it there; pickup, nothing "
        "until it comes by; scale, the travel that is left to each is shared, so that both reach the end.",
        controllable=False,
    )
    seed: int = row(
        1, "Where the dice start: same seed and input, same notes.", 0, 2**32 - 1, controllable=False
    )
    metre: Metre = row(FOUR_FOUR, "Beats in a bar, which MIDI clock does not tell.", controllable=False)

    def __post_init__(self) -> None:
        """Check every value by its row."""
        for each in TABLE.values():
            object.__setattr__(self, each.name, each.check(getattr(self, each.name)))

    def with_values(self, values: Mapping[str, object]) -> Parameters:
        """These with some replaced. Raises UsageError for an unknown name or a value outside its row."""
        made = object.__new__(Parameters)
        made.__dict__.update(self.__dict__)
        for name, value in values.items():
            made.__dict__[name] = row_named(name, TABLE).check(value)
        return made

    def with_settings(self, settings: Iterable[str]) -> Parameters:
        """These after ``--set name=value`` options, in order. Raises UsageError, naming the wrong one."""
        return self.with_values(dict(parse_setting(text) for text in settings)).consistent()

    def consistent(self) -> Parameters:
        """These, when they agree with each other. Raises UsageError when they leave nothing to play."""
        if self.low > self.high:
            raise UsageError(f"low ({self.low}) must not be above high ({self.high})")
        return self


def plain_parameters(parameters: Parameters) -> dict[str, int | float | bool | str]:
    """Every parameter by name, as JSON has it."""
    values: dict[str, Value] = {name: getattr(parameters, name) for name in TABLE}
    return {name: str(value) if isinstance(value, Metre) else value for name, value in values.items()}


def read_parameters(value: object) -> Parameters:
    """Back from ``plain_parameters``; what it does not tell of is as it was before there was a parameter for it.

    Raises UsageError when it is of another table.
    """
    if not isinstance(value, dict):
        raise UsageError(f"parameters are a map of names and values, not {shown(value)}")
    formerly = {name: each.formerly for name, each in TABLE.items() if each.formerly is not None}
    return Parameters().with_values({**formerly, **value})


def parse_setting(text: str) -> tuple[str, Value]:
    """``name=value`` as typed → the parameter's name and its value, checked. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{shown(text)} is not of the form name=value")
    named = row_named(name.strip(), TABLE)
    return named.name, named.parse(value)


TABLE: Mapping[str, Row] = rows_of(Parameters)
"""Every parameter by name, in the order in which they are shown."""
