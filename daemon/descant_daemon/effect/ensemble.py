"""The ensemble: the instances of a rig that play, which go on by name where another rig has them, too."""

from __future__ import annotations

from collections.abc import Collection

from descant_daemon.effect.cables.outbox import Outbox
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.common import Common
from descant_daemon.effect.part import Part, check_instance
from descant_daemon.settings.rig.values import MOST_INSTANCES, Instance, Rig


class Ensemble:
    """``parts`` stays the same list, in which they come and go."""

    def __init__(self, rig: Rig, common: Common, patchbay: Patchbay, out: Outbox) -> None:
        """Raises UsageError as ``Part`` does."""
        self._common, self._patchbay, self._out = common, patchbay, out
        self.parts = [self._part(rig, each, number) for number, each in enumerate(rig.instances)]
        self.by_number = {part.number: part for part in self.parts}
        """By the number by which the engine knows them."""
        self._numbers = len(self.parts)  # how many have been given

    def rewire(self, rig: Rig, now: int) -> None:
        """Another rig, which has been checked, and whose outputs are there."""
        known = {part.instance.name: part for part in self.parts}
        kept = {each.name for each in rig.instances}
        for name, part in known.items():
            if name not in kept:
                part.end_everything(now)
        parts: dict[int, Part] = {}
        for each in rig.instances:
            part = self._taken_over(rig, each, known.get(each.name), parts, now)
            parts[part.number] = part
        self.parts[:], self.by_number = parts.values(), parts

    def _taken_over(
        self, rig: Rig, instance: Instance, part: Part | None, taken: Collection[int], now: int
    ) -> Part:
        if part is None:
            # A number that nobody has had remembers nobody's song; only when they are used up one comes again.
            fresh = range(self._numbers, MOST_INSTANCES)
            number = min(set(fresh or range(MOST_INSTANCES)) - {*taken, *self.by_number})
            self._numbers = max(self._numbers, number + 1)
            part = self._part(rig, instance, number)
            part.transport.join(now)
            return part
        part.rewire(instance, self._patchbay.ledger(instance.output), self._out, now)
        return part

    def _part(self, rig: Rig, instance: Instance, number: int) -> Part:
        ledger = self._patchbay.ledger(instance.output)
        return Part(self._common, instance, number, rig.offset_of(instance), ledger, self._out)


def check_rig(rig: Rig) -> None:
    """Raises UsageError where an instance cannot play: see ``check_instance``."""
    for each in rig.instances:
        check_instance(each)
