"""The terminal: every line, table and progress bar of a command goes out here, ``printable`` and in its encoding."""

from __future__ import annotations

import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.segment import Segment

from descant_daemon.in_ascii import LIKE_IT
from descant_routing.errors import DescantError
from descant_routing.printable import printable, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.text import Text

NARROWEST = 20  # columns
Terminal = Console
"""What ``make_console`` makes, for annotations."""


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line, or several. Raises DescantError where it cannot be written, and BrokenPipeError."""
    stream = sys.stderr if err else sys.stdout
    try:
        stream.write(f"{printable_lines(text, sys.maxsize)}\n")
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DescantError(f"what is said here cannot be written ({error.strerror})") from error


def say_row(lead: str, text: str) -> None:
    """Print ``text`` behind ``lead``, or below one that is long; it goes on below itself. Raises as ``say`` does."""
    lead, text = printable(lead), printable(text)
    width = columns()
    if width is None:
        say(lead + text)
        return
    below = " " * min(len(lead), width // 2)
    first, above = (lead, []) if len(lead) <= width // 2 else (below, wrap(lead, width))
    lines = wrap(text, width, initial_indent=first, subsequent_indent=below, break_on_hyphens=False)
    say("\n".join([*above, *(lines or [first])]).rstrip())


def say_json(value: object) -> None:
    """Print a value for scripts. Raises as ``say`` does."""
    say(json.dumps(value, indent=2).replace("\x7f", "\\u007f"))  # the one control character that JSON leaves


def make_console(*, err: bool = False) -> Console:
    """For tables and progress bars."""
    return _Console(stderr=err)


def settle() -> None:
    """Make the standard streams take every character: what their encoding lacks is shown by one that it has."""
    sys.stdout, sys.stderr = (_settled(stream) for stream in (sys.stdout, sys.stderr))


def hush() -> None:
    """What is still to be written goes nowhere where nobody reads any more: ``descant ports | head``."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def columns() -> int | None:
    """Columns of the terminal; None where there is none, so that a line stays a line in a file."""
    if "COLUMNS" not in os.environ and not sys.stdout.isatty():
        return None
    return max(NARROWEST, get_terminal_size().columns)


def _settled(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed before the start
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors=LIKE_IT)
    return stream


class _Console(Console):
    """Rich's, but the text in it comes from outside: file names in a table, for one."""

    def __init__(self, *, stderr: bool) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)

    def render_str(self, text: str, **how: Any) -> Text:  # before it is measured
        return super().render_str(printable_lines(text, sys.maxsize), **how)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield (
                segment
                if segment.control
                else Segment(printable_lines(segment.text, sys.maxsize), segment.style)
            )
