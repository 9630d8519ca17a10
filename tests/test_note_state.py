"""Keys in, states out: each table row is a way in which note state is commonly got wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from descant_daemon.note_state import ARTICULATE, PLAY, NoteLog, PitchRange, StateNote, nearest_step, notes_of

FEW = PitchRange(60, 63)


def picture(log: NoteLog, steps: int) -> list[str]:
    """One line a pitch, lowest first: x struck, - held, . silent."""
    states = log.states(steps, FEW)
    signs = {(0, 0): ".", (1, 1): "x", (1, 0): "-", (0, 1): "!"}
    return ["".join(signs[int(p), int(a)] for p, a in states[:, row]) for row in range(FEW.size)]


SCORES = {
    "a note is struck once and held": ([("on", 0, 60, 0), ("off", 0, 60, 3)], "x--..."),
    "shorter than a step still sounds": ([("on", 0, 60, 2), ("off", 0, 60, 2)], "..x..."),
    "repeated without a gap": (
        [("on", 0, 60, 0), ("off", 0, 60, 2), ("on", 0, 60, 2), ("off", 0, 60, 4)],
        "x-x-..",
    ),
    "struck again before its off": ([("on", 0, 60, 0), ("on", 0, 60, 3), ("off", 0, 60, 5)], "x--x-."),
    "twice in one step is once": ([("on", 0, 60, 1), ("on", 0, 60, 1), ("off", 0, 60, 3)], ".x-..."),
    "an off without an on": ([("off", 0, 60, 1), ("on", 0, 60, 2), ("off", 0, 60, 4)], "..x-.."),
    "two voices in unison": (
        [("on", 0, 60, 0), ("on", 1, 60, 2), ("off", 0, 60, 3), ("off", 1, 60, 5)],
        "x-x--.",
    ),
    "never let go": ([("on", 0, 60, 4)], "....x-"),
}


@pytest.mark.parametrize(("events", "expected"), SCORES.values(), ids=SCORES.keys())
def test_score(events: list[tuple[str, int, int, int]], expected: str) -> None:
    log = NoteLog()
    for kind, source, key, step in events:
        (log.strike if kind == "on" else log.release)(source, key, step)
    assert picture(log, 6)[0] == expected


def test_one_step_at_a_time_is_the_whole_at_once() -> None:
    log = NoteLog()
    rng = np.random.default_rng(5)
    for step in range(60):
        key, source = int(rng.integers(58, 66)), int(rng.integers(2))
        (log.strike if rng.random() < 0.6 else log.release)(source, key, step // 2)
    whole = log.states(30, FEW)
    assert np.array_equal(whole, np.stack([log.state(step, FEW) for step in range(30)]))
    assert not (whole[..., ARTICULATE] > whole[..., PLAY]).any()


def test_forgetting_the_past_changes_nothing_to_come() -> None:
    log = NoteLog()
    log.strike(0, 60, 0)
    log.strike(0, 61, 0)
    log.release(0, 61, 9)
    before = [log.state(step, FEW) for step in range(8, 12)]
    log.forget_before(8)
    assert all(np.array_equal(a, log.state(s, FEW)) for a, s in zip(before, range(8, 12), strict=True))


@pytest.mark.parametrize(
    ("position", "step"), [(0, 0), (2.9, 0), (3, 1), (8.9, 1), (9, 2), (-2.9, 0), (-3.1, -1)]
)
def test_the_nearest_step_half_way_belongs_to_the_next(position: float, step: int) -> None:
    assert nearest_step(position, 6) == step


@st.composite
def written_notes(draw: st.DrawFn) -> list[StateNote]:
    """Notes of a few pitches that do not overlap on their pitch."""
    notes = []
    for key in range(FEW.low, FEW.high + 1):
        step = draw(st.integers(0, 3))
        for length, gap in draw(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=5)):
            notes.append(StateNote(key, step, length))
            step += length + gap
    return sorted(notes, key=lambda note: (note.step, note.key))


@given(written_notes())
def test_notes_to_states_and_back(notes: list[StateNote]) -> None:
    log = NoteLog()
    for note in notes:
        log.strike(0, note.key, note.step)
        log.release(0, note.key, note.step + note.length)
    steps = max((note.step + note.length for note in notes), default=0)
    assert notes_of(log.states(steps, FEW), FEW) == notes
