"""The seam of the writers, by two tiny families: same notes for the same seed, input and place, jumps, loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tests.families.scribblers import COUNT, GRAMMARS, PITCHES, Events, NumpySymbols, Words

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.symbol_writer import Limits, SymbolWriter
from descant_daemon.note_state import ARTICULATE, PLAY, State
from descant_routing.errors import DescantError

SILENT = np.zeros((COUNT, 2), np.float32)
grammars = pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda each: type(each).__name__)


def writer(grammar: Any, seed: int = 0) -> SymbolWriter:
    return SymbolWriter(PITCHES, NumpySymbols(grammar.symbols, seed), grammar)


class Asker:
    """Asks step after step, as the effect does; ``given`` of a step wins over silence."""

    def __init__(
        self, model: SymbolWriter, sampling: Sampling = Sampling(voices=3), *, instances: int = 1
    ) -> None:
        self.engine = Engine(model, instances=instances)
        self.sampling = sampling
        self.whole = self.ours = SILENT
        self.serial = 0

    def ask(self, step: int, given: State = SILENT, *, jump: bool = False, **more: Any) -> State:
        self.serial += 1
        sampling = more.pop("sampling", self.sampling)
        ask = Ask(self.serial, step, 16, given, self.whole, self.ours, jump, sampling, **more)
        return self.engine.answer(ask).ours

    def play(self, steps: range, given: Mapping[int, State] | None = None, *, ahead: int = 99) -> list[State]:
        notes: list[State] = []
        for step in steps:
            now = (given or {}).get(step, SILENT)
            self.ours = self.ask(step, now, jump=step == steps.start)
            self.whole = np.maximum(now, self.ours)
            notes.append(self.ours)
            for _ in range(ahead):
                if not self.engine.think_ahead():
                    break
        return notes


def same(one: list[State], other: list[State]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


def melody(seed: int, steps: range) -> dict[int, State]:
    rng, given = np.random.default_rng(seed), dict[int, State]()
    for step in steps:
        state = SILENT.copy()
        for row in rng.choice(COUNT, int(rng.integers(0, 3)), replace=False):
            state[row] = 1, rng.integers(2)
        given[step] = state
    return given


@grammars
def test_the_same_song_twice_has_the_same_notes_however_much_time_there_was(grammar: Any) -> None:
    """Time to think ahead, or none, or a symbol's worth: knowing that, a measured speed cannot change a note."""
    given = melody(1, range(64))
    takes = [Asker(writer(grammar)).play(range(64), given, ahead=ahead) for ahead in (0, 1, 2, 99)]
    assert all(same(takes[0], take) for take in takes)
    assert any(state.any() for state in takes[0])
    assert not same(takes[0], Asker(writer(grammar), Sampling(voices=3, seed=2)).play(range(64), given))
    assert not same(takes[0], Asker(writer(grammar), Sampling(voices=3, variation=1)).play(range(64), given))


@grammars
def test_a_loop_has_the_same_notes_on_each_pass(grammar: Any) -> None:
    asker, given = Asker(writer(grammar)), melody(2, range(64))
    asker.play(range(64), given)
    passes = [asker.play(range(16, 48), given) for _ in range(3)]
    first = Asker(writer(grammar)).play(range(64), given)[16:48]
    assert same(passes[0], passes[1])
    assert same(passes[0], passes[2])
    assert same(passes[0], first)


@grammars
@pytest.mark.parametrize("to", [32, 37])
def test_a_jump_back_is_as_if_the_song_had_led_there(grammar: Any, to: int) -> None:
    """To a bar line, whose state is kept, and into a bar, which is reached by what was played since."""
    asker, given = Asker(writer(grammar)), melody(3, range(64))
    whole = asker.play(range(64), given)
    assert same(asker.play(range(to, 64), given), whole[to:])


@grammars
def test_a_step_that_is_asked_again_is_written_again_from_its_beginning(grammar: Any) -> None:
    """Keys come and go between half a step ahead and the tick: what was answered before leaves no trace."""
    given = melody(4, range(48))
    plain = Asker(writer(grammar)).play(range(48), given)
    asker = Asker(writer(grammar))
    for step in range(48):
        for other in (SILENT, melody(step, range(1))[0]):
            asker.ask(step, other, jump=step == 0)
        asker.ours = asker.ask(step, given[step])
        asker.whole = np.maximum(given[step], asker.ours)
        asker.engine.think_ahead()
        assert np.array_equal(asker.ours, plain[step]), step


def test_what_the_player_holds_is_known_in_the_very_step_and_is_not_ours() -> None:
    given = melody(5, range(96))
    notes = Asker(writer(Events())).play(range(96), given)
    assert not any((state[:, PLAY] * given[step][:, PLAY]).any() for step, state in enumerate(notes))
    heard = {step: state for step in range(40) if (state := melody(step, range(1))[0]).any()}
    answers = {Asker(writer(Events())).ask(0, state, jump=True).tobytes() for state in heard.values()}
    assert len(answers) > 3


