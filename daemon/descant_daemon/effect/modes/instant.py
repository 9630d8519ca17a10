"""instant: voices around a key the moment it is pressed. ``effect/steps.py`` does it; the grid moves the song on."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def instant(_scene: Scene) -> Say:
    """Around what is held, when it is."""
    return Say.AROUND
