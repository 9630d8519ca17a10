"""Several instances in one batch: nobody may hear that the others are there."""

from __future__ import annotations

import numpy as np
import pytest

from descant_daemon.engine.asking import Answer, Ask, Sampling, rounds
from descant_daemon.engine.engine import Engine
from descant_daemon.note_state import State

SILENT = np.zeros((40, 2), np.float32)


def ask(step: int, instance: int = 0, *, jump: bool = False, serial: int = 0, ours: State = SILENT) -> Ask:
    return Ask(serial, step, 16, SILENT, ours, ours, jump, Sampling(seed=3, follow=0.5), instance)


def test_sixteen_instances_play_together_what_each_plays_alone(make_network) -> None:  # type: ignore[no-untyped-def]
    together, alone = Engine(make_network(), instances=16), Engine(make_network(), instances=16)
    ours = [SILENT] * 16
    answers: list[Answer] = []
    for step in range(40):
        asks = [ask(step, each, jump=step == 0, ours=ours[each]) for each in range(16)]
        answers = together.answer_all(asks)
        assert [answer.instance for answer in answers] == list(range(16))
        for one, answer in zip(asks, answers, strict=True):
            assert np.array_equal(alone.answer(one).ours, answer.ours)
        ours = [answer.ours for answer in answers]
        while together.think_ahead():
            pass
    assert len({answer.ours.tobytes() for answer in answers}) > 8, "each has dice of its own"


def test_questions_that_pile_up_become_few_batches() -> None:
    piled = [ask(4, 0, serial=1), ask(4, 1, serial=2), ask(5, 0, serial=3), ask(5, 1, serial=4)]
    assert [[each.serial for each in batch] for batch in rounds(piled)] == [[1, 2], [3, 4]]


def test_of_two_questions_about_one_step_the_later_one_counts_and_the_jump_is_kept() -> None:
    piled = [ask(4, serial=1, jump=True), ask(4, serial=2), ask(5, serial=3), ask(5, serial=4)]
    kept = rounds(piled)
    assert [[each.serial for each in batch] for batch in kept] == [[2], [4]]
    assert kept[0][0].jump
    assert not kept[1][0].jump


@pytest.mark.parametrize("jump", [True, False])
def test_a_jump_back_to_the_step_just_asked_is_a_question_of_its_own(jump: bool) -> None:
    piled = [ask(4, serial=1), ask(4, serial=2, jump=jump)]
    assert [[each.serial for each in batch] for batch in rounds(piled)] == ([[1], [2]] if jump else [[2]])
