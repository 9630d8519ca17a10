"""A tune as people type it: bars of ``pitch:length``, checked bar by bar.

A ``.tune`` file is a head of ``name: value`` lines, an empty line, and the music, one phrase a line::

    title: St. Anne
    composer: William Croft
    year: 1708
    key: C major
    metre: 4/4
    pickup: 4
    tempo: 92
    bach: no

    g4:4 | e4:4 a4:4 g4:4 c5:4 | c5:4 b4:4 c5:4
    g4:4 | c5:4 g4:4 a4:4 f#4:4 | g4:12

Lengths and the pick-up are in steps (sixteenths); ``tempo`` is in quarters a minute; c4 is MIDI key 60.
``r:4`` is a rest, ``~:4`` holds the note before it 4 steps longer (a tie), ``c4+e4+g4:16`` is a chord. ``|``
closes a full bar, and so may the end of a line. The last bar is full, or short by exactly the pick-up, as in a
hymn book. A line ``&`` goes back to the beginning: what follows is the other hand. ``bach`` names the chorale
where Bach set the tune as well, so that nobody takes it for one a Bach model never saw.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from descant_routing.errors import DescantError

STEPS_PER_WHOLE = 16
HEAD = ("title", "composer", "year", "key", "metre", "pickup", "tempo", "bach")

OTHER_HAND = "&"

_TOKEN = re.compile(r"([a-g][#b]?\d(?:\+[a-g][#b]?\d)*|[r~]):([1-9]\d?)")
_SEMITONE = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ALTER = {"#": 1, "b": -1, "": 0}
_KEY = re.compile(r"([A-G])([#b]?) (major|minor)")
_DENOMINATORS = (2, 4, 8, 16)


class TuneError(DescantError):
    """A tune cannot be read; the sentence names the file and the line."""


class TuneNote(NamedTuple):
    """One note: ``start`` and ``length`` in steps (sixteenths), ``key`` a MIDI key, 0 to 127.

    Step 0 is a bar line. A pick-up stands at the end of the first bar, after a silence.
    """

    start: int
    length: int
    key: int


@dataclass(frozen=True)
class Tune:
    """A melody and what a hymn book prints above it."""

    title: str
    composer: str
    year: int
    key: str
    """As in ``Eb major``."""
    metre: tuple[int, int]
    pickup: int
    """In steps; 0 where the tune begins on a bar line."""
    tempo: float
    """Quarters a minute."""
    bach: str | None
    """The chorale in which Bach set this tune, None where he did not."""
    notes: tuple[TuneNote, ...]
    phrases: tuple[int, ...]
    """The step at which each phrase of the first hand begins."""

    @property
    def steps_per_bar(self) -> int:
        """Sixteenths in a bar: 16 in 4/4, 12 in 3/4 and in 6/8."""
        return STEPS_PER_WHOLE * self.metre[0] // self.metre[1]

    @property
    def bars(self) -> int:
        """Bars that the notes touch, the pick-up's included."""
        return -(-self.end // self.steps_per_bar)

    @property
    def end(self) -> int:
        """The step at which the last note ends."""
        return max(note.start + note.length for note in self.notes)

    @property
    def tonic(self) -> int:
        """The pitch class of the key note, 0 (C) to 11."""
        return _tonic(self.key)

    def transposed(self, semitones: int) -> Self:
        """The same tune higher (or lower); the key's name stays that of the page. Raises TuneError."""
        moved = tuple(note._replace(key=note.key + semitones) for note in self.notes)
        if any(not 0 <= note.key <= 127 for note in moved):
            raise TuneError(f"{self.title} moved by {semitones} semitones leaves the MIDI keys 0 to 127.")
        return replace(self, notes=moved)


def parse(text: str, where: str) -> Tune:
    """Read a tune; ``where`` is the file's name for error sentences. Raises TuneError."""
    lines = text.splitlines()
    blank = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    head = _head(lines[:blank], where)
    metre = _metre(head["metre"], where)
    if not _KEY.fullmatch(head["key"]):
        raise TuneError(f"{where}: the key {head['key']!r} should look like 'Eb major'.")
    bar = STEPS_PER_WHOLE * metre[0] // metre[1]
    pickup = _number(head, "pickup", where)
    if pickup >= bar:
        raise TuneError(f"{where}: a pick-up of {pickup} steps does not fit before a bar of {bar}.")
    notes, phrases = _music(lines, blank, where, bar, pickup)
    return Tune(
        title=head["title"],
        composer=head["composer"],
        year=_number(head, "year", where),
        key=head["key"],
        metre=metre,
        pickup=pickup,
        tempo=float(_number(head, "tempo", where)),
        bach=None if head["bach"] == "no" else head["bach"],
        notes=notes,
        phrases=phrases,
    )


def _head(lines: list[str], where: str) -> dict[str, str]:
    head: dict[str, str] = {}
    for at, line in enumerate(lines, 1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not value or name not in HEAD or name in head:
            raise TuneError(f"{where}:{at}: expected one each of {', '.join(HEAD)}, got {line!r}.")
        head[name] = value
    if missing := [name for name in HEAD if name not in head]:
        raise TuneError(f"{where}: the head lacks {', '.join(missing)}.")
    return head


def _number(head: Mapping[str, str], name: str, where: str) -> int:
    if not re.fullmatch(r"\d{1,4}", head[name]):
        raise TuneError(f"{where}: {name} should be a whole number, not {head[name]!r}.")
    return int(head[name])


def _metre(text: str, where: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d?)/(\d{1,2})", text)
    if not found or int(found[2]) not in _DENOMINATORS:
        raise TuneError(f"{where}: the metre {text!r} should look like 4/4, 3/4 or 6/8.")
    return int(found[1]), int(found[2])


def _tonic(key: str) -> int:
    note, _, _ = key.partition(" ")
    return (_SEMITONE[note[0].lower()] + _ALTER[note[1:]]) % 12


def _music(
    lines: list[str], blank: int, where: str, bar: int, pickup: int
) -> tuple[tuple[TuneNote, ...], tuple[int, ...]]:
    """Notes by time and the starts of phrases; every bar's sum is checked where its bar line stands."""
    hands: list[list[tuple[int, str]]] = [[]]
    for at, line in enumerate(lines[blank:], blank + 1):
        if line.strip() == OTHER_HAND:
            hands.append([])
        else:
            hands[-1].append((at, line))
    read = [_hand(hand, where, bar, pickup) for hand in hands]
    return tuple(sorted(note for notes, _ in read for note in notes)), read[0][1]


def _hand(
    lines: list[tuple[int, str]], where: str, bar: int, pickup: int
) -> tuple[list[TuneNote], tuple[int, ...]]:
    notes: list[TuneNote] = []
    phrases: list[int] = []
    now = (bar - pickup) % bar
    barline = 0  # the step of the last bar line passed
    for at, line in lines:
        if line.strip():
            phrases.append(now)
            if now == barline + bar:  # the end of a line is a bar line where the bar is full
                barline = now
        for token in line.split():
            if token != "|":
                now += _event(token, now, notes, f"{where}:{at}")
            elif now == barline + bar:
                barline = now
            else:
                off = now - barline - bar
                raise TuneError(
                    f"{where}:{at}: the bar has {abs(off)} steps too {'many' if off > 0 else 'few'}."
                )
    if not notes:
        raise TuneError(f"{where}: no notes.")
    if now - barline not in (bar, bar - pickup):
        raise TuneError(f"{where}: the last bar has {now - barline} steps, not {bar - pickup} or {bar}.")
    return notes, tuple(phrases)


def _event(token: str, now: int, notes: list[TuneNote], where: str) -> int:
    """Append (or lengthen) notes and return the token's length in steps."""
    found = _TOKEN.fullmatch(token)
    if not found:
        raise TuneError(
            f"{where}: {token!r} is not a note like f#4:2, a chord c4+e4:8, a rest r:4, a tie ~:4 or a bar line."
        )
    pitches, length = found[1], int(found[2])
    if pitches == "~":
        held = [at for at, note in enumerate(notes) if note.start + note.length == now]
        if not held:
            raise TuneError(f"{where}: the tie {token!r} has no note before it to hold.")
        for at in held:
            notes[at] = notes[at]._replace(length=notes[at].length + length)
    elif pitches != "r":
        keys = sorted({_key(pitch) for pitch in pitches.split("+")})
        if keys[-1] > 127:
            raise TuneError(f"{where}: {token!r} is above the highest MIDI key, g9.")
        notes += [TuneNote(now, length, key) for key in keys]
    return length


def _key(pitch: str) -> int:
    return 12 * (int(pitch[-1]) + 1) + _SEMITONE[pitch[0]] + _ALTER[pitch[1:-1]]
