"""The age limit, 10 s here: what arrives, or the time it becomes → the messages that were lost."""

from __future__ import annotations

import pytest
from tests.routing.routes.spelling import read, spell_all

from descant_routing.guards.age import AgeLimit

SECOND = 1_000_000_000
DUE = "due"

SCORES: dict[str, list[tuple[float, str, str]]] = {
    "a note-off that never came": [(0, "C4", ""), (9.9, DUE, ""), (10, DUE, "C4 off"), (30, DUE, "")],
    "one that came": [(0, "C4", ""), (9, "C4 off", ""), (30, DUE, "")],
    "one that came without velocity": [(0, "C4", ""), (9, "C4 v0", ""), (30, DUE, "")],
    "each by its own age": [
        (0, "C4", ""),
        (1, "D4 ch3", ""),
        (10.5, DUE, "C4 off"),
        (11, DUE, "D4 off ch3"),
    ],
    "a key that is struck again is young again": [
        (0, "C4", ""),
        (5, "D4", ""),
        (8, "C4", ""),
        (15, DUE, "D4 off"),
        (18, DUE, "C4 off"),
    ],
    "struck twice, let go once": [(0, "C4", ""), (0, "C4", ""), (1, "C4 off", ""), (30, DUE, "")],
    "let go too late is too late": [(0, "C4", ""), (10, DUE, "C4 off"), (11, "C4 off", ""), (30, DUE, "")],
    "a pedal that holds it counts": [
        (0, "C4", ""),
        (1, "cc64=127", ""),
        (2, "C4 off", ""),
        (9.9, DUE, ""),
        (10, DUE, "cc64=0"),
        (30, DUE, ""),
    ],
    "a pedal that came up": [(0, "C4", ""), (1, "cc64=127", ""), (2, "C4 off", ""), (3, "cc64=63", ""), (30, DUE, "")],
    "a pedal under which nothing sounds may stay down": [(0, "cc64=127", ""), (30, DUE, "")],
    "a pedal with a finger on the key": [
        (0, "C4", ""),
        (0, "D4 ch2", ""),
        (1, "cc64=127", ""),
        (10, DUE, "C4 off, cc64=0, D4 off ch2"),
    ],
    "two pedals": [
        (0, "C4", ""),
        (1, "cc64=127", ""),
        (1, "cc66=127", ""),
        (2, "C4 off", ""),
        (3, "cc64=0", ""),
        (10, DUE, "cc66=0"),
    ],
    "the pedal of another channel": [(0, "C4", ""), (1, "cc64=127 ch2", ""), (2, "C4 off", ""), (30, DUE, "")],
    "a pedal that comes up leaves the fingers": [
        (0, "C4", ""),
        (1, "cc64=127", ""),
        (2, "cc64=0", ""),
        (10, DUE, "C4 off"),
    ],
    "all notes off": [(0, "C4", ""), (0, "C4 ch2", ""), (1, "cc123=0", ""), (10, DUE, "C4 off ch2")],
    "reset of controllers lifts the pedal": [
        (0, "C4", ""),
        (1, "cc64=127", ""),
        (2, "C4 off", ""),
        (3, "cc121=0", ""),
        (30, DUE, ""),
    ],
    "system reset": [
        (0, "C4", ""),
        (1, "cc64=127", ""),
        (2, "reset", ""),
        (3, "D4", ""),
        (4, "D4 off", ""),
        (30, DUE, ""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_score(score: list[tuple[float, str, str]]) -> None:
    age = AgeLimit(10 * SECOND)
    for at, what, lost in score:
        now = int(at * SECOND)
        if what == DUE:
            deadline = age.next_deadline()
            assert (deadline is not None and deadline <= now) == bool(lost)
            assert spell_all(age.due(now)) == lost
        else:
            age.feed(read(what), now)


def test_without_a_limit_notes_are_held_for_ever() -> None:
    age = AgeLimit(None)
    age.feed(read("C4"), 0)
    assert age.next_deadline() is None
    assert age.due(10**18) == []


def test_a_keyboard_that_sends_no_note_offs_at_all() -> None:
    age = AgeLimit(10 * SECOND)
    for number in range(1000):
        age.feed(read("C4"), number)
    assert age.due(11 * SECOND) == [read("C4 off")]
