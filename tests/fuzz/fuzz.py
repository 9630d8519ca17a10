"""What the fuzzers share: how many cases, which ones, and what every case must keep to.

``DESCANT_FUZZ`` is the number of cases, ``DESCANT_SEED`` the seed of the first; case n of a seed is always the same.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator

from descant_routing.errors import DescantError

MOST_SECONDS = 5.0  # of the processor, for one case
LONGEST_SENTENCE = 200_000  # characters, with a line for each fault


def cases(usual: int) -> Iterator[tuple[int, random.Random]]:
    """The number and the dice of each case."""
    first = int(os.environ.get("DESCANT_SEED", "1")) * 1_000_000
    for number in range(first, first + int(os.environ.get("DESCANT_FUZZ", usual))):
        yield number, random.Random(number)


def judge(number: int, what: str, act: Callable[[], object]) -> bool:
    """Do it: True when it was taken. Fails for any error but a DescantError, and for one that took too long."""
    begin = time.process_time()
    taken = True
    try:
        act()
    except DescantError as error:
        taken = False
        sentence = str(error)
        fault = None if sentence and len(sentence) < LONGEST_SENTENCE else "no sentence"
        if any(not (each.isprintable() or each in "\n\u200c\u200d") for each in sentence):
            fault = "a sentence that a terminal cannot show"
    except Exception as error:
        raise AssertionError(f"case {number}, {what}: {type(error).__name__}: {error}") from error
    else:
        fault = None
    spent = time.process_time() - begin
    assert fault is None, f"case {number}, {what}: {fault}"
    assert spent < MOST_SECONDS, f"case {number}, {what}: {spent:.1f} s"
    return taken


def torn(dice: random.Random, text: str, tokens: list[str]) -> str:
    """The text with some places changed: cut, doubled, moved, or with a token of another kind."""
    for _ in range(dice.choice((1, 1, 1, 2, 4, 9))):
        begin = dice.randrange(len(text) + 1)
        end = min(len(text), begin + int(dice.expovariate(1 / 6)))
        other = dice.randrange(len(text) + 1)
        piece = dice.choice(
            (
                "",
                dice.choice(tokens),
                text[begin:end] * 2,
                text[other : other + 30],
                chr(
                    dice.choice(
                        (dice.randrange(128), dice.randrange(0xD800), dice.randrange(0xE000, 0x110000))
                    )
                ),
            )
        )
        text = text[:begin] + piece + text[end:]
    return text
