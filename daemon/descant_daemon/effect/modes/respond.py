"""respond: listens for some bars, answers for as many. Call and response, by the bars of the song."""

from __future__ import annotations

from descant_daemon.effect.modes.scene import Say, Scene


def respond(scene: Scene) -> Say:
    """The song begins with the player's ``phrase``; the next one is ours."""
    return Say.FREELY if scene.bar // scene.parameters.phrase % 2 else Say.LISTEN
