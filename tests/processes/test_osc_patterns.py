"""Address patterns against regular expressions, which say the same in another way."""

from __future__ import annotations

import random
import re

import pytest

from descant_daemon.live.control.osc_patterns import matches

LETTERS = "abc-1"


def drawn(dice: random.Random) -> tuple[str, str]:
    """A pattern of OSC's, and the expression that means the same."""
    pattern = expression = ""
    for _ in range(dice.randrange(7)):
        match dice.randrange(6):
            case 0:
                pattern, expression = pattern + "*", expression + ".*"
            case 1:
                pattern, expression = pattern + "?", expression + "."
            case 2:
                inside = "".join(dice.sample("abc1", dice.randrange(1, 4)))
                pattern, expression = f"{pattern}[{inside}]", f"{expression}[{inside}]"
            case 3:
                pattern, expression = f"{pattern}[!a-b]", f"{expression}[^a-b]"
            case 4:
                words = ["".join(dice.choices(LETTERS, k=dice.randrange(1, 3))) for _ in range(3)]
                pattern = f"{pattern}{{{','.join(words)}}}"
                expression = f"{expression}(?:{'|'.join(map(re.escape, words))})"
            case _:
                letter = dice.choice(LETTERS)
                pattern, expression = pattern + letter, expression + re.escape(letter)
    return pattern, expression


def test_patterns_match_what_the_like_expression_matches() -> None:
    dice, matched = random.Random(5), 0
    for _ in range(4000):
        pattern, expression = drawn(dice)
        name = "".join(dice.choices(LETTERS, k=dice.randrange(7)))
        wanted = re.fullmatch(expression, name) is not None
        assert matches(pattern, name) == wanted, (pattern, name)
        matched += wanted
    assert matched > 300


@pytest.mark.parametrize("pattern", ["[", "]", "{", "}", "[abc", "{abc", "a]", "a}", "[!", "{,"])
def test_brackets_that_do_not_close_mean_nothing(pattern: str) -> None:
    assert not matches(pattern, "a")
    assert not matches(pattern, "")


@pytest.mark.parametrize(
    ("pattern", "name", "wanted"),
    [
        ("[]", "a", False),
        ("[a-]", "-", True),
        ("[-a]", "-", True),
        ("[c-a]", "b", True),
        ("[!]", "x", True),
        ("{}", "", True),
        ("{,a}b", "b", True),
        ("[é-\U0010ffff]", "a", False),
    ],
)
def test_odd_ones(pattern: str, name: str, wanted: bool) -> None:
    assert matches(pattern, name) == wanted


def test_many_stars_take_no_time() -> None:
    """A matcher that tries every way would not end in this life."""
    assert not matches("*a" * 100 + "b", "a" * 200)
    assert matches("*a" * 100 + "*", "a" * 200)
