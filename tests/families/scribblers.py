"""Two tiny families of writers, for the tests: one whose symbols are a step's events, one whose symbols span steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.blend import FIRST_STYLE
from descant_daemon.engine.choice import Array
from descant_daemon.engine.state_cache import Hidden
from descant_daemon.engine.symbol_writer import Condition, Limits
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State

PITCHES = PitchRange(60, 71)
COUNT = PITCHES.size


class NumpySymbols:
    """A plain recurrence of random weights; what it has been asked is counted."""

    def __init__(self, symbols: int, seed: int = 0, size: int = 8) -> None:
        rng = np.random.default_rng(seed)
        self.embedding = rng.normal(0, 1, (symbols, size)).astype(np.float32)
        self._own = rng.normal(0, 0.7, (size, size)).astype(np.float32)
        self._out = rng.normal(0, 1.2, (size, symbols)).astype(np.float32)
        self.start: Hidden = (np.zeros(size, np.float32),)
        self.asked = 0

    def step(self, symbol: int, condition: Condition, hidden: Hidden) -> tuple[Array, Hidden]:
        self.asked += 1
        style = condition.blend.share if condition.blend != FIRST_STYLE else 0.0
        told = self.embedding[symbol] + hidden[0] @ self._own + condition.step_in_bar / 16 + style
        new = np.tanh(told).astype(np.float32)
        return new @ self._out, (new,)


class Text(NamedTuple):
    """Of ``Events``. ``heard``: what the player was heard to hold; ``state``: ours of the last step that is decided."""

    step: int
    sounding: tuple[int, ...] = ()
    struck: tuple[int, ...] = ()
    heard: tuple[int, ...] = ()
    last: int = -1
    decided: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())


class Events:
    """SHIFT, then OFF p, ON p and HEAR p for each of twelve pitches. In a step: HEAR up, OFF up, ON up, SHIFT.

    Every (play, articulate) of a step is exactly one string, as long as a pitch that sounds is struck again by OFF, ON.
    """

    OFF, ON, HEAR = 1, 1 + COUNT, 1 + 2 * COUNT
    symbols = 1 + 3 * COUNT

    def begin(self, step: int) -> Text:
        return Text(step)

    def horizon(self, text: Text) -> int:
        return text.step

    def place(self, text: Text) -> int:
        return text.step

    def heard(self, text: Text, step: int, given: State) -> list[int]:
        assert text.step == step
        return [self.HEAR + int(row) for row in np.flatnonzero(given[:, PLAY])]

    def sounded(self, text: Text, step: int, whole: State, ours: State) -> list[int]:
        theirs = whole * (1 - ours[:, PLAY : PLAY + 1])
        symbols = self.heard(text, step, theirs)
        before = set(text.sounding)
        off = [row for row in before if not ours[row, PLAY] or ours[row, ARTICULATE]]
        on = [row for row in range(COUNT) if ours[row, PLAY] and (ours[row, ARTICULATE] or row not in before)]
        return [*symbols, *(self.OFF + row for row in sorted(off)), *(self.ON + row for row in on), 0]

    def legal(self, text: Text, limits: Limits) -> NDArray[np.bool_]:
        legal = np.zeros(self.symbols, np.bool_)
        beyond = max(0, len(text.sounding) - limits.voices)
        closed = {row for row in text.sounding if row in text.heard} | {*text.sounding[:beyond]}
        must = [row for row in sorted(closed) if self.OFF + row > text.last]
        for row in text.sounding:
            if self.OFF + row > text.last and (not must or row <= must[0]):
                legal[self.OFF + row] = True
        if must:
            return legal
        legal[0] = True
        if len(text.sounding) < limits.voices:
            for row in range(COUNT):
                free = row not in text.sounding and row not in text.heard
                legal[self.ON + row] = free and bool(limits.allowed[row]) and self.ON + row > text.last
        return legal

    def bias(self, text: Text, limits: Limits) -> NDArray[np.float64]:
        bias = np.zeros(self.symbols)
        bias[self.ON : self.ON + COUNT] = np.log(max(limits.odds, 1e-9))
        return bias

    def push(self, text: Text, symbol: int) -> Text:
        if symbol == 0:
            decided = (text.sounding, text.struck)
            return Text(text.step + 1, text.sounding, decided=decided)
        if symbol >= self.HEAR:
            return text._replace(heard=(*text.heard, symbol - self.HEAR))
        if symbol >= self.ON:
            row = symbol - self.ON
            sounding = tuple(sorted((*text.sounding, row)))
            return text._replace(sounding=sounding, struck=(*text.struck, row), last=symbol)
        row = symbol - self.OFF
        return text._replace(sounding=tuple(each for each in text.sounding if each != row), last=symbol)

    def state(self, text: Text, step: int) -> State:
        assert text.step == step + 1
        state = np.zeros((COUNT, 2), np.float32)
        sounding, struck = text.decided
        state[list(sounding), PLAY] = 1
        state[list(struck), ARTICULATE] = 1
        return state


class Phrase(NamedTuple):
    """Of ``Words``. ``words``: (first step, row or -1, length), what may still be asked for."""

    begun: int
    step: int
    words: tuple[tuple[int, int, int], ...] = ()


class Words:
    """A rest or a note of one to four steps each, which fill a bar of sixteen exactly. It never hears anybody."""

    LENGTHS = 4
    symbols = (1 + COUNT) * LENGTHS
    BAR = 16

    def begin(self, step: int) -> Phrase:
        return Phrase(step, step)

    def horizon(self, text: Phrase) -> int:
        return text.step

    def place(self, text: Phrase) -> int:
        return text.step // self.BAR

    def heard(self, text: Phrase, step: int, given: State) -> list[int]:
        return []

    def sounded(self, text: Phrase, step: int, whole: State, ours: State) -> None:
        return None

    def legal(self, text: Phrase, limits: Limits) -> NDArray[np.bool_]:
        legal = np.zeros((1 + COUNT, self.LENGTHS), np.bool_)
        left = self.BAR - text.step % self.BAR
        legal[0, :left] = True
        legal[1:, :left] = limits.allowed[:, None] & bool(limits.voices)
        return legal.ravel()

    def bias(self, text: Phrase, limits: Limits) -> NDArray[np.float64] | None:
        return None

    def push(self, text: Phrase, symbol: int) -> Phrase:
        row, length = divmod(symbol, self.LENGTHS)
        word = (text.step, row - 1, length + 1)
        return Phrase(text.begun, text.step + length + 1, (*text.words, word)[-self.BAR * 2 :])

    def state(self, text: Phrase, step: int) -> State:
        state = np.zeros((COUNT, 2), np.float32)
        for first, row, length in text.words:
            if row >= 0 and first <= step < first + length:
                state[row] = 1, float(first == step)
        return state


GRAMMARS: list[Any] = [Events(), Words()]
