"""freeze: our last bars go round and round, whatever the player does; ``effect/lately.py`` keeps them."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def freeze(_scene: Scene) -> Say:
    """All the time."""
    return Say.LOOP
