"""Tap tempo: the tempo of the last few taps, and what counts as a tap."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

from descant_daemon.time.timeline import NS_PER_MINUTE, SLOWEST_BPM, is_tempo
from descant_routing import message

PAUSE = int(1.1 * NS_PER_MINUTE / SLOWEST_BPM)  # ns after which tapping begins anew,
REST = 3.0  # and usual intervals: a longer one is a pause, too
BOUNCE = 50_000_000  # ns; nobody taps at 1200 BPM
ON = 64  # a switch's value from which it is on
MOST, FEWEST = 7, 3  # intervals of which the median is taken


class TapTempo:
    """Of up to eight taps; the median forgives a stumble."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._intervals: deque[int] = deque(maxlen=MOST)

    def tap(self, now: int) -> float | None:
        """Quarters a minute from the fourth tap on; None before, and at a tempo that no music has."""
        interval = None if self._last is None else now - self._last
        if interval is not None and interval < BOUNCE:
            return None
        self._last = now
        usual = median(self._intervals) if self._intervals else PAUSE
        if interval is None or interval > min(PAUSE, REST * usual):
            self._intervals.clear()
            return None
        self._intervals.append(interval)
        if len(self._intervals) < FEWEST:
            return None
        bpm = NS_PER_MINUTE / median(self._intervals)
        return bpm if is_tempo(bpm) else None


@dataclass(frozen=True)
class Taps:
    """Which controller (a value from 64 up) or key taps; neither passes on, nor is a key harmonised."""

    cc: int | None = None
    note: int | None = None

    def takes(self, data: bytes) -> bool:
        """Whether the message is a tap, or the end of one."""
        if message.is_control_change(data):
            return data[1] == self.cc
        return (message.is_note_on(data) or message.is_note_off(data)) and data[1] == self.note

    def is_tap(self, data: bytes) -> bool:
        """Whether it is one: ``takes`` has said yes."""
        return message.is_note_on(data) or (message.is_control_change(data) and data[2] >= ON)
