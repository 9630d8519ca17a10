"""Takes as files beside a page: MIDI, picture, and audio where FluidSynth is installed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from descant_daemon.console import make_console
from descant_daemon.picture.wav import render_wav

console = make_console(err=True)


class Sound:
    """Audio of MIDI files; ``missing`` is the one sentence that says why there is none, or empty."""

    def __init__(self) -> None:
        self.missing = ""

    def of(self, midi: Path, audio: Path) -> Path | None:
        """``audio`` (.ogg or .wav), or None; what failed once is not tried again."""
        if self.missing:
            return None
        done = render_wav(midi, audio)
        if isinstance(done, str):
            self.missing = done
            return None
        return done


@contextmanager
def counted(what: str, total: int) -> Generator[Progress]:
    """A progress bar with one task, number 0."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        bar.add_task(what, total=total)
        yield bar
