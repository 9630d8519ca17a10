"""A run of the benchmark on disk: its checkpoints and curve, as every run has them, and its result."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from descant_daemon.whole_file import write_whole
from descant_export.claim import ClaimedError, claimed
from descant_routing.errors import DescantError


@dataclass(frozen=True)
class Result:
    """A row of the table for one seed; ``test`` belongs to the weights that were best on validation."""

    set: str
    network: str
    seed: int
    test: float
    valid: float
    test_steps: int
    ended: str
    update: int
    best_update: int
    epochs: float
    seconds: float
    tflop: float
    batch: int
    segment: int
    device: str


class Store:
    """The folder of one run, which one process at a time works on."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made when something is kept, or when it is taken."""
        self.folder = folder

    @contextmanager
    def taken(self) -> Generator[bool]:
        """Whether the run is this process's alone within the context; a process that dies lets go."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            try:
                stack.enter_context(claimed(self.folder))
            except ClaimedError:
                yield False
            else:
                yield True

    @property
    def last(self) -> Path:
        """The checkpoint that the run goes on from."""
        return self.folder / "last.pt"

    @property
    def best(self) -> Path:
        """The checkpoint that validated best."""
        return self.folder / "best.pt"

    def result(self) -> Result | None:
        """The result, if there is one."""
        path = self.folder / "result.json"
        try:
            return Result(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise DescantError(f"{path} is not a result of this version of Descant ({error}).") from None

    def keep_result(self, result: Result) -> None:
        """Keep the result."""
        write_whole(self.folder / "result.json", (json.dumps(asdict(result), indent=1) + "\n").encode())
