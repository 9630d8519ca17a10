"""The control process: shows the status, listens to OSC. Whatever happens here, no note moves.

Started by ``live/control/control_link.py``; ends when its standard input does, so it never outlives io.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time

from descant_daemon.live.control.control_link import Outlets
from descant_daemon.live.control.osc import OscInlet, OscOutlet
from descant_daemon.live.control.panel import SIZE, Panel
from descant_daemon.live.control.status import Snapshot, encode, status_line
from descant_daemon.live.processes.rank import CONTROL, take_rank
from descant_daemon.live.processes.shared import Shared
from descant_routing.errors import DescantError

REFRESH = 0.1  # s
CLEAR_LINE = "\x1b[K"


def main() -> None:
    """``python -m descant_daemon.live.control.control_process HANDLE OUTLETS``."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # those are for io, whose end is ours
    take_rank(CONTROL)
    panel, outlets = Panel(Shared.attach(sys.argv[1], SIZE)), Outlets.decode(sys.argv[2])
    ended = threading.Event()
    threading.Thread(target=_wait_for_io, args=(ended,), daemon=True).start()
    inlet = _inlet(outlets)
    outlet = OscOutlet(*outlets.osc_out) if outlets.osc_out else None
    shown: Snapshot = {}
    with contextlib.suppress(BrokenPipeError):
        while not ended.is_set():
            status = panel.status()
            if status is not None and status != shown:
                _show(status, outlets, outlet)
                shown = status
            if inlet is None:
                ended.wait(REFRESH)
            else:
                _pass_on(inlet, panel, time.monotonic() + REFRESH)
        if outlets.line:
            sys.stderr.write("\n")
    ended.wait()  # who was reading has had enough; we would only be started again


def _wait_for_io(ended: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    ended.set()


def _inlet(outlets: Outlets) -> OscInlet | None:
    """None where there is none, or somebody else has taken the port since ``play`` looked."""
    try:
        return OscInlet(outlets.osc_in, outlets.styles) if outlets.osc_in else None
    except DescantError as error:
        sys.stderr.write(f"descant: {error}\n")
        return None


def _show(status: Snapshot, outlets: Outlets, outlet: OscOutlet | None) -> None:
    if outlets.line:
        sys.stderr.write(f"\r{status_line(status)}{CLEAR_LINE}")
        sys.stderr.flush()
    if outlets.lines:
        sys.stdout.write(f"{encode(status).decode()}\n")
        sys.stdout.flush()
    if outlet is not None:
        outlet.show(status)


def _pass_on(inlet: OscInlet, panel: Panel, until: float) -> None:
    """What comes by OSC goes to io, the latest value of each parameter only; what is wrong is said once."""
    for command in inlet.commands(until):
        panel.command(command)
    for complaint in inlet.complaints():
        sys.stderr.write(f"\rdescant: {complaint}{CLEAR_LINE}\n")


if __name__ == "__main__":
    main()
