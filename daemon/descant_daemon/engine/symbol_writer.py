"""Writers: models that decide one symbol at a time under a grammar, until what is written lies beyond the asked step.

    the model's state on the verge of a step is what has been written by then, ``Written``
    symbols that the player forces in the step are pushed
    while nothing is decided about the step:
        of the symbols that are legal, draw one from softmax(logits / temperature + bias), and push it
    the step's notes are read off what is written

A state is never written to, so a step that is asked for again is written again from the same state, and loops and jumps
restore it. Draw k of a place has the same noise however the place is reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Chosen
from descant_daemon.engine.mind import SongMind, StepOutlook, same
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.state_cache import Hidden, Moment, SongMemory
from descant_daemon.engine.uniforms import WORDS, uniforms
from descant_daemon.note_state import ARTICULATE, PLAY, PitchRange, State
from descant_routing.errors import DescantError

MOST = 1024  # symbols of a step: no grammar needs as many, and one that never ends would take all time
FEW = 16  # draws whose noise is made at once
PLACES = 2**64


class Limits(NamedTuple):
    """What a step's notes are held to; a grammar says it in symbols.

    ``given [P, 2]``: what the player holds; ``allowed [P]``: pitches that may be chosen; ``voices``: most notes;
    ``odds``: of a note; ``bias [P, 2]``: log-odds that playing and striking each pitch are shifted by.
    """

    given: State
    allowed: NDArray[np.bool_]
    voices: int
    odds: float = 1.0
    bias: NDArray[np.float64] | None = None


class Condition(NamedTuple):
    """What a network is told beside the symbol: the place in the bar, and the blend of styles."""

    step_in_bar: int
    blend: Blend = FIRST_STYLE


class Symbols(Protocol):
    """The network: from symbol to symbol."""

    @property
    def start(self) -> Hidden:
        """Its state before anything is written; the first symbol that it is fed then is number 0."""
        ...

    def step(self, symbol: int, condition: Condition, hidden: Hidden) -> tuple[Array, Hidden]:
        """A symbol is written: logits ``[V]`` of the next one, new state."""
        ...


class Grammar(Protocol):
    """What may be written, and what it means. Pure; its states ``text`` are tuples that can be compared and kept."""

    def begin(self, step: int) -> Any:
        """Nothing is written, and nothing decided from ``step`` on."""
        ...

    def horizon(self, text: Any) -> int:
        """The first step about which nothing is decided."""
        ...

    def place(self, text: Any) -> int:
        """By which the next symbol's noise is keyed: the step, slice or bar in which it stands."""
        ...

    def heard(self, text: Any, step: int, given: State) -> Sequence[int]:
        """The symbols that what the player holds in ``step`` forces; none where he is heard in the next step."""
        ...

    def sounded(self, text: Any, step: int, whole: State, ours: State) -> Sequence[int] | None:
        """What really sounded in ``step``, and Descant's part, as symbols; None where what is written stays so."""
        ...

    def legal(self, text: Any, limits: Limits) -> NDArray[np.bool_]:
        """Which symbols may come next, ``[V]``: always some, and such that the horizon is reached."""
        ...

    def bias(self, text: Any, limits: Limits) -> NDArray[np.float64] | None:
        """What is added to the log-odds of each symbol, ``[V]``."""
        ...

    def push(self, text: Any, symbol: int) -> Any:
        """With one more symbol."""
        ...

    def state(self, text: Any, step: int) -> State:
        """Descant's notes of a step that is decided, ``[P, 2]``, in an array that nobody else has."""
        ...


class Written(NamedTuple):
    """A model's state: the network's, what it says of the next symbol (``[V]``), and the grammar's.

    ``drawn``: how many symbols of ``place`` have been drawn.
    """

    hidden: Hidden = ()
    logits: Array | None = None
    text: Any = None
    place: int = 0
    drawn: int = 0


