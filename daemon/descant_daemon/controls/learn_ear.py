"""Which knob is being moved, or which pad struck, heard among whatever else comes: other knobs, notes, clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.controls.halves import Halves
from descant_daemon.controls.selection import DATA, DATA_COARSE, DATA_FINE, Selection
from descant_daemon.settings.source import (
    COARSE_TOP,
    HIGHEST_CC,
    NRPN_NUMBERS,
    TAKEN_CC,
    ButtonKey,
    Controller,
    Nrpn,
    Pair,
    Source,
)
from descant_routing import message

if TYPE_CHECKING:
    from collections.abc import Iterator

ENOUGH, ENOUGH_PRESSES = 3, 2  # places of a knob; messages of a button, which are down and up
REST = 500_000_000  # ns of quiet after which the hand has done
LONGEST = 3_000_000_000  # ns after which Descant has heard enough, though something moves on and on
FINE = 32  # by the standard the fine half of controller n, 1 to 31, is n + 32


class _Track:
    """How a source has moved: how many places it has been at, and how far it went in all, in lengths of its way."""

    def __init__(self, *, again: bool) -> None:
        """``again``: the same place counts whenever it is told."""
        self.places = 0
        self.travel = 0.0
        self._again = again
        self._been: set[float] = set()  # so that a knob that flickers between two places has not moved
        self._at: float | None = None

    def move(self, position: float) -> bool:
        """False where nothing has moved."""
        if position == self._at and not self._again:
            return False
        self.travel += 0.0 if self._at is None else abs(position - self._at)
        self.places += self._again or position not in self._been
        self._been.add(position)
        self._at = position
        return True

    def step(self) -> bool:
        """Up or down, from nobody knows where."""
        self.travel += 1 / COARSE_TOP
        self.places += 1
        return True


class _Couple:
    """Controllers n and n + 32, which may be the halves of one knob."""

    def __init__(self, coarse: int, track: _Track) -> None:
        self.pair = Pair(coarse, coarse + FINE)
        self.track = track
        self._halves = Halves()
        self._told = 0  # coarse halves
        self._joined = [0, 0]  # coarse ones right before, and right after, a fine one
        self._waiting = False  # the last message was a coarse one

    @property
    def is_one(self) -> bool:
        """Whether each coarse half had its fine one beside it, in the one order or the other."""
        before, after = self._joined
        return max(before + self._waiting, after) >= self._told and max(self._joined) > 1

    def hear(self, number: int, value: int, last: int | None) -> None:
        """One half, after the controller ``last``."""
        self._waiting = number == self.pair.coarse
        self._told += self._waiting
        if last == (self.pair.fine if self._waiting else self.pair.coarse):
            self._joined[self._waiting] += 1
        position = self._halves.coarse(value) if self._waiting else self._halves.fine(value)
        if position is not None:
            self.track.move(position)


class _Channel:
    """What one channel has sent."""

    def __init__(self, *, again: bool) -> None:
        self._again = again
        self._selection = Selection()
        self._selects = False
        self._plain: dict[int, _Track] = {}
        self._couples: dict[int, _Couple] = {}
        self._numbered: dict[int, tuple[Halves, _Track]] = {}
        self._last: int | None = None

    def hear(self, number: int, value: int) -> bool:
        """True when something has moved."""
        last, self._last = self._last, number
        if self._selection.feed(number, value):
            self._selects = True
            return False
        if self._selects and number in DATA:
            return self._data(number, value)
        if number in TAKEN_CC or number > HIGHEST_CC:
            return False
        coarse = number - FINE if FINE < number < 2 * FINE else number
        if 0 < coarse < FINE:
            couple = self._couples.setdefault(coarse, _Couple(coarse, self._track()))
            couple.hear(number, value, last)
        return self._plain.setdefault(number, self._track()).move(value / COARSE_TOP)

    def tracks(self) -> Iterator[tuple[Source, _Track]]:
        """Everything that has moved; halves are one source, not two."""
        halves: frozenset[int] = frozenset()
        for couple in self._couples.values():
            if couple.is_one:
                halves |= couple.pair.numbers
                yield couple.pair, couple.track
        for number, track in self._plain.items():
            if number not in halves and not (self._selects and number in NRPN_NUMBERS):
                yield Controller(number), track
        for number, (_, track) in self._numbered.items():
            yield Nrpn(number), track

    def _data(self, number: int, value: int) -> bool:
        nrpn = self._selection.nrpn
        if nrpn is None:
            return False  # of an RPN, or of nothing
        halves, track = self._numbered.setdefault(nrpn, (Halves(), self._track()))
        if number not in (DATA_COARSE, DATA_FINE):
            return track.step()
        position = halves.coarse(value) if number == DATA_COARSE else halves.fine(value)
        return position is not None and track.move(position)

    def _track(self) -> _Track:
        return _Track(again=self._again)


class LearnEar:
    """Give it all that comes; ask it for its verdict. Times are ns."""

    def __init__(self, *, button: bool = False, keys: bool = False) -> None:
        """``button``: a press is looked for, whatever its value, not a knob's way; ``keys``: it may be a key's."""
        self._button = button
        self._keys = keys
        self._channels: dict[int, _Channel] = {}
        self._struck: ButtonKey | None = None  # the first key
        self._moved = 0
        self._ready: int | None = None

    def hear(self, data: bytes, now: int) -> None:
        """A whole message; all but control changes, and keys where they will do, is passed over."""
        if self._keys and message.is_note_on(data) and self._struck is None:
            self._struck = ButtonKey(data[1])
            self._moved = now
            self._ready = now if self._ready is None else self._ready
        if not message.is_control_change(data):
            return
        channel = self._channels.setdefault(message.channel(data), _Channel(again=self._button))
        if channel.hear(data[1], data[2]):
            self._moved = now
            if self._ready is None and self._found() is not None:
                self._ready = now

    def deadline(self) -> int | None:
        """When the verdict is due, if nothing more comes; None before anything has moved enough."""
        return None if self._ready is None else min(self._moved + REST, self._ready + LONGEST)

    def verdict(self, now: int) -> Source | None:
        """What has moved most of all that has moved enough; None while it is too early to say."""
        due = self.deadline()
        return None if due is None or now < due else self._found()

    def _found(self) -> Source | None:
        enough = ENOUGH_PRESSES if self._button else ENOUGH
        moved = [
            each
            for channel in self._channels.values()
            for each in channel.tracks()
            if each[1].places >= enough
        ]
        # Faders that are touched, and buttons that are lit, send notes too: a controller goes before a key.
        return max(moved, key=lambda each: (each[1].travel, each[1].places), default=(self._struck, None))[0]
