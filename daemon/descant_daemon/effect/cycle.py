"""One cycle of the effect, live and again: what it is told, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import assert_never

from descant_daemon.effect.effect import Effect
from descant_daemon.effect.events import (
    Capture,
    Close,
    DoAction,
    EngineLost,
    Event,
    Mark,
    NewRig,
    Panic,
    Plugged,
    SetParameters,
    StartClock,
    Tap,
    Unasked,
    Unplugged,
)
from descant_daemon.effect.part import Part
from descant_daemon.engine.asking import Answer
from descant_daemon.time.internal_clock import InternalClock
from descant_routing.errors import UsageError
from descant_routing.timed import Timed
from descant_routing.wording import shown


def play_cycle(
    effect: Effect,
    begin: int,
    until: int,
    events: Sequence[Event],
    arrived: Sequence[Timed],
    *,
    close: bool = False,
) -> list[str]:
    """First the events, then what arrived, each at its time, then everything that is due before ``until``.

    ``close``: this is the last cycle, and every note ends instead. Returned is what could not be taken, in words:
    nothing that comes from outside ends the music, so what is wrong with it is left out, live and again alike.
    """
    faults: list[str] = []
    for event in events:
        with LeavingOut(faults):
            _tell(effect, event, begin)
    for message in arrived:
        effect.advance(message.time)
        with LeavingOut(faults):
            effect.feed(message)
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


def _tell(effect: Effect, event: Event, now: int) -> None:
    match event:
        case Answer():
            effect.take(event)
        case EngineLost():
            effect.engine_lost(now)
        case Panic():
            effect.panic(now)
        case Tap(at):
            effect.tap(at)
        case SetParameters(values):
            _set(effect, values, now)
        case DoAction(action):
            effect.act(action, now)
        case Unplugged(port):
            effect.unplugged(port, now)
        case Plugged(port):
            effect.plugged(port, now)
        case NewRig(rig):
            effect.rewire(rig, now)
        case StartClock(at):
            assert isinstance(effect.clock, InternalClock)  # nobody else's is started by Descant
            effect.clock.start(at)
        case Capture() | Mark() | Unasked() | Close():
            pass  # for the take alone
        case _:
            assert_never(event)


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
