"""The clocks that ``--clock`` names, and whom they ask; ``tape/rebuild.py`` makes them."""

from __future__ import annotations

from typing import get_args

from descant_daemon.live.link_session import LinkSession
from descant_daemon.settings.choices import ClockName
from descant_daemon.settings.metre import Metre
from descant_daemon.time.link_source import LinkSource
from descant_daemon.time.sampled_clock import SampleSource
from descant_daemon.time.transport_source import TransportSource
from descant_routing.errors import UsageError
from descant_routing.ports.api import Backend
from descant_routing.ports.jack.backend import JackBackend

NAMES: tuple[str, ...] = get_args(ClockName)
DEFAULT_BPM = 100.0
COUNT_IN = 100_000_000  # ns from being ready to the first beat of Descant's clock


def check_clock(name: str, *, send_clock: bool) -> None:
    """Before anything is opened. Raises UsageError."""
    if name not in NAMES:
        raise UsageError(f"There is no clock {name!r}; choose {', '.join(NAMES)}.")
    if send_clock and name == "midi":
        raise UsageError(
            "--send-clock goes with Descant's own clock; with --clock midi somebody else sends it."
        )


def make_source(name: str, tempo: float, metre: Metre, backend: Backend) -> SampleSource | None:
    """Who is asked for the time, where it is somebody else. Raises UsageError, DescantError without Link's library."""
    match name:
        case "link":
            return LinkSource(LinkSession(tempo, metre.beats * 4 / metre.unit), backend.now)
        case "jack":
            if not isinstance(backend, JackBackend):
                raise UsageError(f"--clock jack needs JACK's ports, but these are {backend.name}'s.")
            return TransportSource(backend.transport, tempo)
        case _:
            return None
