"""The same input, the same notes: twice, under a live machine's jitter, and on coming back."""

from __future__ import annotations

import random

import pytest
from tests.effect.stage import BEGIN, CLOCK, MS, START, STOP, TICK, Notes, Stage, keys_of

from descant_daemon.engine.asking import Ask
from descant_daemon.note_state import ARTICULATE
from descant_routing import message
from descant_routing.timed import Timed

STEP = 125.0
# (first step, steps, key); a rest from step 13 to 16, and a repeated note.
TUNE = [
    (0, 4, 72),
    (4, 2, 74),
    (6, 2, 76),
    (8, 5, 77),
    (16, 2, 76),
    (18, 2, 76),
    (20, 1, 74),
    (21, 1, 76),
    (22, 2, 74),
    (24, 8, 72),
]


def sensitive(ask: Ask) -> Notes:
    """Depends on everything that is asked: what is given, what sounded, what of it was ours."""
    seen = (
        ask.step,
        *keys_of(ask.given),
        *keys_of(ask.given, plane=ARTICULATE),
        *keys_of(ask.played),
        *keys_of(ask.played, plane=ARTICULATE),
        -1,
        *keys_of(ask.ours),
    )
    dice = random.Random(str(seen))
    chosen = dice.sample(range(48, 72), 3)
    kept = [key for key in keys_of(ask.ours) if dice.random() < 0.6]
    return chosen, [key for key in kept if key not in chosen]


class Jitter:
    """What a live machine does to times: up to ``most`` ms to either side."""

    def __init__(self, most: float, seed: int) -> None:
        self.most = most
        self.random = random.Random(seed)

    def __call__(self, ms: float) -> float:
        return ms + self.random.uniform(-self.most, self.most)


def perform(mode: str, jitter: Jitter, *, warm: int = 16) -> Stage:
    """Start, a count-in of ``warm`` silent steps, the tune, 32 steps long, each key lifted on its tick."""
    stage = Stage(sensitive, mode=mode)
    stage.at(-5, START)
    for tick in range(6 * (warm + 34)):
        stage.at(jitter(tick * TICK / MS), CLOCK)
    lifted: dict[int, float] = {}
    for first, steps, key in TUNE:
        # A key comes up before it goes down again; the order of two keys is open.
        on = max(jitter((warm + first) * STEP), lifted.get(key, 0))
        lifted[key] = jitter((warm + first + steps) * STEP)
        stage.key(key, on, lifted[key])
    stage.run((warm + 33) * STEP)
    return stage


def by_steps(stage: Stage, steps: int) -> list[list[int]]:
    """Our notes as they sound in the middle of each step."""
    return [stage.sounding_at((step + 0.5) * STEP) for step in range(steps)]


@pytest.mark.parametrize("mode", ["free", "harmonise"])
def test_the_same_input_twice_is_the_same_output_to_the_nanosecond(mode: str) -> None:
    one, other = (perform(mode, Jitter(1.5, 5)) for _ in range(2))
    assert one.backend.sent == other.backend.sent
    assert len(one.ours) > 50


@pytest.mark.parametrize("mode", ["free", "harmonise"])
@pytest.mark.parametrize("seed", range(6))
def test_jitter_changes_no_note(mode: str, seed: int) -> None:
    true, live = perform(mode, Jitter(0, 0)), perform(mode, Jitter(1.5, seed))
    assert by_steps(live, 48) == by_steps(true, 48)
    assert live.effect.counts.late == 0


@pytest.mark.parametrize("mode", ["free", "harmonise"])
def test_a_key_of_unsteady_hands_changes_no_note_of_its_step(mode: str) -> None:
    """Keys 25 ms to either side of the beat, each lifted before the next comes."""
    true, live = perform(mode, Jitter(0, 0)), Stage(sensitive, mode=mode)
    hands = random.Random(3)
    live.roll(50)
    for first, steps, key in TUNE:
        on = (16 + first) * STEP + hands.uniform(-25, 25)
        live.key(key, on, (16 + first + steps) * STEP - 26)
    live.run(49 * STEP)
    ends = [[*keys] for keys in by_steps(true, 48)]
    heard = [live.sounding_at((step + 0.95) * STEP - 26) for step in range(48)]
    assert heard == ends


@pytest.mark.parametrize("how", ["song position", "start"])
def test_back_at_bar_1_the_same_notes_again(how: str) -> None:
    stage = Stage(sensitive)
    stage.roll(64)
    back = 32 * STEP
    if how == "song position":
        stage.at(back - 2, message.song_position(0))
    else:
        stage.at(back - 2, STOP, START)
    for begin in (0.0, back):
        for first, steps, key in TUNE:
            stage.key(key, begin + first * STEP, begin + (first + steps) * STEP - 1)
    stage.run(64 * STEP - 1)
    struck = [(ms, note) for ms, note in stage.ours if note[0] == "+"]
    once = [(ms, note) for ms, note in struck if ms < back - 3]
    assert [(ms - back, note) for ms, note in struck if ms >= back] == once
    assert len(once) > 50
    passes = by_steps(stage, 64)
    assert passes[32:63] == passes[:31]


def test_the_size_of_the_cycle_moves_no_note() -> None:
    """A back-end that comes every 5 ms gives the notes of one that comes at every event."""
    exact = perform("harmonise", Jitter(0, 0))
    stage = Stage(sensitive)
    score = [Timed(BEGIN - 5 * MS, START)]
    score += [Timed(BEGIN + round(tick * TICK), CLOCK) for tick in range(6 * 50)]
    for first, steps, key in TUNE:
        score.append(Timed(BEGIN + round((16 + first) * STEP * MS), message.note_on(0, key, 100)))
        score.append(Timed(BEGIN + round((16 + first + steps) * STEP * MS), message.note_off(0, key)))
    score.sort(key=lambda event: (event.time, not message.is_realtime(event.data), event.data))
    sent: list[Timed] = []
    for until in range(BEGIN - 10 * MS, BEGIN + round(49 * STEP) * MS, 5 * MS):
        arrived = [event for event in score if until - 5 * MS <= event.time < until]
        sent += stage.cycle(arrived, until)
    stage.backend.sent = sent
    assert by_steps(stage, 48) == by_steps(exact, 48)
    assert stage.effect.counts.late == 0
