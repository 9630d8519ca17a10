"""``descant presets``, ``ports`` and ``doctor``: what is there and what is missing."""

from __future__ import annotations


def presets() -> None:
    """List the presets."""


def ports() -> None:
    """List the MIDI ports."""


def doctor() -> None:
    """Check this machine."""
