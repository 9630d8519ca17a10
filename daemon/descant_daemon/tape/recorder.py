"""Notes each cycle of io in which something happens, as a line; one in which nothing does costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import Event
from descant_daemon.tape.beats import Beats
from descant_daemon.tape.clock_samples import NotedSource
from descant_daemon.tape.news import encode_event
from descant_daemon.tape.take_line import Hole, Item, encode_cycle, encode_hole, encode_item, encode_message
from descant_routing.timed import Timed

NEVER = 1 << 63


class Recorder:
    """Belongs to the thread that drives the effect; called at the end of every cycle."""

    def __init__(
        self, effect: Effect, origin: int, write: Callable[[bytes], bool], source: NotedSource | None = None
    ) -> None:
        """``origin``: ns, as in the header. ``write`` takes a line, and says whether there was room.

        ``source``: what the effect's clock asks, where it asks somebody.
        """
        self._effect = effect
        self._clock = effect.clock
        self._origin = origin
        self._write = write
        self._source = source
        self._beats = Beats()
        self._due = 0  # until when nothing of the effect's is due; the first cycle is always noted
        self._running = False
        self._missing = 0  # lines for which there was no room

    def cycle(
        self,
        begin: int,
        until: int,
        events: Sequence[Event],
        arrived: Sequence[Timed],
        sent: Sequence[Timed],
    ) -> None:
        """What was told to the effect, and what left; nothing of the rest can be told from outside."""
        samples = self._source.take() if self._source is not None else ()
        if (
            until < self._due
            and not (events or arrived or sent or samples)
            and self._clock.running == self._running
        ):
            return
        self.note(begin, until, [encode_event(event, begin) for event in events], arrived, sent, samples)

    def note(
        self,
        begin: int,
        until: int,
        news: Sequence[str],
        arrived: Sequence[Timed],
        sent: Sequence[Timed],
        samples: Sequence[Item] = (),
    ) -> None:
        """Note a cycle, whether anything happened or not; ``news``: its events, encoded."""
        items = [*news]
        items += [encode_item(item) for item in samples]
        items += [encode_message("in", begin, event) for event in arrived]
        items += [encode_message("out", begin, event) for event in sent]
        items += [encode_item(item) for item in self._beats.look(self._effect, begin, until, arrived)]
        due = self._effect.next_deadline()
        self._due = NEVER if due is None else due
        self._running = self._clock.running
        self._put(encode_cycle(begin, until, items, self._origin))

    def _put(self, line: bytes) -> None:
        if self._missing and self._write(encode_hole(Hole(self._missing))):
            self._missing = 0
        if self._missing or not self._write(line):
            self._missing += 1
