"""What is wrong, as far as the status tells: a word for the status line, and once a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from descant_daemon.live.control.status import Snapshot
from descant_daemon.time.clock import State
from descant_routing.printable import printable

AGAIN = 30.0  # s before the same is said again, when it has been well in between
NAME = 20  # characters of a port's name on the status line


class Trouble(NamedTuple):
    """``key``: so that it is said once. ``sentence`` is empty where the word is enough.

    ``after``: s that it must have lasted before the sentence is due, because it may mend itself.
    """

    key: str
    word: str
    sentence: str = ""
    after: float = 0.0


_CLOCKS: Mapping[str, tuple[str, str, float]] = MappingProxyType(
    {
        State.NONE: (
            "no clock comes",
            "No clock has come yet: have the DAW send MIDI clock to Descant's input (a tempo alone is not a clock), "
            "or start the transport that --clock names.",
            10.0,
        ),
        State.NO_START: (
            "clock, but no Start",
            "Clock comes, but no Start: the first key is the first beat. For the DAW's bars press play there, and "
            "have it send Start and song position as well.",
            3.0,
        ),
        State.NO_CLOCK: (
            "Start, but no clock",
            "Start has come, but no clock: turn on MIDI clock (sync) for Descant's input in the DAW.",
            3.0,
        ),
        State.LOST: (
            "clock lost",
            "The clock is gone: see whether the DAW still sends it, and by which port.",
            0.0,
        ),
        State.CONTRADICTORY: (
            "bars unlike frames",
            "The transport's bars and beats say another place than its frames do; frames are counted. "
            "See the tempo map of the transport's master.",
            3.0,
        ),
    }
)


def troubles(status: Snapshot) -> Iterator[Trouble]:
    """The worst first."""
    if status.get("stalled"):
        yield Trouble(
            "stalled",
            "NOTHING MOVES",
            "The MIDI system has stopped calling Descant, so nothing is played: restart it (JACK, where there is one), "
            "then Descant.",
        )
    for label in status.get("looping", ()):
        yield Trouble(
            f"loop {label}",
            "LOOP: no notes",
            f"A loop: what leaves by {_port(label, 'the output')} comes straight back in, so nothing is generated. "
            'In the DAW, give each track an input of its own (never "all inputs"), and send the track with '
            "Descant's notes anywhere but to Descant's input.",
        )
    if not status["engine"]:
        yield Trouble("engine", "engine is starting")
    clock = status.get("clock")
    if isinstance(clock, str) and clock in _CLOCKS:
        yield Trouble(f"clock {clock}", *_CLOCKS[clock])
    for label, sentence in status.get("absent", {}).items():
        yield Trouble(f"absent {label}", f"waiting for {_port(label, 'the port')}", f"{sentence}.")
    lately = status.get("lately", {})
    if thinned := lately.get("thinned", 0) + lately.get("dropped", 0):
        yield Trouble(
            "storm",
            f"thinned {thinned:,}",
            "More comes in than anybody plays: of controllers only the latest values are heard. If something sends "
            "without end, unplug it; for a dense controller raise `storm` of the input in a rig.",
        )
    if status["staleness"] > 1:
        yield Trouble("late", f"{status['staleness']} late in a row")
    elif lately.get("late"):
        yield Trouble("late", f"{lately['late']} late")


class TroubleTeller:
    """Says each trouble when it begins."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}  # key → when it began
        self._told: set[str] = set()  # of those
        self._said: dict[str, float] = {}  # key → when it was last said

    def sentences(self, status: Snapshot, now: float) -> list[str]:
        """What has begun; ``now`` in s."""
        there = {each.key: each for each in troubles(status) if each.sentence}
        self._since = {key: self._since.get(key, now) for key in there}
        self._told &= set(there)
        self._said = {key: at for key, at in self._said.items() if now < at + AGAIN}
        due = [
            key
            for key, each in there.items()
            if key not in self._told and now >= self._since[key] + each.after
        ]
        self._told |= set(due)
        told = [key for key in due if key not in self._said]
        self._said |= dict.fromkeys(told, now)
        return [there[key].sentence for key in told]


class RecentlyLate:
    """How much a count has grown in the last ``span`` s, so that what has long passed does not look like now."""

    def __init__(self, span: float = 10.0) -> None:
        self._span = span
        self._seen: dict[
            str, list[tuple[float, int]]
        ] = {}  # name → (until when it counts, by how much it grew)
        self._last: dict[str, int] = {}

    def grown(self, name: str, count: int, now: float) -> int:
        """``count`` is what it is at ``now``, s."""
        grown = count - self._last.get(name, count)
        self._last[name] = count
        seen = [each for each in self._seen.get(name, ()) if now < each[0]]
        if grown > 0:
            seen.append((now + self._span, grown))
        self._seen[name] = seen
        return sum(each for _, each in seen)


def _port(label: str, otherwise: str) -> str:
    return printable(label, NAME) if label else otherwise
