"""OSC 1.0's address patterns, matched against one part of an address (what stands between two slashes).

``?`` is any character, ``*`` any number of them, ``[a-c]`` and ``[!a-c]`` one of these and none of these,
``{on,off}`` one of these words. Every pattern takes time in proportion to its length times the name's, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable

SPECIAL = frozenset("?*[]{}")
_Step = Callable[[str, set[int]], set[int]]
"""(name, places in it that have been reached) → the places that can be reached next."""


def is_pattern(part: str) -> bool:
    """Whether it says more than one name."""
    return not SPECIAL.isdisjoint(part)


def matches(pattern: str, name: str) -> bool:
    """Whether the whole of ``name`` is meant. A pattern that does not close its brackets means nothing."""
    places, at = {0}, 0
    while at < len(pattern) and places:
        step, at = _step(pattern, at)
        places = step(name, places)
    return at >= len(pattern) and len(name) in places


def _step(pattern: str, at: int) -> tuple[_Step, int]:
    """What stands at a place of the pattern, and the place behind it."""
    match pattern[at]:
        case "*":
            return _any, at + 1
        case "?":
            return _one_of("", but=True), at + 1
        case "[" if (end := pattern.find("]", at)) > 0:
            but = pattern.startswith("!", at + 1)
            return _one_of(_spelled_out(pattern[at + 1 + but : end]), but=but), end + 1
        case "{" if (end := pattern.find("}", at)) > 0:
            return _words(pattern[at + 1 : end].split(",")), end + 1
        case letter:
            return _words([] if letter in SPECIAL else [letter]), at + 1


def _spelled_out(letters: str) -> str:
    """``a-c`` is ``abc``; a hyphen at an end is a hyphen. OSC's names are ASCII."""
    spelled, at = "", 0
    while at < len(letters):
        if letters[at + 1 : at + 2] == "-" and at + 2 < len(letters):
            low, high = sorted((min(ord(letters[at]), 127), min(ord(letters[at + 2]), 127)))
            spelled += "".join(map(chr, range(low, high + 1)))
            at += 3
        else:
            spelled += letters[at]
            at += 1
    return spelled


def _any(name: str, places: set[int]) -> set[int]:
    return set(range(min(places), len(name) + 1))


def _one_of(letters: str, *, but: bool) -> _Step:
    return lambda name, places: {
        at + 1 for at in places if at < len(name) and (name[at] in letters) is not but
    }


def _words(words: list[str]) -> _Step:
    return lambda name, places: {
        at + len(word) for word in words for at in places if name.startswith(word, at)
    }
