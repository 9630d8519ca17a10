"""The engines of a session: models by number, each in one of the engine processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.live.engine.engine_link import EngineLink, EngineLost


class EnginePool:
    """One process for the models of the first hour; another for those that a reloaded rig adds, loaded beside it.

    So the first goes on, and remembers the song.
    """

    def __init__(
        self, stems: Sequence[Path], instances: int = 1, wake: Callable[[], None] | None = None
    ) -> None:
        """Start loading ``stems``; see ``EngineLink``."""
        self._instances = instances
        self._wake = wake
        self._links: list[EngineLink] = []
        self._places: list[tuple[EngineLink, int]] = []  # by the model's number
        self._numbers: dict[Path, int] = {}
        self._coming: tuple[EngineLink, Sequence[Path]] | None = None
        self._take_in(self._start(stems), stems)

    @property
    def pid(self) -> int:
        """The first engine's process id."""
        return self._links[0].pid

    @property
    def ready(self) -> bool:
        """Whether all can be asked."""
        return all(link.ready for link in self._links)

    def number(self, stem: Path) -> int:
        """By which an ask names a model. KeyError for one that was not loaded."""
        return self._numbers[stem]

    def wait_ready(self, timeout: float = 60.0) -> None:
        """See ``EngineLink``."""
        for link in self._links:
            link.wait_ready(timeout)

    def load(self, stems: Iterable[Path]) -> None:
        """Begin to load those that are new, in a process of their own; look at ``loaded``."""
        if self._coming is not None:
            self._coming[0].close()
            self._coming = None
        new = [stem for stem in dict.fromkeys(stems) if stem not in self._numbers]
        if new:
            self._coming = self._start(new), new

    def loaded(self) -> bool:
        """Whether everything that ``load`` began is there. Raises DescantError for a model that is refused."""
        if self._coming is None:
            return True
        link, stems = self._coming
        try:
            ready = link.look()
        except Exception:
            link.close()
            self._coming = None
            raise
        if ready:
            self._coming = None
            self._take_in(link, stems)
        return ready

    def ask(self, ask: Ask, now: int = 0) -> bool:
        """See ``EngineLink``."""
        link, model = self._places[ask.model]
        return link.ask(ask if model == ask.model else ask._replace(model=model), now)

    def ring(self) -> None:
        """See ``EngineLink``."""
        for link in self._links:
            link.ring()

    def settle(self) -> None:
        """See ``EngineLink``."""
        for link in self._links:
            link.settle()

    def answers(self) -> list[Answer | EngineLost]:
        """See ``EngineLink``."""
        if len(self._links) == 1:
            return self._links[0].answers()
        return [answer for link in self._links for answer in link.answers()]

    def close(self) -> None:
        """End the processes."""
        for link in [*self._links, *([self._coming[0]] if self._coming else [])]:
            link.close()

    def _start(self, stems: Sequence[Path]) -> EngineLink:
        return EngineLink(stems, self._instances, self._wake)

    def _take_in(self, link: EngineLink, stems: Sequence[Path]) -> None:
        for place, stem in enumerate(stems):
            self._numbers[stem] = len(self._places)
            self._places.append((link, place))
        self._links = [*self._links, link]  # a new list: io's thread may be reading the old one
