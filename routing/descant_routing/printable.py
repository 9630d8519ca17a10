"""Text from outside as it may stand in a terminal, a log and a sentence: one line, in one direction, not endless.

Titles, names of files, ports and models, values in YAML and messages by OSC come from strangers. In a terminal
control characters move the cursor, change its title or clear it, a bidirectional override shows text in another
order than it has (CVE-2021-42574), and a file's name that is not UTF-8 cannot be written out at all.
"""

from __future__ import annotations

import re

MOST = 2000  # characters of one line
_JOINERS = "\u200c\u200d"  # part of words in Persian and Hindi, and of emoji
_LINE_ENDS = "\x1c\x1d\x1e\x1f\x85\u2028\u2029"  # which count as spaces
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


def printable(text: str, most: int = MOST) -> str:
    r"""``text`` with every character that does not show as itself escaped: ``\x1b``, ``\n``, ``\u202e``, ``\udcff``.

    Of more than ``most`` characters the middle is cut out.
    """
    if len(text) > most:
        tail = most // 4
        text = f"{text[: most - tail - 1]}…{text[len(text) - tail :]}"
    return _NOT_PLAIN.sub(lambda found: _shown(found[0]), text)


def printable_lines(text: str, most: int = MOST) -> str:
    """Each line of ``text`` by itself: for what is several lines by intention."""
    return "\n".join(printable(line, most) for line in text.split("\n"))


def _shown(character: str) -> str:
    wide_space = character.isspace() and character > "\x7f" and character not in _LINE_ENDS
    if character.isprintable() or wide_space or character in _JOINERS:
        return character
    return character.encode("unicode-escape").decode("ascii")
