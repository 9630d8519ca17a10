"""From inputs to outputs by routes, with notes held: a note ends where it began, whatever the routes are by then.

A strike of what sounds already is passed on as a note-on, which the ledger of that output makes off, on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_routing import message
from descant_routing.routes.held import Held, Passage, Place, Sent, Strike
from descant_routing.routes.pedals import Pedals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SLIDE = 74  # with bend and pressure, what MPE says of a single note


class Router:
    """Pass everything that the inputs bring through one of these; what it returns is for the sinks' ledgers."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages: dict[str, tuple[Passage, ...]] = {}
        self._held = Held()
        self._pedals = Pedals()
        self._rewired = False  # whether a note may be held that was struck by other passages
        self.rewire(passages)

    @property
    def sounding(self) -> list[Place]:
        """What sounds: (sink, channel, key), ascending."""
        return self._held.places

    def rewire(self, passages: Iterable[Passage]) -> None:
        """New notes take these passages; notes that are held end where they began."""
        by_source: dict[str, list[Passage]] = {}
        for passage in passages:
            by_source.setdefault(passage.source, []).append(passage)
        self._passages = {source: tuple(several) for source, several in by_source.items()}
        self._rewired = bool(self._held)

    def feed(self, data: bytes, source: str) -> Sent:
        """A whole message has come from ``source``: what to send, in this order, as (sink, message).

        A note-off of what nobody struck goes nowhere. "All notes off" and its kin end what their channel holds,
        here and on the channels that they reach.
        """
        kind = data[0] & 0xF0
        if kind == message.NOTE_ON and data[2]:
            return self._strike(data, source)
        if kind in (message.NOTE_ON, message.NOTE_OFF):
            return self._held.let_go((source, data[0] & 0x0F, data[1]), data)
        if kind == message.POLY_PRESSURE:
            return self._press(data, source)
        if kind == message.CONTROL_CHANGE:
            return self._control(data, source)
        return self._other(data, source)

    def release(self, source: str | None = None, channel: int | None = None, key: int | None = None) -> Sent:
        """Everything ends that came from there (None: from anywhere): unplugged, or thru switched off.

        Pedals and pitch wheels go back to rest where they went, unless only one ``key`` is meant.
        """
        offs = self._held.release(source, channel, key)
        return offs if key is not None else [*offs, *self._pedals.release(source, channel)]

    def forget(self, sink: str) -> None:
        """Everything at ``sink`` has been ended by somebody else."""
        self._held.silence(sink)
        self._pedals.forget(sink)

    def _strike(self, data: bytes, source: str) -> Sent:
        passages = self._passages.get(source, ())
        sent: dict[Place, tuple[str, bytes]] = {}
        for _, sink, route in passages:
            for made in route(data):
                sent.setdefault((sink, made[0] & 0x0F, made[1]), (sink, made))
        ended = self._held.strike((source, data[0] & 0x0F, data[1]), Strike(passages, tuple(sent)))
        return [*ended, *sent.values()]

    def _press(self, data: bytes, source: str) -> Sent:
        """Key pressure goes where its notes went, as far as their routes let it pass."""
        strike = self._held.struck((source, data[0] & 0x0F, data[1]))
        if strike is None:
            return _pass(data, self._passages.get(source, ()))
        return _distinct(
            (sink, made)
            for _, sink, route in strike.passages
            for made in route(data)
            if (sink, made[0] & 0x0F, made[1]) in strike.places
        )

    def _control(self, data: bytes, source: str) -> Sent:
        channel, number = data[0] & 0x0F, data[1]
        if number == _SLIDE:
            return _pass(data, self._shaping(source, channel))
        if number in message.NOTE_ENDING_CONTROLLERS:
            return [*self._held.release(source, channel, None), *self._pass_end(data, source)]
        sent = _pass(data, self._passages.get(source, ()))
        if number in message.PEDALS:
            return self._pedals.move(source, data, sent)
        if number == message.RESET_CONTROLLERS:
            for sink, made in sent:
                self._pedals.forget(sink, made[0] & 0x0F)
            return [*self._pedals.release(source, channel), *sent]
        return sent

    def _other(self, data: bytes, source: str) -> Sent:
        kind = data[0] & 0xF0
        if kind == message.PITCH_BEND:
            return self._pedals.move(source, data, _pass(data, self._shaping(source, data[0] & 0x0F)))
        if kind == message.CHANNEL_PRESSURE:
            return _pass(data, self._shaping(source, data[0] & 0x0F))
        if data[0] == message.SYSTEM_RESET:
            return [*self.release(source), *self._pass_end(data, source)]
        return _pass(data, self._passages.get(source, ()))

    def _pass_end(self, data: bytes, source: str) -> Sent:
        """A message passes that ends, at its sinks, whatever sounds on its channel, or on all of them."""
        sent: Sent = []
        for sink, made in _pass(data, self._passages.get(source, ())):
            if made[0] < message.SYSEX:
                sent += self._held.silence(sink, made[0] & 0x0F)
            else:
                sent += self._held.silence(sink)
                self._pedals.forget(sink)
            sent.append((sink, made))
        return sent

    def _shaping(self, source: str, channel: int) -> Sequence[Passage]:
        """The passages of what shapes the notes of a channel: today's, and those by which held ones went."""
        today = self._passages.get(source, ())
        if not self._rewired:
            return today
        self._rewired = bool(self._held)
        return [*today, *self._held.former(source, channel, today)]


def _pass(data: bytes, passages: Sequence[Passage]) -> Sent:
    sent = [(sink, made) for _, sink, route in passages for made in route(data)]
    return _distinct(sent) if len(sent) > 1 else sent


def _distinct(sent: Iterable[tuple[str, bytes]]) -> Sent:
    return list(dict.fromkeys(sent))
