"""free: plays by itself, hearing the player."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def free(_scene: Scene) -> Say:
    """All the time."""
    return Say.FREELY
