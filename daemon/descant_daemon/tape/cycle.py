"""One cycle of the effect, live and again: what it is told, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple

from descant_daemon.effect.building import rewire
from descant_daemon.effect.effect import Effect
from descant_daemon.effect.part import Part
from descant_daemon.engine.asking import Answer
from descant_daemon.settings.rig.values import Rig
from descant_daemon.tape.take_line import Item
from descant_daemon.time.internal_clock import InternalClock
from descant_routing.errors import UsageError
from descant_routing.timed import Timed
from descant_routing.wording import shown


class NewRig(NamedTuple):
    """Another rig, from here on; ``text``: as the tape has it, so that no cycle has to write it out."""

    rig: Rig
    text: str


News = Answer | NewRig | Item
"""An answer of the engine, another rig, or one of ``take_line.NEWS``."""


def play_cycle(
    effect: Effect,
    begin: int,
    until: int,
    news: Sequence[News],
    arrived: Sequence[Timed],
    *,
    close: bool = False,
) -> list[str]:
    """First the news, then what arrived, each at its time, then everything that is due before ``until``.

    ``close``: this is the last cycle, and every note ends instead. Returned is what could not be taken, in words:
    nothing that comes from outside ends the music, so what is wrong with it is left out, live and again alike.
    """
    faults: list[str] = []
    for item in news:
        with LeavingOut(faults):
            _tell(effect, item, begin)
    for event in arrived:
        effect.advance(event.time)
        with LeavingOut(faults):
            effect.feed(event)
    if close:
        effect.panic(begin)
    else:
        effect.advance(until)
    return faults


class LeavingOut:
    """The boundary of io's cycle: what goes wrong in here is put down in words, and the cycle goes on.

    A class, since a generator would cost every message a microsecond.
    """

    __slots__ = ("_faults",)

    def __init__(self, faults: list[str]) -> None:
        """``faults``: where it is put down."""
        self._faults = faults

    def __enter__(self) -> None:
        """Nothing to be done."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Whatever it is, but the end of the program."""
        if not isinstance(error, Exception):
            return False
        self._faults.append(f"{type(error).__name__}: {error}")
        return True


def _tell(effect: Effect, item: News, begin: int) -> None:
    if isinstance(item, Answer):
        effect.take(item)
        return
    if isinstance(item, NewRig):
        rewire(effect, item.rig, begin)
        return
    match item:
        case ["lost"]:
            effect.engine_lost(begin)
        case ["panic"]:
            effect.panic(begin)
        case ["tap", int(at)]:
            effect.tap(begin + at)
        case ["set", dict(values)]:
            _set(effect, values, begin)
        case ["act", str(action)]:
            effect.act(action, begin)
        case ["unplugged", str(port)]:
            effect.unplugged(port, begin)
        case ["plugged", str(port)]:
            effect.plugged(port, begin)
        case ["start", int(at)]:
            assert isinstance(effect.clock, InternalClock)  # nobody else's is started by us
            effect.clock.start(begin + at)
        case _:
            pass  # said for the tape alone


def _set(effect: Effect, values: Mapping[str, object], now: int) -> None:
    """``name`` is a parameter of all, ``2/name`` of the second instance alone. What cannot be is refused, and told."""
    of_all = {name: value for name, value in values.items() if "/" not in name}
    try:
        if of_all:
            effect.change(of_all, now)
        for name, value in values.items():
            number, slash, row = name.rpartition("/")
            if slash:
                effect.change({row: value}, now, [_part(effect, number)])
    except UsageError as error:
        effect.refuse(str(error))


def _part(effect: Effect, number: str) -> Part:
    """The instance of that number, from 1. Raises UsageError where there is none."""
    there = len(effect.parts)
    if not (number.isascii() and number.isdecimal() and len(number) < 4 and 1 <= int(number) <= there):
        raise UsageError(f"there is no instance {shown(number)}: they are 1 to {there}")
    return effect.parts[int(number) - 1]
