"""The router against all that could be done to it, beside a model that only counts fingers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.routing.routes.strategies import ROUTES

from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.routes import THRU, Passage, Route, Router, parse_route

SOURCES, SINKS = ("a", "b"), ("x", "y")
Place = tuple[str, int, int]

# Routes that lead somewhere more often than random ones do.
USUAL = [
    THRU,
    *(
        parse_route(value)
        for value in (
            {"transpose": 12},
            {"channel": 1},
            {"only": "notes"},
            {"split": [{"when": {"keys": "..B3"}, "do": {"channel": 2}}, {"rest": "thru"}]},
            {"split": [{"when": {"velocities": "64.."}, "do": {"channel": 2}}, {"rest": {"transpose": 1}}]},
            {"layer": ["thru", {"channel": 3, "transpose": 12}]},
        )
    ),
]
CONTROLLERS = (1, 64, 64, 64, 66, 74, 120, 121, 121, 123)
SYSTEM = (b"\xf8", b"\xff", b"\xf0\x7d\xf7")


class Storm:
    """Random events, on so few keys and channels that they meet."""

    def __init__(self, seed: int, routes: list[Route]) -> None:
        self.random = random.Random(seed)
        self.routes = [*USUAL, *routes]

    def passages(self) -> list[Passage]:
        choose = self.random.choice
        several = range(self.random.randrange(1, 5))
        return [Passage(choose(SOURCES), choose(SINKS), choose(self.routes)) for _ in several]

    def message(self) -> bytes:
        choose, channel, key = (
            self.random.choice,
            self.random.randrange(2),
            self.random.choice((0, 59, 60, 72)),
        )
        value = choose((1, 63, 64, 127))
        match self.random.choices(range(7), (8, 7, 1, 5, 2, 1, 0.3))[0]:
            case 0:
                made = message.note_on(channel, key, value)
            case 1:
                made = message.note_off(channel, key)
            case 2:
                made = bytes((0x90 | channel, key, 0))
            case 3:
                made = message.control_change(channel, choose(CONTROLLERS), value)
            case 4:
                made = message.pitch_bend(channel, choose((0, 100)))
            case 5:
                made = bytes((0xA0 | channel, key, 9))
            case _:
                made = choose(SYSTEM)
        return made

    def events(self, count: int) -> Iterator[tuple[str, object]]:
        """(source, message), and now and then something else that is done."""
        choose = self.random.choice
        for _ in range(count):
            match self.random.choices(range(4), (40, 3, 1, 0.5))[0]:
                case 0:
                    yield choose(SOURCES), self.message()
                case 1:
                    yield "rewire", self.passages()
                case 2:
                    yield "release", (choose((None, *SOURCES)), choose((None, 0, 1)))
                case _:
                    yield "forget", choose(SINKS)


class Fingers:
    """What must sound: every note-on, by the routes of its moment, until its own note-off."""

    def __init__(self, passages: list[Passage]) -> None:
        self.passages = passages
        self.strikes: dict[tuple[str, int, int], set[Place]] = {}

    def routed(self, source: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        for passage in self.passages:
            if passage.source == source:
                yield from ((passage.sink, made) for made in passage.route(data))

    def feed(self, source: str, data: bytes) -> None:
        at = source, data[0] & 15, data[-2] if len(data) > 1 else 0
        if message.is_note_on(data):
            self.strikes[at] = {(sink, made[0] & 15, made[1]) for sink, made in self.routed(source, data)}
        elif message.is_note_off(data):
            self.strikes.pop(at, None)
        elif data == b"\xff":
            self.release(source, None)
            self.lose({sink for sink, _ in self.routed(source, data)}, None)
        elif message.is_control_change(data) and data[1] in (120, 123):
            self.release(source, data[0] & 15)
            for sink, made in self.routed(source, data):
                self.lose({sink}, made[0] & 15)

    def release(self, source: str | None, channel: int | None) -> None:
        for at in self.strikes:
            if source in (None, at[0]) and channel in (None, at[1]):
                self.strikes[at] = set()

    def lose(self, sinks: set[str], channel: int | None) -> None:
        for places in self.strikes.values():
            places -= {place for place in places if place[0] in sinks and channel in (None, place[1])}

    @property
    def sounding(self) -> set[Place]:
        return {place for places in self.strikes.values() for place in places}


class Receiver:
    """One sink: a ledger, and an ear behind it that insists that on and off alternate."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.raw: set[tuple[int, int]] = set()  # as the router says it
        self.sounding: set[tuple[int, int]] = set()  # as the ledger says it
        self.away: set[tuple[int, int]] = set()  # pedals that are down, wheels that are bent

    def hear(self, data: bytes) -> None:
        place = message.channel(data), data[1] if len(data) > 1 else 0
        if message.is_note_on(data):
            self.raw.add(place)
        elif message.is_note_off(data):
            assert place in self.raw, "a note-off for what does not sound"
            self.raw.remove(place)
        elif message.is_control_change(data) and data[1] in message.PEDALS:
            (self.away.add if data[2] >= 64 else self.away.discard)(place)
        elif message.is_control_change(data) and data[1] == message.RESET_CONTROLLERS:
            self.away = {at for at in self.away if at[0] != place[0]}
        elif data[0] & 0xF0 == message.PITCH_BEND:
            (self.away.discard if data[1:] == b"\x00\x40" else self.away.add)((place[0], -1))
        elif data == b"\xff":
            self.away = set()
        for sent in self.ledger.pass_dry(data):
            self._on_the_wire(sent)

    def silence(self) -> None:
        """Somebody ends everything here, past the router."""
        for sent in self.ledger.close():
            self._on_the_wire(sent)
        self.raw.clear()
        self.away.clear()

    def _on_the_wire(self, data: bytes) -> None:
        place = (message.channel(data), data[1]) if len(data) > 1 else (0, 0)
        if message.is_note_on(data):
            assert place not in self.sounding
            self.sounding.add(place)
        elif message.is_note_off(data):
            assert place in self.sounding
            self.sounding.remove(place)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.lists(ROUTES, max_size=4))
