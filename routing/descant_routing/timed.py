"""A MIDI message and when it happens, on which cable: the one value that travels between the rooms."""

from __future__ import annotations

from typing import NamedTuple

MAIN = ""
"""The label of the only cable, where there is only one."""


class Timed(NamedTuple):
    """A complete MIDI message (running status already resolved) at a time.

    ``time`` is in integer nanoseconds on the monotonic axis of the back-end that made it; ``port`` is the label
    of the input that it came by, or of the output that it is to leave by.
    """

    time: int
    data: bytes
    port: str = MAIN
