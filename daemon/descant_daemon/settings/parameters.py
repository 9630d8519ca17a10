"""The one table of parameters: presets, ``--set``, controllers and the documentation all read these rows.

A row is a field of ``Parameters``: its type says the kind, its ``Knob`` the rest. Default controllers are
taken from 3, 9, 14, 15, 20 to 31, 85 to 90 and 102 to 119, which MIDI 1.0 leaves undefined (88 since taken), so
that no keyboard moves them by accident. Smooth is what weighs on every step, so that a leap of it is heard as one: how
loud, how even, how many, how wild, which style. What sets a limit (keys, voices), counts, or shapes whole bars is there
when it is set.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

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
from descant_daemon.settings.row import Kind, Row, Value, row_named
from descant_routing.errors import UsageError
from descant_routing.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Knob(NamedTuple):
    """What the type of a parameter does not say; see ``Row``."""

    meaning: str
    low: float = 0
    high: float = 0
    unit: str = ""
    cc: int | None = None
    controllable: bool = True
    smooth: bool = False
    formerly: Value | None = None


@dataclass(frozen=True)
class Parameters:
    """The parameters of one instance, each within its row's range; immutable.

    Raises UsageError, naming the parameter, when made with a value outside its row.
    """

    mode: Annotated[
        Mode,
        Knob(
            "free plays by itself, hearing you; harmonise sets voices around what you hold, on the grid; "
            "instant sets them the moment you press a key; respond listens for `phrase` bars and answers for as many; "
            "continue takes over when you have rested for `patience` beats; freeze repeats its last `phrase` bars.",
            cc=20,
        ),
    ] = "harmonise"
    phrase: Annotated[
        int, Knob("How long respond listens, and answers, and how much freeze repeats.", 1, 16, "bars", 90)
    ] = 2
    patience: Annotated[int, Knob("How long you rest before continue takes over.", 1, 16, "beats", 3)] = 2
    latch: Annotated[
        bool, Knob("Whether keys stay held, for the harmony, until you press others.", cc=86)
    ] = False
    chord_memory: Annotated[
        bool,
        Knob(
            "The chord that you hold when it is switched on comes with every key that you press after.", cc=87
        ),
    ] = False
    temperature: Annotated[
        float,
        Knob(
            "Below 1 the likeliest notes win more often, above 1 surprises do.", 0.05, 2, "×", 21, smooth=True
        ),
    ] = 1.0
    style: Annotated[Style, Knob("Which of the model's styles is played; none named: its first.", cc=9)] = ""
    morph_to: Annotated[
        Style, Knob("The style that `morph` leads to; none named: `morph` leads nowhere.", cc=15)
    ] = ""
    morph: Annotated[
        float,
        Knob("How far from `style` to `morph_to`: 0 not at all, 1 wholly.", 0, 1, "share", 14, smooth=True),
    ] = 0.0
    density: Annotated[
        # At 2 the odds would be infinite; 1.98 multiplies them by 99.
        float,
        Knob(
            "How many notes: 0 is silence, 1 as the model has it, above 1 fuller.",
            0,
            1.98,
            "×",
            22,
            smooth=True,
        ),
    ] = 1.0
    follow: Annotated[
        float, Knob("How much more closely than the model harmony follows your notes.", 0, 3, "×")
    ] = 0.0
    drafts: Annotated[
        int,
        Knob(
            "How many answers are drawn for a step; the first says how many notes are struck and held, and of those "
            "that have as many the likeliest is played.",
            1,
            32,
            "drafts",
            104,
        ),
    ] = 1
    critic: Annotated[
        float,
        Knob(
            "How far drafts are chosen by chords, voice leading and fit to your notes beside likelihood: 0 not "
            "at all, 1 wholly.",
            0,
            1,
            "share",
        ),
    ] = 0.0
    voices: Annotated[int, Knob("Most generated notes that sound at once.", 0, 16, "notes", 23)] = 4
    low: Annotated[int, Knob("Lowest key that is generated; middle C is 60.", 0, 127, "MIDI key", 24)] = 0
    high: Annotated[int, Knob("Highest key that is generated; middle C is 60.", 0, 127, "MIDI key", 25)] = 127
    place: Annotated[
        Place, Knob("Where generated notes lie: anywhere, below your highest key or above your lowest.")
    ] = "anywhere"
    linger: Annotated[
        int,
        Knob(
            "For how long harmonise plays by itself after your last key; 0: your rests are its own.",
            0,
            32,
            "beats",
            105,
        ),
    ] = 0
    lead_in: Annotated[
        bool, Knob("Whether harmonise lingers before your first key as well.", formerly=True)
    ] = False
    bridge: Annotated[
        float,
        Knob(
            "How long a key that you have let go is still played to, unless you strike another; 0: a gap is a rest.",
            0,
            4,
            "beats",
            formerly=0.0,
        ),
    ] = 1.0
    velocity: Annotated[int, Knob("Velocity of generated notes.", 1, 127, "velocity", 26, smooth=True)] = 80
    velocity_follow: Annotated[
        float,
        Knob(
            "How far generated velocity follows yours: 0 not at all, 1 wholly.",
            0,
            1,
            "share",
            27,
            smooth=True,
        ),
    ] = 0.5
    velocity_source: Annotated[
        Source,
        Knob(
            "model: as loud as the model has each note, where it knows, louder and softer with `velocity` "
            "and your touch; player: `velocity` and your touch alone."
        ),
    ] = "model"
    articulation: Annotated[
        Articulation,
        Knob("legato holds a note as long as the model does; gate lets it go after `gate` at most.", cc=28),
    ] = "legato"
    gate: Annotated[
        float, Knob("How long a generated note sounds when articulation is gate.", 0.05, 16, "steps", 29)
    ] = 0.9
    variation: Annotated[
        int,
        Knob("Another take: each value is a different, repeatable one of the same seed.", 0, 127, "take", 30),
    ] = 0
    take: Annotated[
        Take,
        Knob(
            "locked: every pass of a loop is the same; evolving: each is another variation, and the next playback "
            "begins with the first again.",
            cc=89,
        ),
    ] = "locked"
    recall: Annotated[
        float,
        Knob(
            "How closely a bar returns to what was played at its place in an earlier one: 0 not at all, "
            "1 nearly note for note.",
            0,
            1,
            "share",
            106,
        ),
    ] = 0.0
    form: Annotated[
        Form,
        Knob(
            "What recall returns to: free, any of the last bars; else a section to the first of its letter, "
            "a new letter keeping away from what was before, and each section ending on a long note and a breath.",
            cc=107,
        ),
    ] = "free"
    section: Annotated[int, Knob("How long a section of the form is.", 1, 32, "bars", 116)] = 8
    space: Annotated[
        float,
        Knob(
            "Rests of whole beats and half bars, more at the ends of phrases; in free mode they are where you "
            "play. Never two bars on end, but 1 is silence.",
            0,
            1,
            "share",
            108,
        ),
    ] = 0.0
    density_target: Annotated[
        float,
        Knob(
            "Struck notes a bar that the odds are steered towards; 0 leaves them alone.", 0, 64, "notes", 109
        ),
    ] = 0.0
    scale: Annotated[
        Scale,
        Knob(
            "Notes outside it are not generated; chromatic has them all, diatonic is that of the mode "
            "that `key: follow` finds.",
            cc=110,
        ),
    ] = "chromatic"
    key: Annotated[
        KeyName, Knob("Tonic of the scale; follow finds it in what is played, bar by bar.", cc=111)
    ] = "follow"
    key_pull: Annotated[
        float,
        Knob(
            "How strongly notes outside your key are held back, the surer it is the more; 0 leaves them alone.",
            0,
            2,
            "×",
        ),
    ] = 0.0
    key_hearing: Annotated[
        KeyHearing,
        Knob(
            "Which keys are heard in what you play: modes, all the diatonic ones; "
            "major_minor, these two alone, and a new key half as readily.",
            formerly="major_minor",
        ),
    ] = "modes"
    chords: Annotated[
        Chords,
        Knob(
            "A chord chart that the harmony keeps to, bar by bar from the song's first: bars as players "
            "write them. None: the harmony is free.",
            controllable=False,
        ),
    ] = Chords("")  # noqa: RUF009 - a word
    chord_pull: Annotated[
        float, Knob("How strongly notes outside the chart's chord are held back.", 0, 2, "×")
    ] = 1.0
    over_chords: Annotated[
        OverChords,
        Knob(
            "What harmonise plays while you hold a chord of three notes or more: as_it_is, what the model has; fill, "
            "notes of it that are held; move, voices that change on the beats; arpeggiate, broken in half beats."
        ),
    ] = "as_it_is"
    accent: Annotated[
        float,
        Knob(
            "How much louder the beats are than what lies between, and the bar's first most.",
            0,
            1,
            "share",
            112,
            smooth=True,
        ),
    ] = 0.0
    swing: Annotated[
        float,
        Knob(
            "How late the off-beats are: 0 straight, 1 on the last of three.",
            0,
            1,
            "of a triplet",
            113,
            smooth=True,
        ),
    ] = 0.0
    swing_unit: Annotated[SwingUnit, Knob("Which notes swing.", cc=114)] = "eighth"
    humanise: Annotated[
        float,
        Knob(
            "Unevenness of touch: up to 12 of velocity to either side, up to 20 ms late.",
            0,
            1,
            "share",
            115,
            smooth=True,
        ),
    ] = 0.0
    length_follow: Annotated[
        float,
        Knob(
            "How far generated notes are as short as yours where you play detached: 0 not at all, 1 wholly.",
            0,
            1,
            "share",
            117,
        ),
    ] = 0.0
    thru: Annotated[bool, Knob("Whether your own notes are passed on.", cc=31)] = True
    channel: Annotated[
        int, Knob("Channel of generated notes; your own pass on theirs.", 1, 16, "MIDI channel")
    ] = 2
    late: Annotated[
        int,
        Knob(
            "How late a key may come after its step began and still be harmonised in it; "
            "never more than half a step.",
            0,
            120,
            "ms",
        ),
    ] = 60
    late_cc: Annotated[
        int,
        Knob(
            "Controller, sent with the notes, that tells how many steps in a row came late; 0 is none.",
            0,
            119,
        ),
    ] = 0
    state_cc: Annotated[
        int,
        Knob("Controller that tells what is done: 0 idle, 1 listening, 2 playing; 0 is none.", 0, 119),
    ] = 0
    bar_cc: Annotated[int, Knob("Controller that tells the bar, from 1, modulo 128; 0 is none.", 0, 119)] = 0
    beat_cc: Annotated[int, Knob("Controller that tells the beat of the bar, from 1; 0 is none.", 0, 119)] = 0
    mode_cc: Annotated[
        int, Knob("Controller that tells the mode by its place in the list, from 0; 0 is none.", 0, 119)
    ] = 0
    takeover: Annotated[
        Takeover,
        Knob(
            "What a knob does that does not stand where its parameter is: jump, it moves it there; pickup, nothing "
            "until it comes by; scale, the travel that is left to each is shared, so that both reach the end.",
            controllable=False,
        ),
    ] = "jump"
    seed: Annotated[
        int,
        Knob("Where the dice start: same seed and input, same notes.", 0, 2**32 - 1, controllable=False),
    ] = 1
    metre: Annotated[Metre, Knob("Beats in a bar, which MIDI clock does not tell.", controllable=False)] = (
        FOUR_FOUR
    )

    def __post_init__(self) -> None:
        """Check every value by its row."""
        for row in TABLE.values():
            object.__setattr__(self, row.name, row.check(getattr(self, row.name)))

    def with_values(self, values: Mapping[str, object]) -> Parameters:
        """These with some replaced. Raises UsageError for an unknown name or a value outside its row."""
        changes: dict[str, Any] = {row_named(name, TABLE).name: value for name, value in values.items()}
        return replace(self, **changes)

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
    formerly = {name: row.formerly for name, row in TABLE.items() if row.formerly is not None}
    return Parameters().with_values({**formerly, **value})


def parse_setting(text: str) -> tuple[str, Value]:
    """``name=value`` as typed → the parameter's name and its value, checked. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{shown(text)} is not of the form name=value")
    row = row_named(name.strip(), TABLE)
    return row.name, row.parse(value)


def _table() -> Mapping[str, Row]:
    hints = get_type_hints(Parameters, include_extras=True)
    rows: dict[str, Row] = {}
    for each in fields(Parameters):
        annotated, knob = get_args(hints[each.name])
        assert isinstance(knob, Knob)
        rows[each.name] = Row(
            name=each.name,
            kind=_kind(annotated),
            default=getattr(Parameters, each.name),
            meaning=knob.meaning,
            unit=knob.unit,
            low=knob.low,
            high=knob.high,
            choices=get_args(annotated) if get_origin(annotated) is Literal else (),
            default_cc=knob.cc,
            controllable=knob.controllable,
            smooth=knob.smooth,
            formerly=knob.formerly,
        )
    return MappingProxyType(rows)


def _kind(annotated: object) -> Kind:
    if get_origin(annotated) is Literal:
        return "choice"
    kinds: dict[object, Kind] = {
        int: "int",
        float: "float",
        bool: "bool",
        str: "style",
        Chords: "chart",
        Metre: "metre",
    }
    return kinds[annotated]


TABLE: Mapping[str, Row] = _table()
"""Every parameter by name, in the order in which they are shown."""
