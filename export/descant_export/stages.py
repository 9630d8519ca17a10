"""Work of several stages, told as it goes: on a terminal one line that changes, anywhere else a line for each."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from descant_daemon.console import Terminal

Tell = Callable[[str, float | None], None]
"""What is being done, and what share of it is done, where anybody knows."""


def silent(_stage: str, _share: float | None) -> None:
    """Tell nobody."""


@contextmanager
def stages(console: Terminal) -> Generator[Tell]:
    """``with stages(console) as tell``."""
    if console.is_terminal:
        with console.status("") as status:
            yield lambda stage, share: status.update(stage if share is None else f"{stage}, {share:.0%}")
        return
    told: set[str] = set()

    def tell(stage: str, _share: float | None) -> None:
        if stage not in told:
            told.add(stage)
            console.print(stage)

    yield tell
