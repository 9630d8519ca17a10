"""The effect with its engine at hand, every answer at once: for rendering, the demo and tests."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.effect.effect import Effect
from descant_daemon.engine.engine import Engine
from descant_routing.timed import Timed


class OfflineEffect:
    """What a back-end drives (see ``Driven``) when nothing has to be on time."""

    def __init__(self, effect: Effect, engine: Engine) -> None:
        self._effect = effect
        self._engine = engine

    def cycle(self, arrived: Sequence[Timed], until: int) -> Sequence[Timed]:
        """Feed, advance, answer."""
        for event in arrived:
            self._effect.advance(event.time)
            self._settle()
            self._effect.feed(event)
            self._settle()
        self._effect.advance(until)
        self._settle()
        return self._effect.messages()

    def settle(self) -> None:
        """See ``Driven``; every question has been answered on the spot."""

    def next_deadline(self) -> int | None:
        """See ``Driven``."""
        return self._effect.next_deadline()

    def unplugged(self, port: str, now: int) -> None:
        """See ``Driven``."""
        self._effect.unplugged(port, now)

    def plugged(self, port: str, now: int) -> None:
        """See ``Driven``."""
        self._effect.plugged(port, now)

    def _settle(self) -> None:
        for ask in self._effect.asks():
            self._effect.take(self._engine.answer(ask))
        self._engine.think_ahead()
