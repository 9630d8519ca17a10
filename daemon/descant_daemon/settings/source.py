"""Where a moved value comes from: a controller, a pair of them, or an NRPN; for an action also a key; as files say it.

Source: MIDI 1.0 Detailed Specification 4.2.1, table 3: controllers 0 to 31 and 32 to 63 are the coarse and fine
halves of 14 bits, 6 and 38 those of whatever 98 and 99 (NRPN) or 100 and 101 (RPN) have selected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from descant_daemon.settings.actions import ACTIONS
from descant_routing.errors import UsageError
from descant_routing.routes.numbers import KEYS, plain_one, read_one
from descant_routing.wording import shown

HIGHEST_CC = 119  # 120 to 127 are channel mode messages: all notes off and the like
HIGHEST_NRPN = 16_382  # 16383, both halves 127, selects nothing
TAKEN_CC = {0: "bank select", 32: "bank select", 64: "the sustain pedal"}
NRPN_NUMBERS = frozenset({6, 38, *range(96, 102)})  # data entry, by value or by step, and what selects
COARSE_TOP, FINE_TOP = 127, 16_383

_CONTROLLER = re.compile(r"\d{1,3}", re.ASCII)
_PAIR = re.compile(r"(\d{1,3})\s*\+\s*(\d{1,3})", re.ASCII)
_NRPN = re.compile(r"nrpn\s+(\d{1,5})", re.ASCII | re.IGNORECASE)
_KEY = re.compile(r"key\s+([a-g][#b♯♭]?-?\d|\d{1,3})", re.ASCII | re.IGNORECASE)
_WANTED = f"must be a number from 0 to {HIGHEST_CC}, a pair such as 21+53, nrpn 0 to {HIGHEST_NRPN}, or null for none"


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller of 7 bits, 0 to 119."""

    number: int

    @property
    def numbers(self) -> frozenset[int]:
        """The controllers that it needs."""
        return frozenset({self.number})

    def __str__(self) -> str:
        """As a file says it."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two controllers that are the halves of 14 bits; by the standard ``fine`` is ``coarse`` + 32."""

    coarse: int
    fine: int

    @property
    def numbers(self) -> frozenset[int]:
        """The controllers that it needs."""
        return frozenset({self.coarse, self.fine})

    def __str__(self) -> str:
        """As a file says it."""
        return f"{self.coarse}+{self.fine}"


@dataclass(frozen=True, slots=True)
class Nrpn:
    """A non-registered parameter number, 0 to 16382 (controller 99 times 128, and 98); its value is of 14 bits."""

    number: int

    @property
    def numbers(self) -> frozenset[int]:
        """The controllers that it needs, which all NRPNs share."""
        return NRPN_NUMBERS

    def __str__(self) -> str:
        """As a file says it."""
        return f"nrpn {self.number}"


@dataclass(frozen=True, slots=True)
class ButtonKey:
    """A key, 0 to 127, or a pad that sends one: a button, and no note."""

    number: int

    @property
    def numbers(self) -> frozenset[int]:
        """It needs no controller."""
        return frozenset()

    def __str__(self) -> str:
        """As a file says it: middle C is ``key C4``."""
        return f"key {plain_one(self.number, KEYS)}"


Source = Controller | Pair | Nrpn | ButtonKey


def parse_source(value: object, name: str) -> Source | None:
    """What a file says (a number, text or null) as the source that moves ``name``; None for none.

    The way back is ``str``. Raises UsageError, naming ``name``, for what is no source or is somebody else's.
    """
    if value is None:
        return None
    sayable = isinstance(value, (int, str)) and not isinstance(value, bool)  # which is an int to Python
    source = _read(str(value).strip()) if sayable else None
    if source is None:
        key = ", or a key such as key C2" if name in ACTIONS else ""
        raise UsageError(f"the controller of {name} {_WANTED}{key}, not {shown(value)}")
    if isinstance(source, ButtonKey) and name not in ACTIONS:
        raise UsageError(f"{source} cannot move {name}: a key only does actions, such as capture")
    for number in sorted(source.numbers):
        if number in TAKEN_CC:
            raise UsageError(f"controller {number} is {TAKEN_CC[number]} and cannot move {name}")
    return source


def quarrel(one: str, first: Source, other: str, second: Source) -> str | None:
    """Why ``first`` cannot move ``one`` while ``second`` moves ``other``, in a sentence; None where they can."""
    if first == second:
        what = f"controller {first}" if isinstance(first, Controller) else str(first)
        return f"{what} moves both {one} and {other}"
    needed = first.numbers & second.numbers
    if not needed or (isinstance(first, Nrpn) and isinstance(second, Nrpn)):
        return None
    return f"{one} ({first}) and {other} ({second}) both need controller {min(needed)}"


def source_schema(name: str) -> dict[str, object]:
    """What may move ``name``, or do it, as JSON Schema, for editors."""
    key = r"|[Kk][Ee][Yy]\s+([A-Ga-g][#b]?-?\d|\d{1,3})" if name in ACTIONS else ""
    return {
        "type": ["integer", "string", "null"],
        "minimum": 0,
        "maximum": HIGHEST_CC,
        "pattern": rf"^({_CONTROLLER.pattern}|{_PAIR.pattern}|[Nn][Rr][Pp][Nn]\s+\d{{1,5}}{key})$",
    }


def _read(text: str) -> Source | None:
    if _CONTROLLER.fullmatch(text) and int(text) <= HIGHEST_CC:
        return Controller(int(text))
    if pair := _PAIR.fullmatch(text):
        coarse, fine = int(pair[1]), int(pair[2])
        return Pair(coarse, fine) if max(coarse, fine) <= HIGHEST_CC and coarse != fine else None
    if (nrpn := _NRPN.fullmatch(text)) and int(nrpn[1]) <= HIGHEST_NRPN:
        return Nrpn(int(nrpn[1]))
    if key := _KEY.fullmatch(text):
        try:
            return ButtonKey(read_one(key[1], KEYS))
        except UsageError:
            return None  # there is no such key
    return None
