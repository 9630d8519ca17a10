"""What ``play`` tells the tape: when it began, and a file of its own for it."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import TakeFile
from descant_daemon.whole_file import write_whole
from descant_routing.errors import UsageError

SUFFIX, MIDI = ".take", ".mid"


class Files(NamedTuple):
    """Where a session is recorded, and its MIDI file where one is wanted at the end."""

    take: Path
    midi: Path | None


def open_files(wanted: Path) -> Files:
    """``wanted``, or the next name that is free; the take's file is there then, empty. Raises UsageError."""
    if wanted.is_dir():
        raise UsageError(f"{wanted} is a folder: name a file in it, such as {wanted / 'tuesday.take'}")
    if wanted.suffix.lower() not in (SUFFIX, MIDI):
        raise UsageError(
            f"a session is recorded to a {SUFFIX} or a {MIDI}, and {wanted} is called like neither"
        )
    midi = wanted.suffix.lower() == MIDI
    number = 1
    while True:
        stem = wanted.stem if number == 1 else f"{wanted.stem}-{number}"
        take = wanted.with_name(f"{stem}{SUFFIX if midi else wanted.suffix}")
        beside = wanted.with_name(f"{stem}{wanted.suffix}") if midi else None
        if beside is None or not beside.exists():
            try:
                take.touch(exist_ok=False)
            except FileExistsError:
                pass
            except OSError as error:
                raise UsageError(f"{take} cannot be recorded to: {error.strerror or error}") from error
            else:
                return Files(take, beside)
        number += 1


def close_files(files: Files, *, begun: bool) -> None:
    """The session is over: write its MIDI file. One that never began leaves nothing. Raises DescantError."""
    if not begun:
        files.take.unlink(missing_ok=True)
    elif files.midi is not None:
        take = TakeFile(files.take)
        write_whole(files.midi, whole_take(take.header, take.cycles()))


def now_and_version() -> tuple[str, str]:
    """Local time by ISO 8601, and which Descant this is."""
    return datetime.now().astimezone().isoformat(timespec="seconds"), version("descant")
