"""Words for the sentences that a musician reads: nearest known word, a value cut short, places in a list."""

from __future__ import annotations

import reprlib
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

from descant_routing.errors import UsageError
from descant_routing.printable import printable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable


class _Short(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:
        """Python writes out no number of more than some thousand digits."""
        if x.bit_length() > 64 * 4:
            return f"a whole number of {x.bit_length()} bits"
        return super().repr_int(x, level)


_SHORT = _Short()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def hint(word: str, known: Iterable[str]) -> str:
    """``" (did you mean 'x'?)"``, or the known words when none is near."""
    words = list(known)
    near = get_close_matches(word[:80], words, n=1)
    return f" (did you mean '{near[0]}'?)" if near else f" (known: {', '.join(words)})"


def shown(value: object) -> str:
    """What was found, short enough for a sentence and without a character that does not show."""
    return "nothing" if value is None else printable(_SHORT.repr(value))


def ordinal(number: int) -> str:
    """1 is ``1st``, 2 is ``2nd``, 11 is ``11th``."""
    teens = 10 <= number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def as_sentence(text: str) -> str:
    """With a capital and a full stop; nothing of nothing."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def listed(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


@contextmanager
def inside(place: str) -> Generator[None]:
    """What is found wrong in here is said to be ``place``: "in the 3rd step: ..."."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"in {place}: {error}") from error
