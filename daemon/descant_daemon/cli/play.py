"""``descant play``: the effect on real ports."""

from __future__ import annotations

import signal
import sys
import time
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.setup import DEFAULT_PRESET, set_up
from descant_daemon.effect.building import program_of
from descant_daemon.effect.common import Ears, Program, Track
from descant_daemon.effect.effect import Effect
from descant_daemon.live.clocks import begin, check_clock, make_clock
from descant_daemon.live.control_link import Outlets
from descant_daemon.live.engine_link import EngineLink
from descant_daemon.live.osc import OscInlet
from descant_daemon.live.rank import IO, take_rank
from descant_daemon.live.session import Session
from descant_daemon.model.card import check_model_files
from descant_daemon.service.notify import Notifier, Watchdog
from descant_daemon.time.tap_tempo import Taps
from descant_routing.errors import UsageError
from descant_routing.ports.cables import Cables
from descant_routing.ports.ladder import BACKENDS, open_rung
from descant_routing.timed import MAIN

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
            "--clock",
            help="midi follows the DAW, internal keeps --tempo, link and jack join others, "
            "auto does what is there.",
        ),
    ] = "auto",
    tempo: options.Tempo = None,
    offset: Annotated[
        float, typer.Option("--offset", min=-300, max=300, help="Play later (or earlier), in ms.")
    ] = 0.0,
    send_clock: Annotated[
        bool, typer.Option("--send-clock", help="Be the clock master: send MIDI clock with the notes.")
    ] = False,
    tap_cc: Annotated[
        int | None, typer.Option("--tap-cc", min=0, max=119, help="This controller taps the tempo.")
    ] = None,
    tap_note: Annotated[
        int | None, typer.Option("--tap-note", min=0, max=127, help="This key taps the tempo.")
    ] = None,
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
    check_clock(clock_name, send_clock=send_clock)
    told = _address(osc_out)
    if osc is not None:
        OscInlet(osc).close()  # a port that is taken is to be said before anything begins
    setup = set_up(preset, settings or [], mode, seed)
    metadata = check_model_files(setup.stem).metadata
    outlets = Outlets(sys.stderr.isatty(), json, osc, told, metadata.styles)
    notifier = Notifier()
    take_rank(IO)
    rung = open_rung(backend_name, Cables({MAIN: input_port}, {MAIN: output_port}))
    backend = rung.backend
    engine = None
    try:
        engine = EngineLink([setup.stem], tracks, None if backend.periodic else backend.wake)
        engine.wait_ready()
        clock = make_clock(clock_name, tempo, setup.parameters.metre, backend)
        effect = Effect(
            _tracks(program_of(metadata, setup.parameters, setup.bindings), tracks),
            clock,
            offset=round(offset * MILLISECOND),
            taps=Taps(tap_cc, tap_note),
            send_clock=send_clock,
        )
        session = Session(backend, effect, engine, outlets)
        _listen_to_signals(session)
        dog = Watchdog(notifier, lambda: session.reached, backend.wake)

        def ready() -> None:
            cables = f"{', '.join(backend.inputs.values())} → {', '.join(backend.outputs.values())}"
            typer.echo(f"{setup.preset.title} is ready to be played: {cables} ({rung.why}).", err=True)
            notifier.ready()
            begin(clock, backend)

        session.run(ready, [lambda: dog.look(time.monotonic())])
    finally:
        notifier.stopping()
        backend.close()
        if engine is not None:
            engine.close()


def _tracks(program: Program, count: int) -> list[Track]:
    if count == 1:
        return [Track([program])]
    parameters = [program.parameters.with_values({"channel": channel + 1}) for channel in range(count)]
    return [
        Track([program._replace(parameters=each)], Ears(channels=frozenset({channel})))
        for channel, each in enumerate(parameters)
    ]


def _address(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"--osc-out takes HOST:PORT, such as 127.0.0.1:9001, not {text!r}")
    return host, int(port)


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
