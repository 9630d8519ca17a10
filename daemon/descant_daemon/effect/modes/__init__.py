"""The modes: what an instance does in a step, as far as the song and the player's keys decide it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from descant_daemon.effect.modes.carry_on import carry_on
from descant_daemon.effect.modes.free import free
from descant_daemon.effect.modes.freeze import freeze
from descant_daemon.effect.modes.harmonise import harmonise
from descant_daemon.effect.modes.instant import instant
from descant_daemon.effect.modes.respond import respond
from descant_daemon.effect.modes.scene import Say, Scene

MODES: Mapping[str, Callable[[Scene], Say]] = {
    "free": free,
    "harmonise": harmonise,
    "instant": instant,
    "respond": respond,
    "continue": carry_on,
    "freeze": freeze,
}


def say(scene: Scene) -> Say:
    """What is done in the step of ``scene``."""
    return MODES[scene.parameters.mode](scene)
