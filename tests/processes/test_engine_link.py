"""The engine process from io's side: ready, asked, killed, hung, refused."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descant_daemon.effect.events import EngineLost
from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.families import load_model
from descant_daemon.live.engine.engine_link import HUNG, EngineLink
from descant_daemon.model.model_files import read_model
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find
from descant_routing.errors import DescantError

PATIENCE = 20.0  # s
PITCHES = 64
SILENT = np.zeros((PITCHES, 2), np.float32)


def stem() -> Path:
    path = find("bach-chorale")
    return model_stem(path, load_preset(path))


def ask(serial: int, step: int, instance: int = 0, jump: bool = False) -> Ask:
    return Ask(serial, step, 16, SILENT, SILENT, SILENT, jump, Sampling(seed=5), instance)


@pytest.fixture
def link() -> Iterator[EngineLink]:
    made = EngineLink([read_model(stem())], instances=3)
    made.wait_ready()
    yield made
    made.close()


def until(link: EngineLink, enough: Callable[[list[Answer | EngineLost]], bool]) -> list[Answer | EngineLost]:
    """Ring, then look as JACK's thread does, once in a while, until there is enough."""
    link.ring()
    come: list[Answer | EngineLost] = []
    end = time.monotonic() + PATIENCE
    while not enough(come):
        assert time.monotonic() < end, come
        come += link.answers()
        time.sleep(0.002)
    return come


def test_it_answers_as_the_engine_would_here(link: EngineLink) -> None:
    here = Engine(load_model(stem()), instances=3)
    asks = [ask(10 + each, 0, each, jump=True) for each in range(3)]
    for each in asks:
        assert link.ask(each)
    come = until(link, lambda come: len(come) == 3)
    for theirs in come:
        assert isinstance(theirs, Answer)
        ours = here.answer(asks[theirs.instance])
        assert theirs.serial == ours.serial
        assert np.array_equal(theirs.ours, ours.ours)


def test_one_that_is_killed_is_replaced_and_the_loss_is_told_once(link: EngineLink) -> None:
    first = link.pid
    os.kill(first, signal.SIGKILL)
    come = until(link, lambda come: any(isinstance(each, EngineLost) for each in come))
    assert len([each for each in come if isinstance(each, EngineLost)]) == 1
    assert not link.ask(ask(1, 0)), "nobody is there to be asked"
    link.wait_ready()
    assert link.pid != first
    assert link.ask(ask(2, 0, jump=True))
    (answer,) = until(link, bool)
    assert isinstance(answer, Answer)
    assert answer.serial == 2


def test_one_that_hangs_is_taken_for_dead(link: EngineLink) -> None:
    first = link.pid
    os.kill(first, signal.SIGSTOP)
    assert link.ask(ask(1, 0, jump=True), now=1)
    assert link.ask(ask(2, 1), now=HUNG // 2)
    assert link.answers() == []
    assert link.ask(ask(3, 2), now=HUNG + 2)
    until(link, lambda come: any(isinstance(each, EngineLost) for each in come))
    link.wait_ready()
    assert link.pid != first


def test_one_that_hangs_is_taken_for_dead_though_its_ring_is_full(link: EngineLink) -> None:
    """As sixteen instances fill it long before the time is up."""
    first = link.pid
    os.kill(first, signal.SIGSTOP)
    assert [link.ask(ask(serial, 0), now=1) for serial in range(300)].count(False) == 300 - 256
    assert not link.ask(ask(301, 0), now=HUNG + 2)
    until(link, lambda come: any(isinstance(each, EngineLost) for each in come))
    link.wait_ready()
    assert link.pid != first


def _nothing(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def _torn(folder: Path) -> None:
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:5000])


def _another(folder: Path) -> None:
    """Good in itself, with other pitches."""
    other = find("piano")
    for axis in ("time", "note"):
        shutil.copy(other.with_name(f"piano.{axis}.onnx"), folder / f"mine.{axis}.onnx")


