"""harmonise: voices around what the player holds, in the same step."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def harmonise(_scene: Scene) -> Say:
    """All the time; where nothing is held, ``manner`` says whether anything is played."""
    return Say.AROUND
