"""The line that a musician reads: what it says, and that it fits."""

from __future__ import annotations

import random
from typing import Any

import pytest

from descant_daemon.live.control.status_line import columns, status_line
from descant_daemon.live.control.troubles import AGAIN, RecentlyLate, TroubleTeller
from descant_daemon.time.clock import State

STATUS: dict[str, Any] = {
    "running": True,
    "clock": "running",
    "bar": 12,
    "beat": 3,
    "bpm": 120.04,
    "held": [60, 64],
    "sounding": [48],
    "engine": True,
    "late": 0,
    "staleness": 0,
}
LOOP = {"looping": ["synth"]}
GONE = {"absent": {"keys": "Keystation is gone: it is taken up again when it is back"}}


def test_where_we_are_and_what_sounds() -> None:
    assert status_line(STATUS) == "▶    12.3  120.0 BPM  you E4 C4               descant C3                "
    assert status_line(STATUS, 43) == "▶  12.3 120  you E4 C4     descant C3      "
    named = status_line({**STATUS, "instances": [{"chord": "C/E"}]}, 90)
    assert named == "▶    12.3  120.0 BPM  you E4 C4               descant C3                  C/E"
    assert status_line({**STATUS, "bpm": None, "running": False}, 20) == "■  12.3 no tempo"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (GONE, "waiting for keys"),
        ({"absent": {"": "gone"}}, "waiting for the port"),
        (LOOP, "LOOP: no notes"),
        ({"engine": False}, "engine is starting"),
        ({"clock": State.NONE}, "no clock comes"),
        ({"clock": State.NO_START}, "clock, but no Start"),
        ({"clock": State.LOST}, "clock lost"),
        ({"stalled": True}, "NOTHING MOVES"),
        ({"staleness": 24, "late": 30}, "24 late in a row"),
        ({"late": 31, "lately": {"late": 2}}, "2 late "),
        ({"late": 31}, "31 late in all"),
        ({"lately": {"thinned": 1200, "dropped": 34}}, "thinned 1,234"),
    ],
)
def test_what_is_wrong_is_read_at_every_width_down_to_44(more: dict[str, Any], words: str) -> None:
    for width in (43, 79):
        line = status_line(STATUS | more, width)
        if words != "31 late in all":  # which has passed, and is left out first
            assert words in line
        assert line.startswith("▶")
        assert "12.3" in line
        assert "120" in line
    assert words in status_line(STATUS | more, 120)


def test_the_worst_is_said_first_and_the_place_always() -> None:
    wrong = STATUS | LOOP | GONE | {"engine": False, "staleness": 3, "clock": "lost"}
    assert status_line(wrong, 28) == "▶  12.3 120  LOOP: no notes"
    assert status_line(wrong, 79).startswith(
        "▶    12.3  120.0 BPM  LOOP: no notes  engine is starting  clock lost"
    )
    assert status_line(wrong, 11) == "▶  12.3 120"


def test_no_line_is_wider_than_the_terminal() -> None:
    """Names of strangers, ideographs, all keys held, whatever is wrong, at any width."""
    dice = random.Random(11)
    names = ["", "\x1b[2J", "鍵盤" * 40, "K" * 300, "e\u0301" * 50, "\udc80"]
    for _ in range(3000):
        width = dice.randrange(8, 130)
        status = STATUS | {
            "running": dice.random() < 0.5,
            "bar": dice.choice((1, 999, 123456)),
            "bpm": dice.choice((None, 20.0, 120.5, 1000.0)),
            "held": dice.sample(range(128), dice.randrange(129)),
            "sounding": dice.sample(range(128), dice.randrange(129)),
            "engine": dice.random() < 0.7,
            "clock": dice.choice(list(State)).value,
            "looping": dice.sample(names, dice.randrange(3)),
            "absent": dict.fromkeys(dice.sample(names, dice.randrange(5)), "gone"),
            "late": dice.choice((0, 12345)),
            "staleness": dice.choice((0, 0, 77)),
            "lately": {"late": dice.randrange(3), "thinned": dice.choice((0, 10**6)), "dropped": 0},
            "stalled": dice.random() < 0.2,
        }
        line = status_line(status, width)
        assert columns(line) <= width
        assert line.isprintable(), line


def test_a_trouble_is_said_once_and_again_only_after_a_while() -> None:
    teller = TroubleTeller()
    (sentence,) = teller.sentences(STATUS | LOOP, 0.0)
    assert sentence.startswith("A loop: what leaves by synth comes straight back in")
    assert teller.sentences(STATUS | LOOP, 1.0) == []
    assert teller.sentences(STATUS, 2.0) == []
    assert teller.sentences(STATUS | LOOP, 3.0) == []
    assert teller.sentences(STATUS, AGAIN + 1) == []
    assert teller.sentences(STATUS | LOOP, AGAIN + 2) == [sentence]
    assert teller.sentences(STATUS | LOOP | GONE, AGAIN + 3) == [f"{GONE['absent']['keys']}."]


def test_a_clock_that_is_only_a_little_late_is_not_complained_of() -> None:
    teller = TroubleTeller()
    assert teller.sentences(STATUS | {"clock": "none"}, 0.0) == []
    assert teller.sentences(STATUS | {"clock": "running"}, 5.0) == []
    assert teller.sentences(STATUS | {"clock": "none"}, 6.0) == []
    (sentence,) = teller.sentences(STATUS | {"clock": "none"}, 16.5)
    assert "have the DAW send MIDI clock" in sentence


def test_what_was_late_long_ago_is_not_late_now() -> None:
    lately = RecentlyLate(10.0)
    assert lately.grown("late", 5, 0.0) == 0, "what was counted before we looked"
    assert lately.grown("late", 7, 1.0) == 2
    assert lately.grown("late", 8, 10.0) == 3
    assert lately.grown("late", 8, 11.5) == 1
    assert lately.grown("late", 8, 30.0) == 0
