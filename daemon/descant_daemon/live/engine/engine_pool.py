"""The engines of a session: models by number, each in one of the engine processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from descant_daemon.effect.events import EngineLost
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.live.engine.engine_link import EngineLink
from descant_daemon.model.lead import lead
from descant_daemon.model.model_files import ModelBytes
from descant_daemon.settings.rig.values import ModelFacts

Digest = bytes


class EnginePool:
    """One process for the models of the first hour; another for those that a reloaded rig adds, loaded beside it.

    So the first goes on, and remembers the song. A process none of whose models is played any more is ended.
    """

    def __init__(
        self, models: Sequence[ModelBytes], instances: int = 1, wake: Callable[[], None] | None = None
    ) -> None:
        """Start loading ``models``; see ``EngineLink``."""
        self._instances = instances
        self._wake = wake
        self._links: list[EngineLink] = []
        self._places: list[tuple[EngineLink, int] | None] = []  # by the model's number; None: it has ended
        self._numbers: dict[Digest, int] = {}
        self._names: dict[Path, Digest] = {}  # what lay there when it was last loaded
        self._coming: tuple[EngineLink, Sequence[ModelBytes]] | None = None
        self._wanted = self._kept = {model.stem: model.digest for model in models}
        self._take_in(self._start(models), models)
        self._names = self._wanted

    @property
    def pid(self) -> int:
        """The first engine's process id."""
        return self._links[0].pid

    @property
    def pids(self) -> list[int]:
        """Those of all engines."""
        return [link.pid for link in self._links]

    @property
    def ready(self) -> bool:
        """Whether all can be asked."""
        return all(link.ready for link in self._links)

    def number(self, stem: Path) -> int:
        """By which an ask names a model. KeyError for one that was not loaded."""
        return self._numbers[self._names[stem]]

    def cost(self, number: int) -> int:
        """What a step costs with the model of this number, ns, as its engine has measured; 0 while it is not ready."""
        place = self._places[number]
        if place is None:
            return 0
        link, model = place
        return link.costs[model] if model < len(link.costs) else 0

    def as_loaded(self, model: ModelFacts) -> ModelFacts:
        """What is known of a model, with its number and with how early it has to be asked on this machine."""
        number = self.number(model.stem)
        return replace(model, number=number, lead=lead(self.cost(number), model.steps_per_beat))

    def wait_ready(self, timeout: float = 60.0) -> None:
        """See ``EngineLink``."""
        for link in self._links:
            link.wait_ready(timeout)

    def load(self, models: Iterable[ModelBytes]) -> None:
        """Begin to load those that are new, in a process of their own; look at ``loaded``."""
        self._give_up()
        each = list(models)
        self._wanted = {model.stem: model.digest for model in each}
        new = list({model.digest: model for model in each if model.digest not in self._numbers}.values())
        if new:
            self._coming = self._start(new), new

    def loaded(self) -> bool:
        """Whether everything that ``load`` began is there. Raises DescantError for a model that is refused."""
        if self._coming is not None:
            link, models = self._coming
            try:
                ready = link.look()
            except Exception:
                link.close()
                self._coming = None
                raise
            if not ready:
                return False
            self._coming = None
            self._take_in(link, models)
        self._names = self._wanted
        return True

    def keep_loaded(self) -> None:
        """What ``load`` was last told is what is played from now on; engines that have none of it end."""
        self._kept = self._wanted
        self._end_others()

    def keep_old(self) -> None:
        """What was played before is played on; engines that have none of it end."""
        self._give_up()
        self._names = self._kept
        self._end_others()

    def ask(self, ask: Ask, now: int = 0) -> bool:
        """See ``EngineLink``; False, too, for a model whose engine has ended."""
        place = self._places[ask.model]
        if place is None:
            return False
        link, model = place
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

    def _start(self, models: Sequence[ModelBytes]) -> EngineLink:
        return EngineLink(models, self._instances, self._wake)

    def _take_in(self, link: EngineLink, models: Sequence[ModelBytes]) -> None:
        for place, model in enumerate(models):
            self._numbers[model.digest] = len(self._places)
            self._places.append((link, place))
        self._links = [*self._links, link]  # a new list: io's thread may be reading the old one

    def _give_up(self) -> None:
        if self._coming is not None:
            self._coming[0].close()
            self._coming = None

    def _end_others(self) -> None:
        digests = {*self._kept.values()}
        used = {
            place[0]
            for digest, number in self._numbers.items()
            if digest in digests and (place := self._places[number]) is not None
        }
        ending = [link for link in self._links if link not in used]
        self._links = [link for link in self._links if link in used]
        for digest, number in [*self._numbers.items()]:
            place = self._places[number]
            if place is not None and place[0] in ending:
                self._places[number] = None
                del self._numbers[digest]
        for link in ending:
            link.close()
