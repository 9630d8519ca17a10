"""How a training is going, in a line: on a terminal one that moves, anywhere else a new one now and then."""

from __future__ import annotations

from types import TracebackType
from typing import NamedTuple, Self

from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from descant_daemon.console import Terminal
from descant_export.training.train import UpdateReport

EVERY = 30.0  # seconds between two lines of an output that is no terminal
SHORTEST_BAR = 8


class Pace(NamedTuple):
    """Where this process took the run up: ``update`` updates, ``seconds`` after it first began."""

    update: int
    seconds: float

    def left(self, now: UpdateReport, updates: int) -> str:
        """How long the rest will take if it goes on like that; empty while nobody knows."""
        done = now.update - self.update
        if done <= 0 or now.update >= updates:
            return ""
        return f"{about((now.seconds - self.seconds) / done * (updates - now.update))} left"


class Teller:
    """``with Teller(console, updates, hold) as teller``: then ``teller.show`` is told each ``UpdateReport``.

    ``hold``: what holding the last note is worth on the same held-out music, nats a step.
    """

    def __init__(self, console: Terminal, updates: int, hold: float) -> None:
        """``updates``: of the whole run."""
        self._console, self._updates, self._hold = console, updates, hold
        self._pace: Pace | None = None
        self._now: UpdateReport | None = None
        self._told = float("-inf")  # seconds of the run
        self.best: float | None = None
        """The best look so far: nats a step alone, of the update that was best with and without a melody."""
        self._best_of_both = float("-inf")
        self._live = (
            Live(get_renderable=lambda: self.line(console.width), console=console, refresh_per_second=4)
            if console.is_terminal and not console.quiet
            else None
        )

    def __enter__(self) -> Self:
        """Begin to tell."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The line stays as it is."""
        if self._live:
            self._live.stop()

    def show(self, now: UpdateReport) -> None:
        """An update was done; a look at held-out music is a line of its own."""
        self._pace = self._pace or Pace(now.update, now.seconds)
        self._now = now
        if self._live is None and (now.validation is not None or now.seconds >= self._told + EVERY):
            self._console.print(", ".join(self._parts(now)), soft_wrap=True)
            self._told = now.seconds
        if now.validation is not None:
            alone, under = now.validation
            if alone + under > self._best_of_both:
                self.best, self._best_of_both = alone, alone + under
            self._console.print(
                f"update {now.update}: validation {alone:.3f} nats a step alone, {under:.3f} under a given melody "
                f"(higher is better; holding the last note: {self._hold:.3f} alone)",
                soft_wrap=True,
            )

    def _parts(self, now: UpdateReport) -> list[str]:
        """What there is to say, the most needed first."""
        left = self._pace.left(now, self._updates) if self._pace else ""
        parts = (f"update {now.update} of {self._updates}", left, f"train {now.train:.3f}")
        return [part for part in parts if part]

    def line(self, width: int) -> Table:
        """The line that moves: as many parts as fit, and a bar in what is left of the width."""
        line = Table.grid(padding=(0, 1))
        if self._now is None:
            line.add_row(Text("beginning (the first update takes a moment)"[:width], no_wrap=True))
            return line
        parts = self._parts(self._now)
        while len(parts) > 1 and sum(map(len, parts)) + 2 * len(parts) > width:
            parts.pop()
        text = ", ".join(parts)
        room = width - len(text) - 2
        cells: list[ProgressBar | Text] = [Text(text, no_wrap=True)]
        if room >= SHORTEST_BAR:
            cells.append(ProgressBar(self._updates, self._now.update, width=min(40, room)))
        line.add_row(*cells)
        return line


def about(seconds: float) -> str:
    """A length of time as one says it."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h".replace(".0 h", " h")
