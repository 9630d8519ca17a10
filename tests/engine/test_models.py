"""Several models in one engine: each answers as it would alone, and who takes over has heard what led there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.choice import Chosen, Line
from descant_daemon.engine.engine import PRIMED, Engine
from descant_daemon.note_state import PitchRange, State

SILENT = np.zeros((40, 2), np.float32)


def ask(step: int, model: int, ours: State = SILENT, instance: int = 0, *, jump: bool = False) -> Ask:
    return Ask(step, step, 16, SILENT, ours, ours, jump, Sampling(seed=3), instance, model=model)


def play(engine: Engine, steps: range, model: int, ours: State, *, jump: bool) -> list[State]:
    heard: list[State] = []
    for step in steps:
        ours = engine.answer(ask(step, model, ours, jump=jump and step == steps[0])).ours
        while engine.think_ahead():
            pass
        heard.append(ours)
    return heard


def test_two_models_answer_in_one_batch_what_each_answers_alone(make_network) -> None:  # type: ignore[no-untyped-def]
    both = Engine(make_network(0), make_network(1), instances=4)
    alone = [Engine(make_network(seed), instances=4) for seed in (0, 1)]
    ours = [SILENT] * 4
    for step in range(24):
        asks = [ask(step, each % 2, ours[each], each, jump=step == 0) for each in range(4)]
        answers = {answer.instance: answer.ours for answer in both.answer_all(asks)}
        for one in asks:
            assert np.array_equal(alone[one.model].answer(one._replace(model=0)).ours, answers[one.instance])
        ours = [answers[each] for each in range(4)]


def test_who_takes_over_has_heard_the_last_steps(make_network) -> None:  # type: ignore[no-untyped-def]
    """Beside a network that is walked through them by hand."""
    second, fresh = make_network(1), make_network(1)
    engine = Engine(make_network(0), second)
    heard = play(engine, range(16), 0, SILENT, jump=True)
    hidden, before = fresh.time_start, SILENT
    for step, whole in enumerate(heard[-PRIMED:], 16 - PRIMED):
        _, hidden = fresh.along_time(before, step % 16, hidden)
        before = whole
    context, _ = fresh.along_time(before, 0, hidden)
    lines: list[Line] = []
    choose = second.choose

    def noted(asked: Sequence[Line]) -> list[Chosen]:
        lines.extend(asked)
        return choose(asked)  # type: ignore[no-any-return]

    second.choose = noted
    engine.answer(ask(16, 1, heard[-1], jump=True))
    assert np.array_equal(lines[0].context, context)


def test_the_second_pass_over_a_change_of_model_is_the_first_again(make_network) -> None:  # type: ignore[no-untyped-def]
    engine = Engine(make_network(0), make_network(1))
    passes: list[list[bytes]] = []
    for _ in range(3):
        first = play(engine, range(16), 0, SILENT, jump=True)
        second = play(engine, range(16, 32), 1, first[-1], jump=True)
        passes.append([each.tobytes() for each in (*first, *second)])
    assert passes[0] == passes[1] == passes[2]
    assert len(set(passes[0])) > 8


def test_a_model_that_knows_other_keys_begins_out_of_silence(make_network) -> None:  # type: ignore[no-untyped-def]
    engine = Engine(make_network(0), make_network(1, PitchRange(40, 51)))
    play(engine, range(16), 0, SILENT, jump=True)
    small = np.zeros((12, 2), np.float32)
    answer = engine.answer(Ask(1, 16, 16, small, small, small, True, Sampling(), model=1))
    assert len(answer.ours) == 12
