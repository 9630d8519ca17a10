"""instant: voices around a key the moment it is pressed. ``off_grid`` does it; the grid only moves the song on."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def instant(_scene: Scene) -> Say:
    """Around what is held, when it is."""
    return Say.AROUND