def test_every_note_sounds_from_its_note_on_to_its_note_off_whatever_happens(
    seed: int, routes: list[Route]
) -> None:
    storm = Storm(seed, routes)
    passages = storm.passages()
    router, fingers = Router(passages), Fingers(passages)
    receivers = {sink: Receiver() for sink in SINKS}

    def hear(sent: list[tuple[str, bytes]]) -> None:
        for sink, data in sent:
            receivers[sink].hear(data)

    for event in storm.events(300):
        match event:
            case "rewire", list(several):
                router.rewire(several)
                fingers.passages = several
            case "release", (None | str() as source, None | int() as channel):
                hear(router.release(source, channel))
                fingers.release(source, channel)
            case "forget", str(sink):
                receivers[sink].silence()
                router.forget(sink)
                fingers.lose({sink}, None)
            case source, bytes(data):
                hear(router.feed(data, source))
                fingers.feed(source, data)
            case _:
                raise AssertionError(event)
        places = {(sink, *at) for sink, receiver in receivers.items() for at in receiver.sounding}
        assert places == fingers.sounding, "a held note is cut, or one is stuck"
        assert places == set(router.sounding)
        assert all(receiver.raw == receiver.sounding for receiver in receivers.values())
    hear(router.release())
    for receiver in receivers.values():
        assert not receiver.sounding, "something sounds on when everybody has let go"
        assert not receiver.away, "a pedal is left down, or a pitch wheel bent"


@settings(max_examples=100, deadline=None)
@given(ROUTES, st.integers(0, 2**32))
def test_a_route_makes_whole_messages_of_the_same_kind_and_none_twice(route: Route, seed: int) -> None:
    data = Storm(seed, []).message()
    made = route(data)
    assert len(set(made)) == len(made)
    for each in made:
        assert message.is_complete(each)
        assert message.is_note_on(each) == message.is_note_on(data)
        kinds = {status & 0xF0 if status < 0xF0 else status for status in (each[0], data[0])}
        assert len(kinds) == 1
