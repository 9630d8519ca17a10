"""From a rig to the effect that plays it: the one place that knows what an effect is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from descant_daemon.effect.cables.gates import Care
from descant_daemon.effect.cables.patchbay import Patchbay
from descant_daemon.effect.effect import Effect
from descant_daemon.settings.rig.ranges import ALL_CHANNELS, TOP_KEY
from descant_daemon.settings.rig.values import Ears, Instance, Rig
from descant_daemon.time.clock import Clock
from descant_daemon.time.metre_map import MetreMap
from descant_daemon.time.tap_tempo import Taps
from descant_routing.ledger import Ledger
from descant_routing.routes import Passage, Route
from descant_routing.routes.conditions import Channels, Keys


def build_effect(
    rig: Rig, clock: Clock, *, offset: int = 0, taps: Taps | None = None, metres: MetreMap | None = None
) -> Effect:
    """The effect that plays a rig by ``clock``; for the rest see ``Effect``. Raises UsageError as that does."""
    patchbay = Patchbay(
        dry_passages(rig), {each.label: Ledger() for each in rig.outputs}, gated=rig.routes is None
    )
    return Effect(
        rig.instances,
        clock,
        patchbay,
        clock_from=rig.clock_from,
        cares=_cares(rig),
        feedback=rig.feedback,
        offset=offset,
        taps=taps,
        send_clock=rig.send_clock,
        metres=metres,
    )


def rewire(effect: Effect, rig: Rig, now: int) -> None:
    """Another rig, while one plays; its clock stays. Raises UsageError, and then nothing is changed."""
    effect.rewire(
        rig.instances,
        dry_passages(rig),
        [each.label for each in rig.outputs],
        rig.clock_from,
        now,
        cares=_cares(rig),
        feedback=rig.feedback,
        gated=rig.routes is None,
    )


def dry_passages(rig: Rig) -> Sequence[Passage]:
    """What the rig's routes pass; where it has none, what is heard passes to where it is answered.

    Where an input leads to one output only, everything does.
    """
    if rig.routes is not None:
        return rig.routes
    sinks: dict[str, set[str]] = {}
    for each in rig.instances:
        sinks.setdefault(each.hears.input, set()).add(each.output)
    return list(
        dict.fromkeys(_usual(each, alone=len(sinks[each.hears.input]) == 1) for each in rig.instances)
    )


def _usual(instance: Instance, *, alone: bool) -> Passage:
    return Passage(instance.hears.input, instance.output, Route() if alone else _only(instance.hears))


def _only(ears: Ears) -> Route:
    steps: list[Channels | Keys] = []
    if ears.channels != ALL_CHANNELS:
        steps.append(Channels(ears.channels))
    if (ears.low, ears.high) != (0, TOP_KEY):
        steps.append(Keys(frozenset(range(ears.low, ears.high + 1))))
    return Route(tuple(steps))


def _cares(rig: Rig) -> Mapping[str, Care]:
    return {each.label: Care(each.longest_note, each.storm) for each in rig.inputs}
