"""MPE: a channel a note, and all that shapes the note on its channel, in the order in which it was sent."""

from __future__ import annotations

from tests.routing.routes.patchbay import passages, play

from descant_routing.routes import Router

# Two fingers on one key of an MPE keyboard (lower zone, members 2 and 3), as it sends them.
FINGERS = [
    "bend 0 ch2",
    "pressure 0 ch2",
    "cc74=64 ch2",
    "C4 v80 ch2",
    "bend 300 ch3",
    "pressure 0 ch3",
    "cc74=60 ch3",
    "C4 v90 ch3",
    "pressure 40 ch2",
    "bend -50 ch2",
    "cc74=70 ch3",
    "C4 off v30 ch2",
    "pressure 50 ch3",
    "bend 0 ch3",
    "C4 off v64 ch3",
]


def through(route: str, lines: list[str]) -> list[str]:
    router = Router(passages(f"a>x {route}"))
    sent = [play(router, f"a {line}") for line in lines]
    assert not router.sounding
    return [each.removeprefix("x ") for each in sent]


def respelled(lines: list[str]) -> list[str]:
    """As they are written when nothing changes."""
    return [line.replace(" off v64", " off") for line in lines]


def test_members_pass_untouched_and_in_order() -> None:
    assert through("thru", FINGERS) == respelled(FINGERS)


def test_a_transposed_zone_keeps_its_members_apart() -> None:
    assert through("transpose: 12", FINGERS) == [line.replace("C4", "C5") for line in respelled(FINGERS)]


def test_members_move_together_with_all_that_shapes_them() -> None:
    moved = [line.replace("ch3", "ch9") for line in respelled(FINGERS)]
    assert through("channel: {3: 9}", FINGERS) == moved


def test_only_a_route_that_says_so_collapses_members_and_then_the_key_ends_with_its_last_finger() -> None:
    sent = through("channel: 1", FINGERS)
    assert not any(" ch" in line for line in sent)
    assert [line for line in sent if "C4" in line] == ["C4 v80", "C4 v90", "C4 off"]


def test_a_keyboard_that_is_split_bends_both_hands() -> None:
    lines = ["bend 9 ch2", "B3 ch2", "bend 8 ch2", "B3 off ch2"]
    assert through("split: [{when: {keys: ..B3}, do: {transpose: -12}}, {rest: {channel: 1}}]", lines) == [
        "bend 9 ch2, x bend 9",
        "B2 ch2",
        "bend 8 ch2, x bend 8",
        "B2 off ch2",
    ]


def test_a_held_finger_shapes_its_note_after_a_switch() -> None:
    router = Router(passages("a>x channel: {2: 5}"))
    score = [
        ("a bend 0 ch2", "x bend 0 ch5"),
        ("a C4 ch2", "x C4 ch5"),
        ("rewire a>y thru", ""),
        ("a bend 70 ch2", "y bend 70 ch2, x bend 70 ch5"),
        ("a pressure 9 ch2", "y pressure 9 ch2, x pressure 9 ch5"),
        ("a cc74=1 ch2", "y cc74=1 ch2, x cc74=1 ch5"),
        ("a cc7=1 ch2", "y cc7=1 ch2"),  # the fader belongs to the new sound
        ("a program 4 ch2", "y program 4 ch2"),
        ("a pressure 9 ch3", "y pressure 9 ch3"),
        ("a C4 off ch2", "x C4 off ch5"),
        ("a pressure 0 ch2", "y pressure 0 ch2"),
        ("a bend 0 ch2", "y bend 0 ch2, x bend 0 ch5"),  # nothing stays out of tune
        ("a bend 1 ch2", "y bend 1 ch2"),
    ]
    assert [(line, play(router, line)) for line, _ in score] == score
