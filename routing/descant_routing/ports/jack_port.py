"""JACK: every message arrives with its frame, and leaves at its frame."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError
from descant_routing.ports.bounded import bounded
from descant_routing.ports.frames import FrameAxis
from descant_routing.ports.libraries import load_jack
from descant_routing.ports.outbox import Outbox
from descant_routing.ports.resolve import resolve
from descant_routing.ports.sounding import Sounding
from descant_routing.ports.transport import Transport, transport_of
from descant_routing.timed import Timed

if TYPE_CHECKING:
    from descant_routing.ports.backend import Driven

_ANSWER = 3.0  # s that a JACK server has to answer a request
_LAST_WORDS = 1.0  # s for the last cycles; the longest of them lasts 0.19 s (8192 frames at 44.1 kHz)
_LAST_CYCLES = 3  # the effect's last, one to write what it left over, one in which others have read that


class JackBackend:
    """A client of a running JACK server with the MIDI ports ``in`` and ``out``; never starts a server.

    The effect runs in JACK's process callback. Times are JACK's frame count in ns.
    """

    name = "JACK"
    periodic = True

    def __init__(
        self,
        input: str | None = None,  # noqa: A002 - the word of the command line
        output: str | None = None,
        client: str = "Descant",
        server: str | None = None,
    ) -> None:
        """Open the client; nothing runs before ``start``.

        ``input`` and ``output`` name the ports to connect to once started (see ``resolve``). A second client
        on one server gets a name of its own from JACK, "Descant-01": two tracks, two Descants. ``server`` as
        in ``jackd --name``. Raises DescantError without a server, UsageError for ports that are not there.
        """
        jack = load_jack()
        self._jack_error: type[Exception] = jack.JackError
        try:
            self._client: Any = bounded(
                "JACK", _ANSWER, lambda: jack.Client(client, no_start_server=True, servername=server)
            )
        except jack.JackError as error:
            raise DescantError(
                f"no JACK server is running{f' under the name {server!r}' if server else ''}; "
                "start JACK (QjackCtl, or jackd), then try again"
            ) from error
        self._source = self._other_end(input, is_output=True)
        self._sink = self._other_end(output, is_input=True)
        self._in: Any = self._client.midi_inports.register("in")
        self._out: Any = self._client.midi_outports.register("out")
        self.input: str = self._in.name
        """Our input port as JACK's patchbays show it."""
        self.output: str = self._out.name
        """Our output port as JACK's patchbays show it."""
        self.xruns = 0
        """How often JACK has reported that someone was late."""
        self.error: Exception | None = None
        """What the effect failed with, once it has."""
        self._axis = FrameAxis(self._client.samplerate, self._client.frame_time)
        self._outbox = Outbox()
        self._sounding = Sounding()
        self._driven: Driven | None = None
        self._lost: str | None = None
        self._cycle = 0  # the first frame of the present one
        self._cycles_left: int | None = None  # counts down when closing
        self._finished = threading.Event()
        self._closed = False
        self._client.set_process_callback(self._process)
        self._client.set_shutdown_callback(self._shut_down)
        self._client.set_xrun_callback(self._xrun)

    @property
    def refused(self) -> int:
        """How many messages were too large for JACK's buffer, and so were dropped."""
        return self._outbox.refused

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
            if self._source is not None:
                self._client.connect(self._source, self._in)
            if self._sink is not None:
                self._client.connect(self._out, self._sink)
        except self._jack_error as error:
            raise DescantError(f"JACK refused: {error}") from error

    def wake(self) -> None:
        """Nothing to do: there is a cycle every period anyway."""

    def close(self) -> None:
        """Send what a last cycle of the effect returns, end what still sounds, leave the server."""
        if self._closed:
            return
        self._closed = True
        if self._driven is not None:
            self._cycles_left = _LAST_CYCLES
            self._finished.wait(_LAST_WORDS)
        try:
            bounded("JACK", _ANSWER, self._leave)
        except DescantError as error:
            self._lost = self._lost or str(error)

    def facts(self) -> dict[str, float]:
        """What JACK has complained of, and what it could not take."""
        return {"xruns": self.xruns, "refused": self.refused}

    @property
    def lost(self) -> str | None:
        """Why there is nothing to hear any more, if so."""
        return self._lost

    # -- JACK's own threads ------------------------------------------------------------------------------

    def _process(self, frames: int) -> None:
        start, end = self._axis.begin(self._client.last_frame_time, frames)
        self._cycle = start
        self._out.clear_buffer()
        closing = self._cycles_left  # read once: ``close`` sets it from another thread
        if closing in (None, _LAST_CYCLES):
            self._drive(start, end)
        if closing is not None:
            self._count_down(closing, start)
        self._outbox.write(start, end, self._write)

    def _drive(self, start: int, end: int) -> None:
        if self._driven is None or self.error is not None:
            return
        time = self._axis.time
        try:
            arrived = [Timed(time(start + at), bytes(data)) for at, data in self._in.incoming_midi_events()]
            for at, data, _ in self._driven.cycle(arrived, time(end)):
                self._outbox.put(min(self._axis.frame(at), end), data)
                self._sounding.watch(data)
        except Exception as error:  # noqa: BLE001 - raised into JACK it would end all cycles without a word
            self.error = error
            self._end_all(start)
            self._lost = f"the effect has failed, its notes were ended: {type(error).__name__}: {error}"

    def _count_down(self, left: int, start: int) -> None:
        self._cycles_left = left - 1
        if left == _LAST_CYCLES:
            self._end_all(start)
        elif left <= 1 and not self._outbox:
            self._finished.set()

    def _end_all(self, start: int) -> None:
        for data in self._sounding.end():
            self._outbox.put(start, data)

    def _write(self, offset: int, data: bytes) -> bool:
        room = self._out.reserve_midi_event(offset, len(data))
        if len(room) == 0:
            return False
        room[:] = data
        return True

    def _xrun(self, _delay: float) -> None:
        self.xruns += 1

    def _shut_down(self, _status: object, reason: str) -> None:
        if self._lost is None:
            because = f" ({reason})" if reason else ""
            self._lost = f"JACK has shut down{because}; start it again, then start Descant again"
        self._finished.set()

    # -- setting up and leaving --------------------------------------------------------------------------

    def _other_end(self, name: str | None, **direction: bool) -> str | None:
        if name is None:
            return None
        ports = [port.name for port in self._client.get_ports(is_midi=True, **direction)]
        try:
            return resolve(name, ports, "JACK input port" if "is_output" in direction else "JACK output port")
        except DescantError:
            self._client.close()
            raise

    def _leave(self) -> None:
        self._client.deactivate()
        self._client.close()
