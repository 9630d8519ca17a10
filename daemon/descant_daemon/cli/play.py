"""``descant play``: the effect on real ports."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.setup import DEFAULT_PRESET, set_up
from descant_daemon.effect.effect import Effect
from descant_daemon.live.link import EngineLink
from descant_daemon.live.live_effect import LiveEffect
from descant_daemon.live.status import status_line
from descant_daemon.model.card import check_model_files
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_routing.errors import DescantError, UsageError
from descant_routing.ledger import Ledger
from descant_routing.ports.backend import Backend
from descant_routing.ports.ladder import open_backend

DEFAULT_BPM = 100.0
REFRESH = 0.1  # s between live lines
CLOSING = 1.0  # s that the last note-offs may take
SWITCH_INTERVAL = 2e-4  # s; Python's default of 5 ms would be heard when two threads are awake
MILLISECOND = 1_000_000


def play(
    preset: options.Preset = DEFAULT_PRESET,
    input_port: Annotated[
        str | None, typer.Option("--input", help="Take notes and clock from this port.")
    ] = None,
    output_port: Annotated[str | None, typer.Option("--output", help="Send to this port.")] = None,
    backend_name: Annotated[
        str, typer.Option("--backend", help="auto, jack, alsa, coremidi, winmm or rtmidi-jack.")
    ] = "auto",
    clock_name: Annotated[
        str,
        typer.Option(
            "--clock", help="midi follows the DAW, internal keeps --tempo, auto does what is there."
        ),
    ] = "auto",
    tempo: options.Tempo = None,
    offset: Annotated[
        float, typer.Option("--offset", min=-300, max=300, help="Play later (or earlier), in ms.")
    ] = 0.0,
    seed: options.Seed = None,
    mode: options.Mode = None,
    settings: options.Set = None,
) -> None:
    """Play along with a DAW or a keyboard until stopped (Ctrl-C)."""
    if clock_name not in CLOCKS:
        raise UsageError(f"There is no clock {clock_name!r}; choose {', '.join(CLOCKS)}.")
    setup = set_up(preset, settings or [], mode, seed)
    metadata = check_model_files(setup.stem).metadata
    pitches = metadata.pitches
    backend = open_backend(backend_name, input_port, output_port)
    link = None
    try:
        link = EngineLink(setup.stem, pitches.size, backend.wake)
        link.wait_ready()
        clock = CLOCKS[clock_name](tempo or DEFAULT_BPM, backend.now())
        effect = Effect(
            pitches,
            metadata.steps_per_beat,
            setup.parameters,
            clock,
            Ledger(),
            setup.cc,
            offset=round(offset * MILLISECOND),
        )
        live = LiveEffect(effect, link)
        stop = _listen_to_signals(live, backend)
        sys.setswitchinterval(SWITCH_INTERVAL)
        gc.collect()
        gc.freeze()
        gc.disable()  # a collection of the whole heap is a hole of 100 ms
        backend.start(live)
        cables = f"{backend.input} → {backend.output} ({backend.name})"
        typer.echo(f"{setup.preset.title} is ready to be played: {cables}.", err=True)
        try:
            _watch(effect, backend, stop)
        finally:
            live.request_close()
            backend.wake()
            live.closed.wait(CLOSING)
    finally:
        backend.close()
        if link is not None:
            link.close()


def _internal(bpm: float, now: int) -> Clock:
    clock = InternalClock(bpm)
    clock.start(now)
    return clock


CLOCKS: dict[str, Callable[[float, int], Clock]] = {
    "auto": lambda bpm, _now: AutoClock(bpm),
    "midi": lambda _bpm, _now: MidiClock(),
    "internal": _internal,
}


def _listen_to_signals(live: LiveEffect, backend: Backend) -> threading.Event:
    stop = threading.Event()

    def end(_number: int, _frame: object) -> None:
        stop.set()

    def panic(_number: int, _frame: object) -> None:
        live.request_panic()
        backend.wake()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)
        signal.signal(signal.SIGUSR1, panic)
    return stop


def _watch(effect: Effect, backend: Backend, stop: threading.Event) -> None:
    """Until stopped, show the live line where there is somebody to see it."""
    shows = sys.stderr.isatty()
    while not stop.wait(REFRESH):
        if backend.lost:
            raise DescantError(backend.lost)
        if shows:
            typer.echo(f"\r{status_line(effect)}\x1b[K", nl=False, err=True)
        if not effect.clock.running:
            gc.collect(0)  # young objects only, while nothing has to be on time
    if shows:
        typer.echo("", err=True)
