"""A live session: ports, engine, control and tape around the effect; started, watched, and ended in order."""

from __future__ import annotations

import gc
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import NewRig
from descant_daemon.live.control.complaints import Complaints
from descant_daemon.live.control.control_link import ControlLink, Outlets
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.live.live_effect import LiveEffect
from descant_daemon.live.terminal import say
from descant_daemon.tape.recorder import Recorder
from descant_routing.errors import DescantError
from descant_routing.ports.api import Backend

LOOK = 0.1  # s between two looks round
PORTS_EVERY = 10  # looks: who has come and gone, and how punctual Descant is
CLOSING = 1.0  # s that the last note-offs may take
SWITCH_INTERVAL = 2e-4  # s; Python's default of 5 ms would be heard when two threads are awake


class Session:
    """This process is io: it alone holds ports, clock, schedule and ledger. ``run`` is its whole life."""

    def __init__(
        self,
        backend: Backend,
        effect: Effect,
        engine: EnginePool,
        outlets: Outlets,
        recorder: Recorder | None = None,
        now: int = 0,
    ) -> None:
        """``engine`` must be ready; control is started.

        ``now``, ns: what ``recorder`` has as its origin.
        """
        self._backend = backend
        self._control = ControlLink(outlets)
        self._effect = effect
        self._live = LiveEffect(effect, engine, self._control, recorder, now)
        self._stop = threading.Event()
        self._faults = Complaints()

    @property
    def reached(self) -> int:
        """How far io has come; it grows with every cycle."""
        return self._live.reached

    def request_stop(self) -> None:
        """From a signal handler: end in order."""
        self._stop.set()

    def request_panic(self) -> None:
        """From a signal handler: end every note."""
        self._live.request_panic()
        self._backend.wake()

    def request_capture(self) -> None:
        """From a signal handler: that was good."""
        self._live.request_capture()
        self._backend.wake()

    def request_rig(self, rig: NewRig) -> None:
        """Another rig, whose models are loaded and whose ports are open."""
        self._live.request_rig(rig)
        self._backend.wake()

    def request_start(self, at: int) -> None:
        """Descant's own clock is to start at ``at``, ns."""
        self._live.request_start(at)
        self._backend.wake()

    def run(self, ready: Callable[[], None], looks: Sequence[Callable[[], None]] = ()) -> None:
        """Play until stopped; DescantError when the ports are lost. ``looks`` are called now and then."""
        backend = self._backend
        _keep_still()
        try:
            backend.start(self._live)
            ready()
            looked = 0
            while not self._wait():
                looked += 1
                self._say_faults(time.monotonic())
                self._control.look()
                if looked % PORTS_EVERY == 0:
                    backend.look()
                    backend.wake()  # whoever looks on can see that the cycles go on
                    self._live.facts = {**backend.facts(), "absent": dict(backend.absent)}
                if backend.lost:
                    raise DescantError(backend.lost)
                for look in looks:
                    look()
                if not self._effect.clock.running:
                    gc.collect(0)  # young objects only, while nothing has to be on time
        finally:
            self._live.request_close()
            backend.wake()
            self._live.closed.wait(CLOSING)
            self._control.close()

    def _say_faults(self, now: float) -> None:
        """What came from outside and was left out."""
        faults = self._live.faults
        while not faults.empty():
            self._faults.add(faults.get_nowait())
        for fault in self._faults.due(now):
            say(f"descant: left out, the music goes on: {fault}")

    def _wait(self) -> bool:
        """For a while, or until the Return key taps the tempo; True when it is time to stop."""
        if not sys.stdin or not sys.stdin.isatty() or sys.platform == "win32":
            return self._stop.wait(LOOK)
        if select.select([sys.stdin], [], [], LOOK)[0]:
            now = self._backend.now()
            if sys.stdin.readline():
                self._live.request_tap(now)
                self._backend.wake()
            else:
                self._stop.wait(LOOK)  # the terminal has gone
        return self._stop.is_set()


def _keep_still() -> None:
    """Nothing in this process may hold up the thread that plays."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    gc.disable()  # a collection of the whole heap is a hole of 100 ms
