"""The clocks that ``--clock`` names, each made for the back-end in use."""

from __future__ import annotations

from descant_daemon.live.link_session import LinkSession
from descant_daemon.settings.metre import Metre
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.link_source import LinkSource
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.time.sampled_clock import SampledClock
from descant_daemon.time.transport_source import TransportSource
from descant_routing.errors import UsageError
from descant_routing.ports.backend import Backend
from descant_routing.ports.jack_port import JackBackend

NAMES = ("auto", "midi", "internal", "link", "jack")
DEFAULT_BPM = 100.0
COUNT_IN = 100_000_000  # ns from being ready to the first beat of our own clock


def check_clock(name: str, *, send_clock: bool) -> None:
    """Before anything is opened. Raises UsageError."""
    if name not in NAMES:
        raise UsageError(f"There is no clock {name!r}; choose {', '.join(NAMES)}.")
    if send_clock and name == "midi":
        raise UsageError(
            "--send-clock goes with a clock of our own; with --clock midi somebody else sends it."
        )


def make_clock(name: str, bpm: float | None, metre: Metre, backend: Backend) -> Clock:
    """``bpm`` None is the default tempo. Raises UsageError, and DescantError without Link's library."""
    tempo = bpm or DEFAULT_BPM
    match name:
        case "midi":
            return MidiClock()
        case "internal":
            return InternalClock(tempo)
        case "link":
            return SampledClock(LinkSource(LinkSession(tempo, metre.beats * 4 / metre.unit), backend.now))
        case "jack":
            if not isinstance(backend, JackBackend):
                raise UsageError(f"--clock jack needs JACK's ports, but these are {backend.name}'s.")
            return SampledClock(TransportSource(backend.transport, tempo))
        case _:
            return AutoClock(tempo)


def begin(clock: Clock, backend: Backend) -> None:
    """Everything is ready: a clock of our own starts."""
    if isinstance(clock, InternalClock):
        clock.start(backend.now() + COUNT_IN)