class SymbolWriter:
    """A ``Model`` (see ``model_protocol.py``): a network from symbol to symbol, and the grammar of what it writes."""

    def __init__(self, pitches: PitchRange, symbols: Symbols, grammar: Grammar) -> None:
        """``pitches``: those of the grammar's states."""
        self.pitches = pitches
        self.symbols = symbols
        self.grammar = grammar

    def mind(self, instance: int, memory: SongMemory) -> WriterMind:
        """A new instance."""
        return WriterMind(self, instance, memory)

    def choose(self, lines: Sequence[WriterLine]) -> list[Chosen]:
        """One after the other: a symbol depends on the one before it."""
        return [line.finish() for line in lines]


class WriterLine:
    """A step that is being written; the state that it begins with is left as it is."""

    def __init__(
        self, write: Write, written: Written, step: int, limits: Limits, sampling: Sampling, before: State
    ) -> None:
        """What the player holds is pushed; ``finish`` draws the rest. ``before``: generated in the step before."""
        self.limits = limits
        self.written = written
        self._grammar = write.model.grammar
        self._step = step
        self._sampling = sampling
        self._before = before
        self._write = write
        for symbol in self._grammar.heard(written.text, step, limits.given):
            self.written = write.push(self.written, symbol)
        self._left = MOST

    @property
    def done(self) -> bool:
        """Whether everything about the step is decided."""
        return self._grammar.horizon(self.written.text) > self._step

    @property
    def ours(self) -> State:
        """Descant's notes, ``[P, 2]``, of a step that is decided; where no voice may sound there are none.

        What has not sounded in the step before cannot be held, whatever was written, and is struck.
        """
        state = self._grammar.state(self.written.text, self._step)
        if not self.limits.voices:
            return np.zeros_like(state)
        new = state[:, PLAY] * (1 - self._before[:, PLAY])
        state[:, ARTICULATE] = np.maximum(state[:, ARTICULATE], new)
        return state

    def draw(self) -> None:
        """One symbol. Raises DescantError for a grammar that leads nowhere."""
        self._left -= 1
        if self._left < 0:
            raise DescantError(f"the model has written {MOST} symbols and not come to the end of a step")
        written, grammar = self.written, self._grammar
        assert written.logits is not None
        legal = grammar.legal(written.text, self.limits)
        if not legal.any():
            raise DescantError("the model's grammar leaves nothing to write")
        logits = written.logits.astype(np.float64) / self._sampling.temperature
        bias = grammar.bias(written.text, self.limits)
        if bias is not None:
            logits = logits + bias
        weights = np.where(legal, logits, -np.inf)
        chances = np.cumsum(np.exp(weights - weights.max()))
        symbol = int(
            np.searchsorted(chances, self._write.noise(written, self._sampling) * chances[-1], "right")
        )
        symbol = min(symbol, int(np.flatnonzero(legal)[-1]))
        after = self._write.push(written, symbol)
        drawn = written.drawn + 1 if after.place == written.place else 0
        self.written = after._replace(drawn=drawn)

    def finish(self) -> Chosen:
        """Draw until the step is decided."""
        while not self.done:
            self.draw()
        ours = self.ours
        return Chosen(ours, np.zeros(len(ours), np.uint8))


