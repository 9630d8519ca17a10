"""continue: takes over when the player stops, and falls silent the moment that a key is pressed again."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def carry_on(scene: Scene) -> Say:
    """Freely, after ``patience`` beats in which no key was held."""
    wait = scene.parameters.patience * scene.bars.pulse
    return Say.FREELY if scene.rest >= wait else Say.LISTEN
