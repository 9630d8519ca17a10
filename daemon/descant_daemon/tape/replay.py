"""A take played again: the same effect, told the same at the same times, held against what left then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from descant_daemon.effect.cycle import play_cycle
from descant_daemon.effect.events import EngineLost, Event
from descant_daemon.engine.engine import Engine
from descant_daemon.tape.clock_samples import SaidAgain
from descant_daemon.tape.header import CHANGED_RULES, Header
from descant_daemon.tape.news import event_of
from descant_daemon.tape.rebuild import build_clock, effect_of
from descant_daemon.tape.recorder import Recorder
from descant_daemon.tape.take_line import NEWS, Cycle, Hole, Item, decode, encode_item
from descant_daemon.tape.understudy import Understudy
from descant_routing import message
from descant_routing.errors import DescantError
from descant_routing.timed import Timed

SECOND = 1_000_000_000  # ns
MOST_AT_ONCE = (
    600 * SECOND
)  # that a song goes on without a line; io was stopped for so long, or the take is torn
TIMED = ("in", "tap", "start")


@dataclass
class ReplayVerdict:
    """``messages`` left again as they had. ``difference``: the first one, a sentence. ``hole``: where it ended."""

    messages: int = 0
    difference: str | None = None
    hole: str | None = None
    ended: bool = False  # the take was closed in order

    @property
    def whole(self) -> bool:
        """Whether everything that is recorded was played again as it was."""
        return self.difference is None and self.hole is None

    def __str__(self) -> str:
        """In words."""
        if self.difference is not None:
            return self.difference
        told = f"identical: {self.messages:,} messages"
        if self.hole is not None:
            return f"{told} up to {self.hole}"
        return told if self.ended else f"{told}, up to where the recording breaks off"


class Replay:
    """The effect as it was, and an engine for it."""

    def __init__(self, header: Header, make_engine: Callable[[], Engine]) -> None:
        """Raises UsageError for parameters that this Descant does not know."""
        self._origin = header.origin
        self._source = SaidAgain()
        self._effect = effect_of(header, build_clock(header, self._source))
        self._understudy = Understudy(make_engine)
        self._lines: list[bytes] = []
        self._recorder = Recorder(self._effect, header.origin, self._keep)
        self._reached = header.origin

    def play(self, cycle: Cycle) -> Cycle:
        """Tell the effect what it was told in ``cycle``; returns the cycle as it is this time.

        Raises DescantError where the take is silent for longer than a song that goes on can be, so that a torn
        number in it does not mean years of playing.
        """
        if cycle.begin > self._reached:
            # Nothing happened in between, but that time had passed.
            due = self._effect.next_deadline()
            if due is not None and due < cycle.begin - MOST_AT_ONCE:
                raise DescantError(self._too_long(self._reached, cycle.begin))
            self._effect.advance(cycle.begin)
        begin = max(self._reached, cycle.begin)
        reached = max([cycle.until, *(cycle.begin + item[1] for item in cycle.items if item[0] in TIMED)])
        if reached - begin > MOST_AT_ONCE:
            raise DescantError(self._too_long(begin, reached))
        self._reached = cycle.until
        samples = [item for item in cycle.items if item[0] in ("sample", "bar")]
        self._source.begin(samples)
        told = [item for item in cycle.items if item[0] in NEWS]
        events = [event for item in told if (event := self._event(item, cycle.begin)) is not None]
        arrived = cycle.messages("in")
        close = any(cycle.of("close"))
        play_cycle(self._effect, cycle.begin, cycle.until, events, arrived, close=close)
        self._understudy.ask(self._effect.asks())
        for _, instance, serial in cycle.of("unasked"):
            self._understudy.unask(instance, serial)
        self._effect.wishes.clear()  # what came of them is in the take
        sent = self._effect.messages()
        self._recorder.note(
            cycle.begin, cycle.until, [encode_item(item) for item in told], arrived, sent, samples
        )
        try:
            again = decode(self._lines.pop(), self._origin)
        except ValueError as error:  # what was played lies farther off than a line can tell
            raise DescantError(f"the take leads to what no session has: {error}") from error
        assert isinstance(again, Cycle)  # that is what has just been noted
        return again

    def _too_long(self, begin: int, until: int) -> str:
        since, to = ((at - self._origin) / SECOND for at in (begin, until))
        return f"from {since:,.3f} s to {to:,.3f} s of the take nothing is recorded, though the song goes on"

    def _event(self, item: Item, begin: int) -> Event | None:
        match item:
            case ["answer", int(instance), int(serial)]:
                return self._understudy.answer(instance, serial)
            case _:
                event = event_of(item, begin)
        if isinstance(event, EngineLost):
            self._understudy.die()
        return event

    def _keep(self, line: bytes) -> bool:
        self._lines.append(line)
        return True


def replay(
    header: Header, lines: Iterable[Cycle | Hole], make_engine: Callable[[], Engine], verdict: ReplayVerdict
) -> Iterator[Cycle]:
    """The cycles as they are this time, up to the first hole; ``verdict`` tells how they compare."""
    again = Replay(header, make_engine)
    for line in lines:
        if isinstance(line, Hole):
            verdict.hole = f"a hole in the recording, where {line.lines:,} lines are missing"
            return
        played = again.play(line)
        if verdict.difference is None:
            verdict.difference = _difference(line, played, header)
        if verdict.difference is None:
            verdict.messages += sum(1 for _ in line.of("out"))
        verdict.ended = any(line.of("close"))
        yield played


def _difference(then: Cycle, now: Cycle, header: Header) -> str | None:
    """The first, or None."""
    if then == now:
        return None
    difference = _first_difference(then, now, header.origin)
    changed = CHANGED_RULES[max(header.rules, 1) - 1 :]
    return f"{difference} (a Descant recorded it that {', and '.join(changed)})" if changed else difference


def _first_difference(then: Cycle, now: Cycle, origin: int) -> str:
    for was, comes in zip_longest(then.messages("out"), now.messages("out")):
        if was != comes:
            at = (min(event.time for event in (was, comes) if event is not None) - origin) / SECOND
            return f"different at {at:.3f} s: {_told(was)} was recorded, {_told(comes)} is played now"
    at = (then.begin - origin) / SECOND
    was, comes = next(pair for pair in zip_longest(then.items, now.items) if pair[0] != pair[1])
    return f"different at {at:.3f} s: {_shown(was)} was recorded, {_shown(comes)} is so now"


def _told(event: Timed | None) -> str:
    return "nothing" if event is None else message.describe(event.data)


def _shown(item: Sequence[object] | None) -> str:
    return "nothing" if item is None else " ".join(map(str, item))
