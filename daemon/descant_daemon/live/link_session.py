"""The Ableton Link library, joined as one more player."""

from __future__ import annotations

import importlib
from typing import Any

from descant_daemon.time.link_source import LinkMoment
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
        self._started: int | None = (
            None  # when the song last began, host µs; None until somebody has started it
        )
        self._moved = 0.0  # beats by which the song is ahead of Link's count
        self._link: Any = library.Link(bpm)
        self._link.startStopSyncEnabled = True
        self._link.enabled = True
        self._clock: Any = self._link.clock()

    def moment(self) -> LinkMoment:
        """See ``Session``. Until somebody has used start and stop, the session plays.

        Peers share tempo and bars, not the bar's number: beat 0 is where each of them begins when one presses
        play, by Link's rule the next bar.
        """
        state = self._link.captureSessionState()
        host = self._clock.micros()
        playing = state.isPlaying()
        beat = state.beatAtTime(host, self._quantum)
        if playing and self._started != (begin := state.timeForIsPlaying()):
            self._started = begin
            state.requestBeatAtStartPlayingTime(0, self._quantum)  # never committed: the others do not notice
            self._moved = state.beatAtTime(host, self._quantum) - beat
        return LinkMoment(host, state.tempo(), beat + self._moved, playing or self._started is None)

    def close(self) -> None:
        """Leave it."""
        self._link.enabled = False
