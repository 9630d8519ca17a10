"""The last bars of what the tape process remembers, as a file in the folder for captures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from descant_daemon.tape.capture import Captured, capture_lines, file_name
from descant_daemon.tape.header import read_header
from descant_daemon.whole_file import make_folder, write_whole
from descant_routing.errors import DescantError


def write_capture(header: bytes, lines: Sequence[bytes], folder: Path, bars: int, now: datetime) -> str:
    """Write it; returns the sentence that says so. Raises DescantError when it cannot be written."""
    captured = capture_lines(read_header(header, folder), lines, bars)
    if captured is None:
        return "There is nothing to capture: nothing was heard."
    make_folder(folder)
    path = _taken(folder, captured, now)
    try:
        write_whole(path, captured.content)
    except DescantError:
        path.unlink(missing_ok=True)
        raise
    return f"Captured: {path}"


def _taken(folder: Path, captured: Captured, now: datetime) -> Path:
    """A name that nobody has had, and nobody will get any more. Raises DescantError."""
    for number in itertools.count(1):
        path = folder / file_name(captured, now, number)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise DescantError(f"{path} cannot be written: {error.strerror or error}.") from error
        return path
    raise AssertionError("numbers do not end")
