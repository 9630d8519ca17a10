"""The Ableton Link library, joined as one more player."""

from __future__ import annotations

import importlib
from typing import Any

from descant_daemon.time.link_source import Moment
from descant_routing.errors import DescantError


class LinkSession:
    """A ``Session`` on the network. The library's threads are its own, and run no Python."""

    def __init__(self, bpm: float, quantum: float) -> None:
        """``bpm`` serves until there are others; ``quantum``: quarters in a bar. DescantError without the library."""
        try:
            library = importlib.import_module("link")
        except ImportError as error:
            raise DescantError(
                f"Ableton Link needs the 'link' extra ({error}): pip install 'descant[link]'"
            ) from error
        self._quantum = quantum
        self._started = False  # somebody has used start and stop
        self._link: Any = library.Link(bpm)
        self._link.startStopSyncEnabled = True
        self._link.enabled = True
        self._clock: Any = self._link.clock()

    def moment(self) -> Moment:
        """See ``Session``. Until somebody has used start and stop, the session plays."""
        state = self._link.captureSessionState()
        host = self._clock.micros()
        playing = state.isPlaying()
        self._started = self._started or playing
        beat = state.beatAtTime(host, self._quantum)
        return Moment(host, state.tempo(), beat, playing or not self._started)

    def close(self) -> None:
        """Leave it."""
        self._link.enabled = False
