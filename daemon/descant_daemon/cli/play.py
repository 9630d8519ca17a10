"""``descant play``: live, until it is stopped."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.chosen import chosen_rig
from descant_daemon.cli.play_checks import captures_folder, ignore_signals, listened, told
from descant_daemon.cli.setup import DEFAULT_PRESET, tell_unused
from descant_daemon.cli.taping import (
    close_files,
    now_and_version,
    open_files,
)
from descant_daemon.live.clocks import COUNT_IN, DEFAULT_BPM, check_clock, make_source
from descant_daemon.live.control.control_link import Outlets
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.live.processes.rank import IO, take_rank
from descant_daemon.live.rig_watch import RigWatch, cables_of
from descant_daemon.live.session import Session
from descant_daemon.live.tape.tape_link import TapeLink
from descant_daemon.live.tape.tape_process import Orders
from descant_daemon.live.terminal import say
from descant_daemon.model.known import Models
from descant_daemon.service.notify import Notifier, Watchdog
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.rig.values import MOST_INSTANCES, Rig
from descant_daemon.tape.capture import BARS
from descant_daemon.tape.clock_samples import NotedSource
from descant_daemon.tape.header import RULES, Header
from descant_daemon.tape.rebuild import build_clock, effect_of
from descant_daemon.tape.recorder import Recorder
from descant_daemon.time.clock import Clock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.tap_tempo import Taps
from descant_routing.ports.api import CLIENT, Backend
from descant_routing.ports.jack.backend import JackBackend
from descant_routing.ports.select import BACKENDS, open_backend

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
    drums: options.Drums = False,
    programs: Annotated[
        str | None,
        typer.Option(
            "--programs",
            metavar="A,B,...",
            help="More presets: program change 1 is PRESET, 2 the first of these.",
        ),
    ] = None,
    rig_file: Annotated[
        Path | None,
        typer.Option(
            "--rig", metavar="FILE", help="Several instances with ports of their own; see descant rig."
        ),
    ] = None,
    osc: Annotated[
        str | None,
        typer.Option(
            "--osc",
            metavar="[HOST:]PORT",
            help="Listen to OSC on this UDP port, of this machine alone unless HOST says where.",
        ),
    ] = None,
    osc_out: Annotated[
        str | None, typer.Option("--osc-out", metavar="HOST:PORT", help="Tell the status there by OSC.")
    ] = None,
    seed: options.Seed = None,
    mode: options.Mode = None,
    settings: options.Set = None,
    json: options.Json = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="FILE", help="Record the session: a take, and with .mid its music too."
        ),
    ] = None,
    captures: Annotated[
        Path | None,
        typer.Option("--captures", metavar="FOLDER", help="Where the last bars go when they were good."),
    ] = None,
    capture_bars: Annotated[
        int, typer.Option("--capture-bars", min=1, max=999, help="How many bars those are.")
    ] = BARS,
) -> None:
    """Play along with a DAW or a keyboard until stopped (Ctrl-C)."""

    def read(models: Models) -> Rig:
        return chosen_rig(
            rig_file,
            [preset, *(programs.split(",") if programs else [])],
            settings or [],
            mode,
            seed,
            input_port=input_port,
            output_port=output_port,
            tracks=tracks,
            offset=round(offset * MILLISECOND),
            clock=clock_name,
            tempo=tempo,
            send_clock=send_clock,
            drums=drums,
            look=models.look,
        )

    ignore_signals()
    models = Models()
    rig = read(models)
    check_clock(rig.clock, send_clock=rig.send_clock)
    outlets = Outlets(sys.stderr.isatty(), json, listened(osc), told(osc_out))
    folder = captures_folder(captures)
    first = rig.instances[0].programs[rig.instances[0].first]
    outlets = replace(outlets, styles=first.model.abilities.styles)
    tell_unused(settings or [], first.name, first.model.abilities.styles)
    notifier = Notifier()
    take_rank(IO)
    backend, why = open_backend(backend_name, cables_of(rig, patient=rig_file is not None))
    engine = tape = files = None
    try:
        files = open_files(record) if record is not None else None
        instances = len(rig.instances) if rig_file is None else MOST_INSTANCES
        engine = EnginePool(
            [each.files for each in models.of(rig).values()],
            instances,
            None if backend.periodic else backend.wake,
        )
        engine.wait_ready()
        header = _header(rig.with_models(engine.as_loaded), backend, Taps(tap_cc, tap_note))
        clock, source = _clock(header, first.parameters.metre, backend)
        effect = effect_of(header, clock)
        tape = TapeLink(header, Orders(files.take if files else None, folder, capture_bars))
        recorder = Recorder(effect, header.origin, tape.write, source)
        session = Session(backend, effect, engine, outlets, recorder, header.origin)
        if files is not None:
            say(f"Recording to {files.take}.")
        _listen_to_signals(session)
        dog = Watchdog(notifier, lambda: session.reached, backend.wake)
        watch = RigWatch(rig, read, engine, backend, session.request_rig)
        looks = [lambda: dog.look(time.monotonic()), watch.look]

        def ready() -> None:
            _say_ready(rig, backend, why)
            notifier.ready()
            if isinstance(clock, InternalClock):
                session.request_start(backend.now() + COUNT_IN)

        session.run(ready, looks)
    finally:
        notifier.stopping()
        backend.close()
        if engine is not None:
            engine.close()
        if tape is not None:
            tape.close()
        if files is not None:
            close_files(files, begun=tape is not None)


def _header(rig: Rig, backend: Backend, taps: Taps) -> Header:
    """What the take of a session begins with."""
    begun, descant = now_and_version()
    return Header(
        descant=descant,
        begun=begun,
        backend=backend.name,
        origin=backend.now(),
        tempo=rig.tempo or DEFAULT_BPM,
        tap_cc=taps.cc,
        tap_note=taps.note,
        rules=RULES,
        rig=rig,
    )


def _clock(header: Header, metre: Metre, backend: Backend) -> tuple[Clock, NotedSource | None]:
    """The session's clock, and whom it asks for the time, if it asks somebody."""
    asked = make_source(header.rig.clock, header.tempo, metre, backend)
    source = None if asked is None else NotedSource(asked)
    return build_clock(header, source), source


def _say_ready(rig: Rig, backend: Backend, why: str) -> None:
    cables = f"{_shown(backend.inputs, backend)} → {_shown(backend.outputs, backend)}"
    say(f"{rig.title} is ready to be played: {cables} ({why}).")
    if isinstance(backend, JackBackend) and backend.client != CLIENT:
        say(
            f"descant: Descant runs already: the ports of this one begin with {backend.client}, not {CLIENT}."
        )


def _shown(cables: Mapping[str, str], backend: Backend) -> str:
    """Ports as patchbays show them, and who is connected to them."""
    return ", ".join(
        f"{name} (not there yet)" if label in backend.absent else name for label, name in cables.items()
    )


def _listen_to_signals(session: Session) -> None:
    def end(_number: int, _frame: object) -> None:
        session.request_stop()

    def panic(_number: int, _frame: object) -> None:
        session.request_panic()

    def capture(_number: int, _frame: object) -> None:
        session.request_capture()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)
        signal.signal(signal.SIGUSR1, panic)
        signal.signal(signal.SIGUSR2, capture)
