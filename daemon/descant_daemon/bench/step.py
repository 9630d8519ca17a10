"""What a step costs: the whole of it, the part between tick and sound, and the floor under it.

All are taken in turn, each after an idle gap, so that a noisy machine is noisy for all of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from descant_daemon.bench.paced import sleep_until, spread, stopwatch
from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.families import load_model
from descant_daemon.live.engine.engine_link import EngineLink
from descant_daemon.model.contract import BATCH, STRETCH
from descant_daemon.model.model_files import check_model_files, read_model
from descant_daemon.model.onnx_session import session
from descant_daemon.note_state import State

SIXTEENTH = 0.125  # s, at 120 BPM
STEPS_PER_BAR = 16
PERIOD = 256 / 48000  # s, a usual one of JACK's
LOST = 1.0  # s without an answer
Progress = Callable[[], None]


@dataclass
class StepTimes:
    """Seconds, in the order of measuring."""

    whole: list[float] = field(default_factory=list)  # choose the notes, then the time axis of the next step
    floor: list[float] = field(default_factory=list)  # the model's graphs in ONNX Runtime, once each, alone
    critical: list[float] = field(default_factory=list)  # from asking on the tick to the answer in io's hands

    def summary(self) -> dict[str, float | None]:
        """As ``--json`` has it: ms, and medians over medians."""
        whole, critical = spread(self.whole), spread(self.critical)
        floor = spread(self.floor)
        return {
            "p50_ms": whole.p50,
            "p99_ms": whole.p99,
            "over_floor": whole.p50 / floor.p50,
            "critical_p50_ms": critical.p50,
            "critical_p99_ms": critical.p99,
            "floor_p50_ms": floor.p50,
            "floor_p99_ms": floor.p99,
            "steps": len(self.whole),
        }


def measure_steps(stem: Path, steps: int, progress: Progress) -> StepTimes:
    """``whole`` and ``floor`` of the model at ``stem``, in turn."""
    times = StepTimes()
    network = load_model(stem)
    network.warm()
    player, floor = _Player(Engine(network), network.pitches.size), _Floor(stem)
    for _ in range(steps):
        time.sleep(SIXTEENTH)
        times.whole.append(stopwatch(player.step))
        time.sleep(SIXTEENTH)
        times.floor.append(stopwatch(floor.step))
        progress()
    return times


def measure_critical(stem: Path, pitches: int, steps: int, progress: Progress) -> list[float]:
    """Through the engine process, as live: asked half a step ahead, and again on the tick with other keys."""
    woken = threading.Event()
    link = EngineLink([read_model(stem)], wake=woken.set)
    try:
        link.wait_ready()
        link_player = _LinkPlayer(link, pitches, woken)
        taken: list[float] = []
        tick = time.perf_counter() + SIXTEENTH
        for _ in range(steps):
            sleep_until(tick - SIXTEENTH / 2)
            link_player.ask(ahead=round((tick - time.perf_counter()) * 1e9))
            while time.perf_counter() < tick - PERIOD:
                time.sleep(PERIOD)
                link.answers()  # io is awake every period
            sleep_until(tick)
            taken.append(link_player.ask_again())
            tick += SIXTEENTH
            progress()
        return taken
    finally:
        link.close()


class _Player:
    """Steps of one instance in this process."""

    def __init__(self, engine: Engine, pitches: int) -> None:
        self._engine = engine
        self._silence = self._ours = np.zeros((pitches, 2), np.float32)
        self._step = 0

    def step(self) -> None:
        step, ours = self._step, self._ours
        ask = Ask(step, step, STEPS_PER_BAR, self._silence, ours, ours, not step, Sampling(voices=16))
        self._ours = self._engine.answer(ask).ours
        self._engine.think_ahead()
        self._step += 1


class _LinkPlayer:
    """Steps of one instance through the engine process, with a key that changes on every tick."""

    def __init__(self, link: EngineLink, pitches: int, woken: threading.Event) -> None:
        self._link = link
        self._woken = woken
        self._keys = [_key(pitches, pitches * 2 // 3 + each) for each in (0, 2, 4, 5)]
        self._whole = self._ours = np.zeros((pitches, 2), np.float32)
        self._given = self._keys[0]
        self._serial = self._step = 0

    def ask(self, ahead: int) -> None:
        """Half a step ahead; the answer is not waited for."""
        self._send(self._given, ahead)

    def ask_again(self) -> float:
        """On the tick the player holds another key; how long the answer takes.

        That is until it lies in shared memory, and the reading of it. When io looks is the back-end's affair.
        """
        begin = time.monotonic_ns()
        self._given = self._keys[self._step % len(self._keys)]
        self._send(self._given, 0)
        answer, reading = self._answer()
        self._ours = answer.ours
        self._whole = np.maximum(self._given, self._ours)
        self._step += 1
        return (answer.ready - begin) / 1e9 + reading

    def _send(self, given: State, ahead: int) -> None:
        self._serial += 1
        ask = Ask(
            self._serial, self._step, STEPS_PER_BAR, given, self._whole, self._ours,
            self._serial == 1, Sampling(voices=16), ahead=ahead,
        )  # fmt: skip
        assert self._link.ask(ask)  # it was ready, and has nothing else to do
        self._link.ring()

    def _answer(self) -> tuple[Answer, float]:
        while self._woken.wait(LOST):
            self._woken.clear()
            begin = time.perf_counter()
            for answer in self._link.answers():
                if isinstance(answer, Answer) and answer.serial == self._serial:
                    return answer, time.perf_counter() - begin
        raise TimeoutError("the engine does not answer")


class _Floor:
    """The model's graphs as the library runs them when nothing is drawn: every product of the step once.

    The note axis goes along all pitches in one call, which playing cannot: there each hears what was drawn below it.
    """

    def __init__(self, stem: Path) -> None:
        model = check_model_files(stem)
        pitches = model.metadata.pitches.size
        self._runs = []
        for role, graph in model.metadata.graphs().items():
            along = any(STRETCH in port.dims for port in graph.inputs)
            rows = 1 if graph.runs or along else pitches  # of a pitch's own graph one a pitch
            run = session(model.files.graphs[role], f"{role} graph")
            self._runs.append((run, _silence(run, {BATCH: rows, STRETCH: pitches})))
        for _ in range(50):
            self.step()

    def step(self) -> None:
        for graph, feed in self._runs:
            graph.run(None, feed)


def _silence(graph: Any, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Zeros for every input; ``sizes`` is of the dimensions that the graph leaves open."""
    return {
        each.name: np.zeros(
            [sizes.get(dim, dim) for dim in each.shape],
            np.int64 if each.type == "tensor(int64)" else np.float32,
        )
        for each in graph.get_inputs()
    }


def _key(pitches: int, row: int) -> State:
    state = np.zeros((pitches, 2), np.float32)
    state[row] = 1
    return state