@grammars
def test_limits_are_kept_by_the_grammar(grammar: Any) -> None:
    for voices in (0, 1, 2):
        sampling = Sampling(voices=voices, low=62, high=69)
        notes = Asker(writer(grammar), sampling).play(range(64), melody(6, range(64)))
        assert all(state[:, PLAY].sum() <= voices for state in notes)
        assert not any(state[[0, 1, 10, 11]].any() for state in notes)


@grammars
def test_random_asks_leave_every_note_on_with_its_end(grammar: Any) -> None:
    """Jumps, lost answers, other parameters, silence in between: a note is struck before it is held, and ends."""
    for seed in range(12):
        rng, asker, step = np.random.default_rng(seed), Asker(writer(grammar, seed)), 0
        sounding, lost = set[int](), False
        for turn in range(150):
            jump = turn == 0 or rng.random() < 0.05
            step = int(rng.integers(0, 80)) if jump else step + 1
            given = melody(int(rng.integers(1000)), range(1))[0]
            sampling = Sampling(
                temperature=float(rng.uniform(0.3, 2)),
                voices=int(rng.integers(0, 4)),
                density=float(rng.uniform(0, 1.9)),
            )
            ours = asker.ask(step, given, jump=jump, sampling=sampling, blend=Blend(0, 1, 0.5))
            now = set(np.flatnonzero(ours[:, PLAY]).tolist())
            assert (ours[:, ARTICULATE] <= ours[:, PLAY]).all()
            assert len(now) <= sampling.voices
            held = {row for row in now if not ours[row, ARTICULATE]}
            assert jump or lost or held <= sounding, (seed, turn)
            lost = rng.random() < 0.1
            sounding = set() if lost else now
            asker.ours = SILENT if lost else ours
            asker.whole = np.maximum(given, asker.ours)
            for _ in range(int(rng.integers(0, 4))):
                asker.engine.think_ahead()


def test_what_was_not_played_was_not_written() -> None:
    """An answer that came too late leaves a writer whose grammar can say it in a state without those notes."""
    late, never = Asker(writer(Events())), Asker(writer(Events()))
    for asker, voices in ((late, 3), (never, 0)):
        asker.ask(0, jump=True, sampling=Sampling(voices=voices))
        asker.engine.think_ahead()
        asker.ours = asker.whole = SILENT
    for step in range(1, 9):
        for asker in (late, never):
            asker.ours = asker.whole = asker.ask(step)
        assert np.array_equal(late.ours, never.ours)


def test_instances_in_one_batch_do_not_hear_each_other() -> None:
    model = writer(Events())
    engine, alone = Engine(model, instances=3), [Engine(model, instances=3) for _ in range(3)]
    for step in range(32):
        asks = [
            Ask(step, step, 16, SILENT, SILENT, SILENT, step == 0, Sampling(voices=3), instance)
            for instance in range(3)
        ]
        together = engine.answer_all(asks)
        for ask, answer, other in zip(asks, together, alone, strict=True):
            assert np.array_equal(answer.ours, other.answer(ask).ours)


def test_nothing_is_written_that_is_not_asked_for_or_next() -> None:
    """Work is bounded: after the next step is written there is nothing left to do."""
    model = writer(Words())
    engine = Engine(model)
    engine.answer(Ask(0, 0, 16, SILENT, SILENT, SILENT, True, Sampling(voices=2)))
    for _ in range(200):
        if not engine.think_ahead():
            break
    else:
        pytest.fail("it goes on for ever")


class Endless(Words):
    """A grammar with a fault: its horizon never moves."""

    def horizon(self, text: Any) -> int:
        return int(text.begun)


class Mute(Words):
    """A grammar with a fault: it leaves nothing to write."""

    def legal(self, text: Any, limits: Limits) -> Any:
        return np.zeros(self.symbols, np.bool_)


@pytest.mark.parametrize(
    ("grammar", "words"), [(Endless(), "not come to the end"), (Mute(), "nothing to write")]
)
def test_a_grammar_with_a_fault_is_a_sentence_and_not_a_hang(grammar: Any, words: str) -> None:
    with pytest.raises(DescantError, match=words):
        Asker(writer(grammar)).ask(0, jump=True)


def test_a_string_of_events_is_a_state_and_a_state_a_string() -> None:
    """Of random states: what sounded, written as symbols, reads back as what sounded."""
    grammar, rng = Events(), np.random.default_rng(0)
    text, before = grammar.begin(0), np.zeros(COUNT, np.float32)
    for step in range(300):
        play = (rng.random(COUNT) < 0.2).astype(np.float32)
        struck = play * ((before == 0) | (rng.random(COUNT) < 0.3))
        ours = np.stack([play, struck], 1).astype(np.float32)
        for symbol in grammar.sounded(text, step, ours, ours):
            text = grammar.push(text, symbol)
        assert np.array_equal(grammar.state(text, step), ours)
        before = play.astype(np.float32)
