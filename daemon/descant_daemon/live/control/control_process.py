"""The control process: shows the status, listens to OSC. Whatever happens here, no note moves.

Started by ``live/control/control_link.py``; ends when its standard input does, so it never outlives io.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
import time

from descant_daemon.live.control.complaints import Complaints
from descant_daemon.live.control.control_link import Outlets
from descant_daemon.live.control.osc import OscInlet, OscOutlet
from descant_daemon.live.control.panel import SIZE, Command, Panel
from descant_daemon.live.control.status import Snapshot, named
from descant_daemon.live.control.status_line import status_line
from descant_daemon.live.control.troubles import RecentlyLate, TroubleTeller
from descant_daemon.live.control.writer import Writer
from descant_daemon.live.processes.rank import CONTROL, take_rank
from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.terminal import STDERR, clear_line, own_line, width_of
from descant_routing.errors import DescantError

REFRESH = 0.1  # s
REDRAWN = 1.0  # s after which the line is drawn again: somebody may have written over it
STILL = 3.0  # s without a cycle of io's, after which they have stopped
LAST_WORDS = 0.2  # s
STDOUT = 1
LATELY = ("late", "dropped", "thinned")


class Control:
    """``turn`` is one round; nothing in it waits for anybody but OSC, and for that only until ``until``."""

    def __init__(self, panel: Panel, outlets: Outlets, errors: Writer, lines: Writer | None) -> None:
        """``errors``: stderr, for eyes. ``lines``: stdout, for scripts."""
        self._panel = panel
        self._outlets = outlets
        self._errors = errors
        self._lines = lines
        self._inlet = self._opened(outlets)
        self._outlet = OscOutlet(*outlets.osc_out) if outlets.osc_out else None
        self._shown: Snapshot = {}
        self._drawn = float("-inf")
        self._pinned, self._pinned_at = 0, 0.0
        self._teller, self._lately, self._refused = TroubleTeller(), RecentlyLate(), Complaints()
        self._refusals = 0
        self._waiting: dict[str, Command] = {}  # for io, which is behind

    def turn(self, now: float, until: float) -> bool:
        """Show what is new, pass on what comes; s of ``time.monotonic``. False where nothing is listened to."""
        self._panel.beat()
        status = self._panel.status()
        if status is not None:
            self._show(named(status) | {"stalled": self._stalled(now)}, now)
        if self._inlet is None:
            return False
        for command in self._inlet.commands(until):
            self._waiting[json.dumps([*command, *command.get("set", ())])] = command
        self._pass_on()
        for complaint in self._inlet.complaints():
            self._say(complaint)
        return True

    def close(self) -> None:
        """The status line is left standing."""
        for port in (self._inlet, self._outlet):
            if port is not None:
                port.close()
        if self._outlets.line:
            self._errors.say("\n")
        for writer in (self._errors, self._lines):
            if writer is not None:
                writer.close(LAST_WORDS)

    def _opened(self, outlets: Outlets) -> OscInlet | None:
        """None where there is none, or somebody else has taken the port since ``play`` looked."""
        try:
            if outlets.osc_in is None:
                return None
            host, port = outlets.osc_in
            return OscInlet(port, outlets.styles, host)
        except DescantError as error:
            self._say(str(error))
            return None

    def _show(self, status: Snapshot, now: float) -> None:
        if self._inlet is not None and status.get("instances"):
            self._inlet.name_instances([each.get("name", "") for each in status["instances"]])
        if self._lines is not None and status != self._shown:
            self._lines.show(f"{json.dumps(status, separators=(',', ':'))}\n")
        if self._outlet is not None and status != self._shown:
            self._outlet.show(status)
        lately = {name: self._lately.grown(name, status[name], now) for name in LATELY}
        told = {**status, "lately": lately}
        for sentence in self._teller.sentences(told, now):
            self._say(sentence)
        self._tell_refusals(status, now)
        if self._outlets.line and (status != self._shown or now - self._drawn > REDRAWN):
            self._draw(status_line(told, width_of(STDERR)))
            self._drawn = now
        self._shown = status

    def _stalled(self, now: float) -> bool:
        """Whether io has pinned nothing up for some time."""
        pinned = self._panel.pinned
        if pinned != self._pinned:
            self._pinned, self._pinned_at = pinned, now
        return now - self._pinned_at > STILL

    def _tell_refusals(self, status: Snapshot, now: float) -> None:
        """What io would not do."""
        refusals = status.get("refused_changes", 0)
        for _ in range(min(refusals - self._refusals, 1000)):
            self._refused.add(f"OSC: {status.get('refusal') or 'a value was refused'}")
        self._refusals = refusals
        for complaint in self._refused.due(now):
            self._say(complaint)

    def _draw(self, line: str) -> None:
        clear = clear_line()
        self._errors.show(f"\r{line if clear else line.ljust(width_of(STDERR))}{clear}")

    def _say(self, sentence: str) -> None:
        self._errors.say(own_line(f"descant: {sentence}", terminal=self._outlets.line))

    def _pass_on(self) -> None:
        """What comes by OSC goes to io, of each parameter the latest value only; what finds no room waits."""
        while self._waiting:
            key = next(iter(self._waiting))
            if not self._panel.command(self._waiting[key]):
                return
            del self._waiting[key]


def main() -> None:
    """``python -m descant_daemon.live.control.control_process HANDLE OUTLETS``."""
    take_rank(CONTROL)
    logging.disable(logging.CRITICAL)  # a library would say to the terminal what it cannot read
    panel, outlets = Panel(Shared.attach(sys.argv[1], SIZE)), Outlets.decode(sys.argv[2])
    ended = threading.Event()
    threading.Thread(target=_wait_for_io, args=(ended,), daemon=True).start()
    errors = Writer(STDERR, sys.stderr.encoding or "ascii")
    control = Control(panel, outlets, errors, Writer(STDOUT, "ascii") if outlets.lines else None)
    while not ended.is_set():
        now = time.monotonic()
        if not control.turn(now, now + REFRESH):
            ended.wait(REFRESH)
    control.close()


def _wait_for_io(ended: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    ended.set()


if __name__ == "__main__":
    main()
