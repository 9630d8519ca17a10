"""JACK: every message arrives with its frame, and leaves at its frame."""

from __future__ import annotations

import threading
import time
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError
from descant_routing.ports.api import CLIENT, ONE_CABLE, Cables
from descant_routing.ports.bounded import bounded
from descant_routing.ports.jack.ends import ANSWER, JackCable, JackEnds, JackPort
from descant_routing.ports.jack.frame_axis import FrameAxis
from descant_routing.ports.jack.patches import IN_FORCE, JackPatches
from descant_routing.ports.jack.transport import Transport, transport_of
from descant_routing.ports.libraries import load_jack
from descant_routing.ports.wiring import Wired, Wiring
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_routing.ports.api import Driven

_LAST_WORDS = 1.0  # s for the last cycles; the longest of them lasts 0.19 s (8192 frames at 44.1 kHz)
_LAST_CYCLES = 3  # the effect's last, one to write what it left over, one in which others have read that
_POLL = 0.001  # s

_frame = itemgetter(0)


class JackBackend(Wired[JackCable]):
    """A client of a running JACK server with MIDI ports of its own; never starts a server.

    The effect runs in JACK's process callback. Times are JACK's frame count in ns.

    Making one opens the client; nothing runs before ``start``.

    The ports are called ``in`` and ``out``, or as their cables are labelled; those with a name are connected
    once started. A second client on one server gets a name of its own from JACK, "Descant-01": two tracks, two
    Descants. ``server`` as in ``jackd --name``. Raises DescantError without a server, UsageError for ports that
    are not there.
    """

    name = "JACK"
    periodic = True

    def __init__(self, cables: Cables = ONE_CABLE, server: str | None = None) -> None:
        jack = load_jack()
        self._jack_error: type[Exception] = jack.JackError
        try:
            self._client: Any = bounded(
                "JACK", ANSWER, lambda: jack.Client(CLIENT, no_start_server=True, servername=server)
            )
        except jack.JackError as error:
            raise DescantError(
                f"no JACK server is running{f' under the name {server!r}' if server else ''}; "
                "start JACK (QjackCtl, or jackd), then try again"
            ) from error
        try:
            ends = JackEnds(jack, self._client, self._settle)
            self._wiring = Wiring(ends, "JACK", cables, self.wake, joins=False)
        except DescantError:
            self._client.close()
            raise
        self.xruns = 0
        """How often JACK has reported that someone was late."""
        self.dropped = 0
        """How many messages were for an output that is not there."""
        self.error: Exception | None = None
        """What the effect failed with, once it has."""
        self._axis = FrameAxis(self._client.samplerate, self._client.frame_time)
        self._driven: Driven | None = None
        self._lost: str | None = None
        self._refused_before = 0  # by ports that are closed
        self._cycle = 0  # the first frame of the present one
        self._freewheels = False  # cycles follow one another as fast as the clients get through them
        self._cycles = 0
        self._patches = JackPatches(self._client)
        self._cycles_left: int | None = None  # counts down when closing
        self._finished = threading.Event()
        self._closed = False
        self._client.set_process_callback(self._process)
        self._client.set_shutdown_callback(self._shut_down)
        self._client.set_xrun_callback(self._xrun)
        self._client.set_freewheel_callback(self._freewheel)

    @property
    def client(self) -> str:
        """What JACK has called the client."""
        return str(self._client.name)

    @property
    def refused(self) -> int:
        """How many messages were too large for JACK's buffer, and so were dropped."""
        return self._refused_before + sum(cable.end.outbox.refused for cable in self._wiring.outputs.values())

    def now(self) -> int:
        """The estimated present, in ns on the axis of the frames."""
        return self._axis.time(self._axis.whole(self._client.frame_time))

    def transport(self) -> Transport:
        """JACK's transport in the present cycle; for ``Driven.cycle``, which runs in it."""
        state, position = self._client.transport_query_struct()
        return transport_of(state, position, self._axis.time(self._cycle), self._client.samplerate)

    def start(self, driven: Driven) -> None:
        """Join JACK's cycles and make the connections asked for. Raises DescantError."""
        self._driven = driven
        try:
            self._client.activate()
        except self._jack_error as error:
            raise DescantError(f"JACK refused: {error}") from error
        self._wiring.start()

    def wake(self) -> None:
        """Nothing to do: there is a cycle every period anyway."""

    def look(self) -> None:
        """Take up again what is back; JACK itself tells what goes."""
        self._wiring.look(self._patches.ports_gone())

    def close(self) -> None:
        """Send what a last cycle of the effect returns, end what still sounds, leave the server."""
        if self._closed:
            return
        self._closed = True
        if self._driven is not None:
            self._cycles_left = _LAST_CYCLES
            self._finished.wait(_LAST_WORDS)
        try:
            bounded("JACK", ANSWER, self._leave)
        except DescantError as error:
            self._lost = self._lost or str(error)

    def facts(self) -> dict[str, float]:
        """What JACK has complained of, and what it could not take."""
        return {"xruns": self.xruns, "refused": self.refused, "dropped": self.dropped}

    @property
    def lost(self) -> str | None:
        """Why there is nothing to hear any more, if so."""
        return self._lost

    # -- JACK's process thread ---------------------------------------------------------------------------

    def _process(self, frames: int) -> None:
        start, end = self._axis.begin(self._client.last_frame_time, frames)
        self._cycle = start
        self._cycles += 1
        self._patches.hear(self._cycles, self._wiring)
        closing = self._cycles_left  # read once: ``close`` sets it from another thread
        if closing in (None, _LAST_CYCLES):
            self._drive(start, end)
        if closing is not None:
            self._count_down(closing, start)
        self._write(start, end)

    def _drive(self, start: int, end: int) -> None:
        if self._driven is None or self.error is not None:
            return
        wiring, time = self._wiring, self._axis.time
        try:
            first = wiring.tell(self._driven, time(start))
            arrived = [
                (at, bytes(data), label)
                for label, cable in wiring.inputs.items()
                for at, data in cable.end.port.incoming_midi_events()
            ]
            if len(arrived) > 1:
                arrived.sort(key=_frame)
            heard = [Timed(time(start + at), data, label) for at, data, label in arrived]
            self._put(first, end)
            self._put(self._driven.cycle(heard, time(end)), end)
            if self._freewheels:
                self._driven.settle()
        except Exception as error:  # noqa: BLE001 - raised into JACK it would end all cycles without a word
            self.error = error
            self._end_all(start)
            self._lost = f"the effect has failed, its notes were ended: {type(error).__name__}: {error}"
        if wiring.turning:
            self._put(wiring.last_words(time(start)), end)
            wiring.turn()

    def _put(self, messages: Sequence[Timed], end: int) -> None:
        outputs, frame = self._wiring.outputs, self._axis.frame
        for at, data, label in messages:
            cable = outputs.get(label)
            if cable is None:
                self.dropped += 1
                continue
            cable.end.outbox.put(min(frame(at), end), data)
            cable.sounding.watch(data)

    def _count_down(self, left: int, start: int) -> None:
        self._cycles_left = left - 1
        if left == _LAST_CYCLES:
            self._end_all(start)
        elif left <= 1 and not any(cable.end.outbox for cable in self._wiring.outputs.values()):
            self._finished.set()

    def _end_all(self, start: int) -> None:
        for cable in self._wiring.outputs.values():
            for data in cable.sounding.end():
                cable.end.outbox.put(start, data)

    def _write(self, start: int, end: int) -> None:
        wiring = self._wiring
        outputs = wiring.outputs.values()
        for cable in outputs:
            _write_port(cable.end, start, end)
        if wiring.leaving:
            staying = {cable.end for cable in outputs}
            leaving = {cable.end for cable in wiring.leaving if not cable.is_input} - staying
            emptied = not any(port.outbox for port in leaving)
            for port in leaving:
                _write_port(port, start, end)
            if emptied:  # the buffers, too: what is left in one is heard again in every cycle
                self._refused_before += sum(port.outbox.refused for port in leaving)
                wiring.release()

    # -- JACK's other threads, in which nothing may be asked of it ---------------------------------------

    def _xrun(self, _delay: float) -> None:
        self.xruns += 1

    def _freewheel(self, starting: bool) -> None:
        self._freewheels = bool(starting)

    def _shut_down(self, _status: object, reason: str) -> None:
        if self._lost is None:
            because = f" ({reason})" if reason else ""
            self._lost = f"JACK has shut down{because}; start it again, then start Descant again"
        self._finished.set()

    # -- the main thread ---------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Until the process thread has begun so many cycles that what JACK was told is in force."""
        if self._driven is None:
            return
        until, deadline = self._cycles + IN_FORCE, time.monotonic() + _LAST_WORDS
        while self._cycles < until and time.monotonic() < deadline and self._lost is None:
            time.sleep(_POLL)

    def _leave(self) -> None:
        self._client.deactivate()
        self._client.close()


def _write_port(port: JackPort, start: int, end: int) -> None:
    port.port.clear_buffer()
    port.outbox.write(start, end, port.write)
