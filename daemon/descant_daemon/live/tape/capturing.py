"""The last bars of what the tape process remembers, as a file in the folder for captures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from descant_daemon.tape.capture import capture, file_name
from descant_daemon.tape.header import read_header
from descant_daemon.tape.line import Cycle, decode
from descant_daemon.tape.music import Music
from descant_daemon.whole_file import make_folder, write_whole


def write_capture(header: bytes, lines: Iterable[bytes], folder: Path, bars: int, now: datetime) -> str:
    """Write it; returns the sentence that says so. Raises DescantError when it cannot be written."""
    facts = read_header(header, folder)
    music = Music(facts)
    for line in lines:
        cycle = decode(line, facts.origin)
        if isinstance(cycle, Cycle):
            music.add(cycle)
    captured = capture(facts, music, bars)
    if captured is None:
        return "There is nothing to capture: nothing was heard."
    make_folder(folder)
    path = folder / file_name(captured, now)
    write_whole(path, captured.content)
    return f"Captured: {path}"
