"""Engines come with the models that a rig adds, and go with the last of theirs that is played."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
import pytest

from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.model.model_files import ModelBytes, check_model, read_model
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find

PATIENCE = 30.0  # s


def model(name: str) -> ModelBytes:
    path = find(name)
    return read_model(model_stem(path, load_preset(path)))


@pytest.fixture
def pool() -> Iterator[EnginePool]:
    made = EnginePool([model("bach-chorale")], instances=2)
    made.wait_ready()
    yield made
    made.close()


def until_loaded(pool: EnginePool) -> None:
    end = time.monotonic() + PATIENCE
    while not pool.loaded():
        assert time.monotonic() < end
        time.sleep(0.01)


def change_to(pool: EnginePool, *names: str) -> None:
    """As a rig's file that is written anew."""
    pool.load([model(name) for name in names])
    until_loaded(pool)
    pool.keep_loaded()


def answers(pool: EnginePool, name: str, serial: int) -> bool:
    """Whether a question is answered, with that model's pitches."""
    pitches = check_model(model(name)).metadata.pitches.size
    silent = np.zeros((pitches, 2), np.float32)
    number = pool.number(model(name).stem)
    if not pool.ask(Ask(serial, 0, 16, silent, silent, silent, True, Sampling(), model=number)):
        return False
    pool.ring()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for answer in pool.answers():
            assert isinstance(answer, Answer)
            return answer.serial == serial and len(answer.ours) == pitches
        time.sleep(0.002)
    return False


def alive(pids: list[int]) -> list[int]:
    found: list[int] = []
    for pid in pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            continue
        found.append(pid)
    return found


def test_engines_of_what_nobody_plays_any_more_end(pool: EnginePool) -> None:
    seen = [*pool.pids]
    for serial, name in enumerate(("piano", "folk", "bach-chorale")):
        change_to(pool, name)
        seen += pool.pids
        assert len(pool.pids) == 1
        assert alive(seen) == pool.pids
        assert answers(pool, name, serial)


def test_one_that_has_a_model_that_is_still_played_goes_on(pool: EnginePool) -> None:
    first = pool.pid
    change_to(pool, "piano", "bach-chorale")
    assert len(pool.pids) == 2
    change_to(pool, "bach-chorale")
    assert pool.pids == [first]
    assert answers(pool, "bach-chorale", 1)


def test_a_rig_that_is_refused_takes_its_engine_with_it(pool: EnginePool) -> None:
    first = pool.pid
    pool.load([model("piano")])
    until_loaded(pool)
    pool.keep_old()
    assert pool.pids == [first]
    assert answers(pool, "bach-chorale", 1)
    pool.load([model("folk")])  # and one that was still being loaded
    pool.keep_old()
    assert pool.loaded()
    assert pool.pids == [first]


def test_a_question_to_a_model_that_has_gone_is_refused(pool: EnginePool) -> None:
    gone = pool.number(model("bach-chorale").stem)
    change_to(pool, "piano")
    silent = np.zeros((64, 2), np.float32)
    assert not pool.ask(Ask(1, 0, 16, silent, silent, silent, True, Sampling(), model=gone))


def test_another_model_of_the_same_name_is_another_model(pool: EnginePool) -> None:
    """Exported anew into the same folder while it is played: the rig that is read again has the new one."""
    old = model("bach-chorale")
    new = model("folk")._replace(stem=old.stem)
    before = pool.number(old.stem)
    pool.load([new])
    until_loaded(pool)
    assert pool.number(old.stem) != before
    pool.keep_loaded()
    assert len(pool.pids) == 1