def test_the_model_that_plays_is_the_one_of_the_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever becomes of its files, an engine that is started again plays from what was checked."""
    for axis in ("time", "note"):
        shutil.copy(stem().with_name(f"{stem().name}.{axis}.onnx"), tmp_path / f"mine.{axis}.onnx")
    link = EngineLink([read_model(tmp_path / "mine")])
    try:
        link.wait_ready()
        for serial, becomes in enumerate((_torn, _another, _nothing)):
            becomes(tmp_path)
            os.kill(link.pid, signal.SIGKILL)
            until(link, lambda come: any(isinstance(each, EngineLost) for each in come))
            link.wait_ready()
            assert link.ask(ask(serial, 0, jump=True))
            (answer,) = until(link, bool)
            assert isinstance(answer, Answer)
            assert len(answer.ours) == PITCHES
    finally:
        link.close()
    assert capsys.readouterr().err == ""


def test_a_refusal_while_it_plays_is_said_and_never_raised(
    link: EngineLink, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where there is no memory left for another engine."""
    desk: Any = vars(link)["_desk"]
    desk.say(b"ONNX Runtime cannot run the model's time axis: no memory")
    os.kill(link.pid, signal.SIGKILL)
    until(link, lambda come: any(isinstance(each, EngineLost) for each in come))
    said = "descant: the engine cannot be started again: ONNX Runtime cannot run the model's time axis: no memory"
    assert capsys.readouterr().err.strip() == said
    link.wait_ready()


def test_more_questions_than_there_is_room_for_are_refused_and_do_not_block(link: EngineLink) -> None:
    os.kill(link.pid, signal.SIGSTOP)
    taken = [link.ask(ask(serial, 0)) for serial in range(400)]
    assert taken.count(True) == 256
    assert not any(taken[256:])
    os.kill(link.pid, signal.SIGCONT)
    until(link, lambda come: any(isinstance(each, Answer) and each.serial == 255 for each in come))


def test_while_jack_freewheels_every_answer_is_waited_for(link: EngineLink) -> None:
    """Of two questions about one step the later one is answered alone, and is enough."""
    for serial, instance in ((1, 0), (2, 0), (3, 1)):
        assert link.ask(ask(serial, 0, instance, jump=serial != 2))
    link.ring()
    link.settle()
    answers = link.answers()
    assert {each.serial for each in answers if isinstance(each, Answer)} >= {2, 3}
    link.settle()  # nothing is open any more
    assert link.answers() == []


def test_an_engine_that_dies_is_not_waited_for(link: EngineLink) -> None:
    os.kill(link.pid, signal.SIGSTOP)
    assert link.ask(ask(1, 0, jump=True))
    os.kill(link.pid, signal.SIGKILL)
    link.settle()
    come = until(link, bool)
    assert [type(each) for each in come] == [EngineLost]


def test_it_wakes_who_wants_to_be_woken() -> None:
    woken: list[float] = []
    link = EngineLink([read_model(stem())], wake=lambda: woken.append(time.monotonic()))
    try:
        link.wait_ready()
        link.ask(ask(1, 0, jump=True))
        until(link, bool)
        end = time.monotonic() + PATIENCE
        while not woken:
            assert time.monotonic() < end
            time.sleep(0.002)
    finally:
        link.close()


def test_it_ends_with_io(link: EngineLink) -> None:
    pid = link.pid
    link.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_model_that_cannot_be_read_is_refused_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "bad.time.onnx").write_bytes(b"nonsense")
    (tmp_path / "bad.note.onnx").write_bytes(b"nonsense")
    link = EngineLink([read_model(tmp_path / "bad")])
    try:
        with pytest.raises(DescantError, match=r"bad\.time\.onnx"):
            link.wait_ready()
    finally:
        link.close()


def test_an_engine_that_dies_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("descant_daemon.live.engine.engine_link.MODULE", "descant_daemon.no_such_module")
    link = EngineLink([read_model(stem())])
    try:
        with pytest.raises(DescantError, match="died 3 times before it was ready"):
            link.wait_ready()
    finally:
        link.close()
