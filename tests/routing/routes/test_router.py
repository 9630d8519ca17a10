"""The router as scores: what comes in, or is done to it → what is sent. See ``patchbay`` for the spelling."""

from __future__ import annotations

import pytest
from tests.routing.routes.patchbay import passages, play

from descant_routing.routes import Router
from descant_routing.routes.held import MOST_STRIKES

Score = list[tuple[str, str]]

SCORES: dict[str, tuple[str, Score]] = {
    "a note": ("a>x thru", [("a C4", "x C4"), ("a C4 off v9", "x C4 off v9"), ("a C4 off", "")]),
    "a note-on without velocity is a note-off": (
        "a>x thru",
        [("a C4", "x C4"), ("a C4 v0", "x C4 v0"), ("a C4 v0", "")],
    ),
    "nobody struck it": ("a>x thru", [("a C4 off", ""), ("a C4 v0", ""), ("b C4", ""), ("b cc1=1", "")]),
    "a note ends where it began, whatever the routes are by then": (
        "a>x {channel: 3, transpose: 12}",
        [
            ("a C4", "x C5 ch3"),
            ("rewire a>y transpose: -12", ""),
            ("a E4", "y E3"),
            ("a C4 off v5", "x C5 off v5 ch3"),
            ("a E4 off", "y E3 off"),
            ("a C4", "y C3"),
            ("a C4 off", "y C3 off"),
        ],
    ),
    "a note that was stopped stays silent when its route is opened": (
        "a>x keys: C5..",
        [("a C4", ""), ("rewire a>x thru", ""), ("a C4 off", ""), ("a C4", "x C4"), ("a C4 off", "x C4 off")],
    ),
    "out of reach when struck, within reach when let go": (
        "a>x transpose: 12",
        [("a G9", ""), ("rewire a>x transpose: 0", ""), ("a G9 off", "")],
    ),
    "within reach when struck, out of reach when let go": (
        "a>x thru",
        [("a G9", "x G9"), ("rewire a>x transpose: 12", ""), ("a G9 off", "x G9 off")],
    ),
    "a passage that is taken away keeps what is held": (
        "a>x thru",
        [("a C4", "x C4"), ("rewire", ""), ("a D4", ""), ("a C4 off", "x C4 off"), ("a D4 off", "")],
    ),
    "split by force: the note-off has no force, and ends what was struck": (
        "a>x split: [{when: {velocities: 100..}, do: {channel: 2}}, {rest: thru}]",
        [("a C4", "x C4 ch2"), ("a C4 off", "x C4 off ch2"), ("a C4 v9", "x C4 v9"), ("a C4 off", "x C4 off")],
    ),
    "two layers to two outputs": (
        "a>x thru; a>y transpose: 12",
        [("a C4", "x C4, y C5"), ("a cc1=9", "x cc1=9, y cc1=9"), ("a C4 off", "x C4 off, y C5 off")],
    ),
    "two ways to one place are one note": (
        "a>x thru; a>x velocity: {fixed: 1}",
        [("a C4", "x C4"), ("a cc1=9", "x cc1=9"), ("a C4 off", "x C4 off")],
    ),
    "two inputs on one key: it ends with the last": (
        "a>x thru; b>x thru",
        [("a C4", "x C4"), ("b C4 v9", "x C4 v9"), ("a C4 off", ""), ("b C4 off v3", "x C4 off v3")],
    ),
    "two keys that are transposed onto one": (
        "a>x layer: [thru, {transpose: 12}]",
        [
            ("a C4", "x C4, x C5"),
            ("a C5", "x C5, x C6"),
            ("a C4 off", "x C4 off"),
            ("a C5 off", "x C5 off, x C6 off"),
        ],
    ),
    "channels that a route merges": (
        "a>x channel: 1",
        [("a C4 ch2", "x C4"), ("a C4 ch3", "x C4"), ("a C4 off ch2", ""), ("a C4 off ch3", "x C4 off")],
    ),
    "struck twice, let go twice": (
        "a>x thru",
        [("a C4", "x C4"), ("a C4 v9", "x C4 v9"), ("a C4 off", ""), ("a C4 off", "x C4 off"), ("a C4 off", "")],
    ),
    "struck twice by different routes: the first ends first": (
        "a>x thru",
        [
            ("a C4", "x C4"),
            ("rewire a>y thru", ""),
            ("a C4", "y C4"),
            ("a C4 off", "x C4 off"),
            ("a C4 off", "y C4 off"),
        ],
    ),
    "a stopped strike does not let the note-off of another end it": (
        "a>x velocities: 50..",
        [("a C4 v1", ""), ("a C4", "x C4"), ("a C4 off", ""), ("a C4 off", "x C4 off")],
    ),
    # -- key pressure --------------------------------------------------------------------------------
    "key pressure goes with its note": (
        "a>x {channel: 3, transpose: 12}",
        [
            ("a C4", "x C5 ch3"),
            ("rewire a>y thru", ""),
            ("a C4 press 9", "x C5 press 9 ch3"),
            ("a C4 off", "x C5 off ch3"),
            ("a C4 press 9", "y C4 press 9"),
        ],
    ),
    "key pressure goes only with its half of a split by force": (
        "a>x split: [{when: {velocities: 100..}, do: {channel: 2}}, {rest: thru}]",
        [("a C4 v9", "x C4 v9"), ("a C4 press 9", "x C4 press 9")],
    ),
    "key pressure that its route stops": ("a>x only: notes", [("a C4", "x C4"), ("a C4 press 9", "")]),
    # -- released, forgotten -------------------------------------------------------------------------
    "unplugged": (
        "a>x thru; b>x thru; a>y channel: 3",
        [
            ("a E4", "x E4, y E4 ch3"),
            ("a C4 ch2", "x C4 ch2, y C4 ch3"),
            ("b G4", "x G4"),
            ("release a", "x E4 off, x C4 off ch2, y C4 off ch3, y E4 off ch3"),
            ("a E4 off", ""),
            ("release a", ""),
            ("b G4 off", "x G4 off"),
        ],
    ),
    "unplugged while another holds the same key": (
        "a>x thru; b>x thru",
        [("a C4", "x C4"), ("b C4", "x C4"), ("release a", ""), ("b C4 off", "x C4 off")],
    ),
    "one channel is released, one key is": (
        "a>x thru",
        [
            ("a C4", "x C4"),
            ("a C4", "x C4"),
            ("a D4", "x D4"),
            ("a C4 ch2", "x C4 ch2"),
            ("a cc64=127", "x cc64=127"),
            ("release a ch2", "x C4 off ch2"),
            ("release a ch1 C4", "x C4 off"),
            ("release", "x D4 off, x cc64=0"),
        ],
    ),
    "a sink that somebody else has silenced": (
        "a>x thru; a>y thru; b>x thru",
        [
            ("a C4", "x C4, y C4"),
            ("a cc64=127", "x cc64=127, y cc64=127"),
            ("forget x", ""),
            ("b C4", "x C4"),
            ("a C4 off", "y C4 off"),
            ("release a", "y cc64=0"),
            ("b C4 off", "x C4 off"),
        ],
    ),
    # -- pedals and pitch wheels ---------------------------------------------------------------------
    "pedals come up where they went down": (
        "a>x channel: 3",
        [
            ("a cc64=127", "x cc64=127 ch3"),
            ("a cc66=64 ch2", "x cc66=64 ch3"),
            ("a cc69=63", "x cc69=63 ch3"),
            ("rewire a>y thru", ""),
            ("a cc64=90", "y cc64=90, x cc64=90 ch3"),
            ("release a", "x cc64=0 ch3, x cc66=0 ch3, y cc64=0"),
            ("release a", ""),
        ],
    ),
    "a pedal let up by foot after a switch": (
        "a>x thru",
        [
            ("a cc64=127", "x cc64=127"),
            ("rewire a>x only: notes", ""),
            ("a cc64=0", "x cc64=0"),
            ("a cc64=0", ""),
        ],
    ),
    "a pedal that two feet hold comes up with the last": (
        "a>x thru; b>x thru",
        [
            ("a cc64=127", "x cc64=127"),
            ("b cc64=127", "x cc64=127"),
            ("a cc64=0", ""),
            ("a cc64=127", "x cc64=127"),
            ("release a", ""),
            ("b cc64=9", "x cc64=9"),
        ],
    ),
    "a pitch wheel is where it was last moved to": (
        "a>x thru; b>x thru",
        [("a bend 9", "x bend 9"), ("b bend 5", "x bend 5"), ("a bend 0", "x bend 0"), ("release b", "x bend 0")],
    ),
    "a pedal that no route lets pass is not lifted": ("a>x only: notes", [("a cc64=127", ""), ("release a", "")]),
    "reset of controllers lifts the pedals of its channel": (
        "a>x thru",
        [
            ("a cc64=127", "x cc64=127"),
            ("a cc64=127 ch2", "x cc64=127 ch2"),
            ("a cc121=0", "x cc121=0"),
            ("release a", "x cc64=0 ch2"),
        ],
    ),
    "reset of controllers lifts them where it does not go itself, too": (
        "a>x thru",
        [("a cc64=127", "x cc64=127"), ("rewire a>y thru", ""), ("a cc121=0", "x cc64=0, y cc121=0"), ("release", "")],
    ),
    "a bent pitch wheel goes back where it went": (
        "a>x thru",
        [
            ("a bend 500", "x bend 500"),
            ("rewire a>y thru", ""),
            ("a bend 200", "y bend 200, x bend 200"),
            ("a bend 0", "y bend 0, x bend 0"),
            ("a bend 7", "y bend 7"),
            ("release a", "y bend 0"),
        ],
    ),
    # -- all notes off -------------------------------------------------------------------------------
    "all notes off ends its channel before it passes": (
        "a>x channel: {1: 3}",
        [
            ("a C4", "x C4 ch3"),
            ("a D4 ch2", "x D4 ch2"),
            ("a cc123=0", "x C4 off ch3, x cc123=0 ch3"),
            ("a C4 off", ""),
            ("a cc120=0 ch2", "x D4 off ch2, x cc120=0 ch2"),
        ],
    ),
    "all notes off that no route lets pass ends its notes, too": (
        "a>x only: notes",
        [("a C4", "x C4"), ("a cc123=0", "x C4 off"), ("a C4 off", "")],
    ),
    "all notes off ends them where they began": (
        "a>x thru",
        [("a C4", "x C4"), ("rewire a>y thru", ""), ("a cc126=1", "x C4 off, y cc126=1")],
    ),
    "all notes off ends what others hold where it arrives, as its receiver does": (
        "a>x thru; b>x thru; b>y thru",
        [
            ("b C4", "x C4, y C4"),
            ("b D4 ch2", "x D4 ch2, y D4 ch2"),
            ("a cc123=0", "x C4 off, x cc123=0"),
            ("a C4", "x C4"),
            ("b C4 off", "y C4 off"),
            ("a C4 off", "x C4 off"),
        ],
    ),
    "system reset ends everything at its sinks": (
        "a>x thru; b>x thru; b>y thru",
        [
            ("b C4 ch5", "x C4 ch5, y C4 ch5"),
            ("b cc64=127", "x cc64=127, y cc64=127"),
            ("a reset", "x C4 off ch5, x reset"),
            ("b C4 off ch5", "y C4 off ch5"),
            ("release b", "y cc64=0"),
        ],
    ),
    # -- everything else -----------------------------------------------------------------------------
    "everything else passes by today's routes": (
        "a>x thru; b>y only: clock",
        [
            ("a program 5", "x program 5"),
            ("a pressure 9", "x pressure 9"),
            ("a sysex", "x sysex"),
            ("a clock", "x clock"),
            ("b sysex", ""),
            ("b clock", "y clock"),
        ],
    ),
    "NRPN stays in order": (
        "a>x channel: 2",
        [
            ("a cc99=1", "x cc99=1 ch2"),
            ("a cc98=2", "x cc98=2 ch2"),
            ("a cc6=3", "x cc6=3 ch2"),
            ("a cc38=4", "x cc38=4 ch2"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("first", "score"), SCORES.values(), ids=SCORES)
def test_score(first: str, score: Score) -> None:
    router = Router(passages(first))
    assert [(line, play(router, line)) for line, _ in score] == score


def test_a_keyboard_without_note_offs_does_not_fill_the_memory() -> None:
    router = Router(passages("a>x velocity: {fixed: 50}"))
    assert [play(router, "a C4") for _ in range(1000)] == ["x C4 v50"] * 1000
    sent = [play(router, "a C4 off") for _ in range(1000)]
    assert sent == [*[""] * (MOST_STRIKES - 1), "x C4 off", *[""] * (1000 - MOST_STRIKES)]


def test_what_sounds_can_be_asked() -> None:
    router = Router(passages("a>x thru; a>y transpose: 12"))
    play(router, "a D4 ch2")
    play(router, "a C4")
    assert router.sounding == [("x", 0, 60), ("x", 1, 62), ("y", 0, 72), ("y", 1, 74)]
