"""What may reach a terminal of a stranger's text, against what terminals and Unicode say of each character."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from descant_routing.errors import DescantError, UsageError
from descant_routing.printable import MOST, printable
from descant_routing.wording import shown

CLEAR_AND_TITLE = "\x1b[2J\x1b]0;owned\x07"
ANYTHING = st.text(st.characters(codec=None) | st.sampled_from("\ud800\udcff\u202e\u2066\x9b\x85\u2028"))


def harmless(character: str) -> bool:
    """No control, no override, no half of a pair, nothing unassigned."""
    return unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") and (
        unicodedata.category(character) != "Cf" or character in "\u200c\u200d"
    )


@given(ANYTHING)
def test_nothing_that_moves_a_cursor_turns_text_round_or_cannot_be_encoded_is_left(text: str) -> None:
    safe = printable(text)
    assert all(map(harmless, safe))
    assert printable(safe) == safe
    safe.encode()


@given(st.text(st.characters(whitelist_categories=("L", "M", "N", "P", "S")), max_size=100))
def test_writing_of_any_language_passes_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_what_is_escaped_can_be_read() -> None:
    assert printable(f"a{CLEAR_AND_TITLE}\n\u202eb\udcff") == r"a\x1b[2J\x1b]0;owned\x07\n\u202eb\udcff"
    assert printable("Prélude\u00a0: 序曲 नमस्ते می\u200cخواهم") == "Prélude\u00a0: 序曲 नमस्ते می\u200cخواهم"


def test_of_an_endless_text_the_two_ends_are_left() -> None:
    short = printable("a" * 10**6 + "b")
    assert len(short) == MOST
    assert short.startswith("aaa")
    assert short.endswith("ab")


def test_every_error_is_said_so_and_keeps_its_lines() -> None:
    for kind in (DescantError, UsageError):
        assert str(kind(f"one\n{CLEAR_AND_TITLE}two")) == "one\n" + r"\x1b[2J\x1b]0;owned\x07two"
    assert str(DescantError("")) == ""


def test_a_value_is_shown_whatever_it_is() -> None:
    assert shown(int("f" * 6000, 16)) == "a whole number of 24000 bits"
    assert shown(-(10**50)) == str(-(10**50))
    assert shown("\u202ex") == r"'\u202ex'"
    assert len(shown(["x" * 1000] * 1000)) < 500
