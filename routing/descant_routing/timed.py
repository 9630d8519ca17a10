"""A MIDI message and when it happens: the one value that travels between the rooms."""

from __future__ import annotations

from typing import NamedTuple


class Timed(NamedTuple):
    """A complete MIDI message (running status already resolved) at a time.

    ``time`` is in integer nanoseconds on the monotonic axis of the back-end that made it.
    """

    time: int
    data: bytes
