"""``descant play``: the effect on real ports."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.setup import DEFAULT_PRESET, set_up
from descant_daemon.effect.common import Track
from descant_daemon.effect.effect import Effect
from descant_daemon.live.control_link import Outlets
from descant_daemon.live.engine_link import EngineLink
from descant_daemon.live.rank import IO, take_rank
from descant_daemon.live.session import Session
from descant_daemon.model.card import check_model_files
from descant_daemon.service.notify import Notifier, Watchdog
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.midi_clock import MidiClock
from descant_routing.errors import UsageError
from descant_routing.ledger import Ledger
from descant_routing.ports.ladder import BACKENDS, open_rung

DEFAULT_BPM = 100.0
COUNT_IN = 100_000_000  # ns from being ready to the first beat of our own clock
MILLISECOND = 1_000_000


def play(
    preset: options.Preset = DEFAULT_PRESET,
    input_port: Annotated[
        str | None, typer.Option("--input", help="Take notes and clock from this port.")
    ] = None,
    output_port: Annotated[str | None, typer.Option("--output", help="Send to this port.")] = None,
    backend_name: Annotated[
        str,
        typer.Option(
            "--backend",
            help=f"One of {', '.join(BACKENDS)}.",
        ),
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
    tracks: Annotated[
        int,
        typer.Option(
            min=1, max=16, help="So many instances on one cable: each hears a channel and answers on it."
        ),
    ] = 1,
    osc: Annotated[
        int | None, typer.Option("--osc", min=1, max=65535, help="Listen to OSC on this UDP port.")
    ] = None,
    osc_out: Annotated[
        str | None, typer.Option("--osc-out", metavar="HOST:PORT", help="Tell the status there by OSC.")
    ] = None,
    seed: options.Seed = None,
    mode: options.Mode = None,
    settings: options.Set = None,
    json: options.Json = False,
) -> None:
    """Play along with a DAW or a keyboard until stopped (Ctrl-C)."""
    if clock_name not in CLOCKS:
        raise UsageError(f"There is no clock {clock_name!r}; choose {', '.join(CLOCKS)}.")
    outlets = Outlets(sys.stderr.isatty(), json, osc, _address(osc_out))
    setup = set_up(preset, settings or [], mode, seed)
    metadata = check_model_files(setup.stem).metadata
    pitches = metadata.pitches
    notifier = Notifier()
    take_rank(IO)
    rung = open_rung(backend_name, input_port, output_port)
    backend = rung.backend
    engine = None
    try:
        engine = EngineLink(setup.stem, pitches.size, tracks, None if backend.periodic else backend.wake)
        engine.wait_ready()
        clock = CLOCKS[clock_name](tempo or DEFAULT_BPM)
        effect = Effect(
            pitches,
            metadata.steps_per_beat,
            _tracks(setup.parameters, tracks),
            clock,
            Ledger(),
            setup.cc,
            offset=round(offset * MILLISECOND),
        )
        session = Session(backend, effect, engine, outlets)
        _listen_to_signals(session)
        dog = Watchdog(notifier, lambda: session.reached, backend.wake)

        def ready() -> None:
            cables = f"{backend.input} → {backend.output}"
            typer.echo(f"{setup.preset.title} is ready to be played: {cables} ({rung.why}).", err=True)
            notifier.ready()
            if isinstance(clock, InternalClock):
                clock.start(backend.now() + COUNT_IN)

        session.run(ready, [lambda: dog.look(time.monotonic())])
    finally:
        notifier.stopping()
        backend.close()
        if engine is not None:
            engine.close()


def _tracks(parameters: Parameters, count: int) -> list[Track]:
    if count == 1:
        return [Track(parameters)]
    return [
        Track(parameters.with_values({"channel": channel + 1}), frozenset({channel}))
        for channel in range(count)
    ]


def _address(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"--osc-out takes HOST:PORT, such as 127.0.0.1:9001, not {text!r}")
    return host, int(port)


CLOCKS: dict[str, Callable[[float], Clock]] = {
    "auto": AutoClock,
    "midi": lambda _bpm: MidiClock(),
    "internal": InternalClock,
}


def _listen_to_signals(session: Session) -> None:
    def end(_number: int, _frame: object) -> None:
        session.request_stop()

    def panic(_number: int, _frame: object) -> None:
        session.request_panic()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)
        signal.signal(signal.SIGUSR1, panic)
