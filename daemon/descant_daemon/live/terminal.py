"""Lines on stderr that never run into each other: each comes in one write, over the status line where there is one."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from textwrap import wrap

from descant_routing.printable import printable

STDERR = 2
LEAST_WIDTH = 8


def clear_line(environment: Mapping[str, str] = os.environ) -> str:
    """What clears the rest of a line; nothing where the terminal knows no such codes."""
    return "" if environment.get("TERM") == "dumb" else "\x1b[K"


def own_line(sentence: str, *, terminal: bool) -> str:
    """The sentence as lines of its own, ``printable``, since names in it come from outside.

    ``terminal``: it is broken between words, and stands over a status line that may be there.
    """
    sentence = printable(sentence)
    if not terminal:
        return f"{sentence}\n"
    lines = wrap(sentence, width_of(STDERR), break_long_words=False, break_on_hyphens=False)
    return "".join([f"\r{clear_line()}", "\n".join(lines), "\n"])


def say(sentence: str) -> None:
    """Write it to stderr, where there is one."""
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison] - a program without a console has none
        return
    with contextlib.suppress(OSError, ValueError):  # whoever was reading has gone
        sys.stderr.write(own_line(sentence, terminal=sys.stderr.isatty()))
        sys.stderr.flush()


def width_of(descriptor: int) -> int:
    """Columns that a line may have without wrapping; 79 where nobody knows."""
    try:
        columns = os.get_terminal_size(descriptor).columns
    except OSError:
        columns = 0
    return max(LEAST_WIDTH, columns - 1) if columns else 79