class Write:
    """How symbols are pushed and drawn in one ask: the bars as they are counted now, the blend, whose noise it is."""

    def __init__(self, model: SymbolWriter, instance: int, bars: tuple[int, int], blend: Blend) -> None:
        """``bars``: steps a bar, and where they are counted from."""
        self.model = model
        self._instance = instance
        self._bars = bars
        self._blend = blend

    def begin(self, hidden: Hidden, step: int) -> Written:
        """Nothing is written before ``step``."""
        return self._fed(hidden, 0, self.model.grammar.begin(step))

    def push(self, written: Written, symbol: int) -> Written:
        """With one more symbol, that nobody drew."""
        after = self._fed(written.hidden, symbol, self.model.grammar.push(written.text, symbol))
        return after._replace(drawn=written.drawn if after.place == written.place else 0)

    def noise(self, written: Written, sampling: Sampling) -> float:
        """Of the next draw, in [0, 1)."""
        rows = (written.drawn // FEW + 1) * FEW
        place = written.place % PLACES  # what was heard before the song's first step has a place, too
        drawn = uniforms(sampling.seed, self._instance, sampling.variation, place, WORDS, rows)
        return float(drawn[written.drawn, 0])

    def _fed(self, hidden: Hidden, symbol: int, text: Any) -> Written:
        grammar, (bar, since) = self.model.grammar, self._bars
        condition = Condition((grammar.horizon(text) - since) % bar, self._blend)
        logits, after = self.model.symbols.step(symbol, condition, hidden)
        return Written(after, logits, text, grammar.place(text))


class WriterMind(SongMind[WriterLine]):
    """Its outlook on a step is what is written by then; the state after the step is what has been written in it."""

    def __init__(self, model: SymbolWriter, instance: int, memory: SongMemory) -> None:
        """See ``SongMind``."""
        super().__init__(model.pitches, model.symbols.start, instance, memory)
        self._model = model
        self._ask: Ask | None = None
        self._answered: tuple[StepOutlook, WriterLine] | None = None
        self._begun: tuple[StepOutlook, Ask, WriterLine] | None = (
            None  # the next step, as far as there was time
        )

    def line(self, ask: Ask, heard: Sequence[Played] = ()) -> WriterLine:
        """See ``SongMind``."""
        self._ask = ask
        line = super().line(ask, heard)
        self._begun = None
        assert self._here is not None
        self._answered = self._here, line
        return line

    def rehearse(self, ask: Ask) -> WriterLine | None:
        """See ``SongMind``."""
        self._begun = None
        return super().rehearse(ask)

    def think_ahead(self) -> bool:
        """Look at the next step, then write it symbol by symbol as if the player went on holding what he holds."""
        if super().think_ahead():
            return True
        if self._ahead is None or self._ask is None:
            return False
        if self._begun is None or self._begun[0] is not self._ahead:
            given = self._ask.given.copy()
            given[:, ARTICULATE] = 0
            ask = self._bridged(self._ask._replace(step=self._ahead.step, given=given))
            self._begun = self._ahead, ask, self._line(ask, self._ahead)
        elif self._begun[2].done:
            return False
        else:
            self._begun[2].draw()
        return True

    def _look(self, step: int, moment: Moment, step_in_bar: int, blend: Blend) -> tuple[Written, Hidden]:  # noqa: ARG002
        written, write = moment.hidden, self._write(blend)
        if not isinstance(written, Written) or self._model.grammar.horizon(written.text) < step:
            hidden = written.hidden if isinstance(written, Written) else written
            written = write.begin(hidden, step)
        return written, written

    def _after(self, here: StepOutlook, played: Played) -> Hidden:
        line = self._answered[1] if self._answered is not None and self._answered[0] is here else None
        if line is not None and line.done:
            whole = np.maximum(line.limits.given, line.ours)
            if same(line.ours, played.ours) and same(whole, played.whole):
                return line.written
        write = self._write(here.blend)
        written: Written = here.outlook
        symbols = self._model.grammar.sounded(written.text, here.step, played.whole, played.ours)
        if symbols is not None:
            for symbol in symbols:
                written = write.push(written, symbol)
            return written
        if line is None:
            assert self._ask is not None
            given = played.whole * (1 - played.ours[:, PLAY:ARTICULATE])
            line = self._line(self._ask._replace(step=here.step, given=given.astype(np.float32)), here)
        line.finish()
        return line.written

    def _line(self, ask: Ask, here: StepOutlook) -> WriterLine:
        if self._begun is not None and self._begun[0] is here and _alike(self._begun[1], ask):
            return self._begun[2]
        allowed, odds, bias = self._bounds(ask, here.moment)
        limits = Limits(ask.given, allowed, ask.sampling.voices, odds, bias)
        return WriterLine(
            self._write(here.blend), here.outlook, ask.step, limits, ask.sampling, here.moment.ours
        )

    def _write(self, blend: Blend) -> Write:
        return Write(self._model, self._instance, (self._steps_per_bar, self._bar_from), blend)


def _alike(one: Ask, other: Ask) -> bool:
    """Whether the same is written for both."""
    bars = [
        (ask.step, ask.steps_per_bar, ask.bar_from, ask.bars_before, ask.sampling) for ask in (one, other)
    ]
    return bars[0] == bars[1] and same(one.given, other.given)
