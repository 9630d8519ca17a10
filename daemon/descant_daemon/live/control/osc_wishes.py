"""What an OSC message asks for: its address among those that there are, its value as the parameter has it.

A value from outside is checked before it is converted: a number may be none, endless, or larger than any parameter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from descant_daemon.live.control.osc_packets import Message
from descant_daemon.live.control.osc_patterns import is_pattern, matches
from descant_daemon.live.control.panel import Command
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.row import Row
from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

ROOT = "/descant/"
BUTTONS = ("panic", "tap", "capture")  # that are commands of their own
NAMES = (*ACTIONS, *TABLE)
MOST_WORK = (
    10_000  # names looked at and values set at a time: all parameters of all instances some times over
)


class Wishes:
    """``ask`` with each message, then ``take``: of each parameter the last value, of each button one press."""

    def __init__(self, styles: Sequence[str], instances: Sequence[str]) -> None:
        """``styles``: the model's. ``instances``: what they are called."""
        self._abilities = Abilities(styles=tuple(styles))
        self.instances = instances
        self._wishes: dict[str, Command] = {}
        self._work = 0  # done since they were taken

    def ask(self, message: Message) -> list[str]:
        """Somebody has sent it: what is wrong with it."""
        address, arguments = message
        faults: list[str] = []
        if self._work > MOST_WORK:
            return ["more at once than can be meant: the rest is left out"]
        try:
            places = self._places(address)
        except UsageError as error:
            return [str(error)]
        self._work += len(places)
        for instance, name in places:
            try:
                self._put(instance, name, arguments)
            except UsageError as error:
                faults.append(str(error))
        return faults

    def take(self) -> list[Command]:
        """What io is to be told."""
        wishes, self._wishes, self._work = list(self._wishes.values()), {}, 0
        return wishes

    def _places(self, address: str) -> list[tuple[int | None, str]]:
        """(instance, name) of everything that an address means; None for all instances."""
        self._work += len(NAMES) if is_pattern(address) else 1
        root, *parts = address.split("/")[1:]
        if not matches(root, ROOT.strip("/")) or not 1 <= len(parts) <= 2:
            raise UsageError(f"there is nothing at {shown(address)}, all is under {ROOT}")
        if len(parts) == 1:
            return [(None, name) for name in _named(parts[0], NAMES)]
        wanted, name = parts
        instances = [
            number
            for number, called in enumerate(self.instances, 1)
            if matches(wanted.lstrip("0"), str(number)) or wanted == called or matches(wanted, called)
        ]
        if not instances:
            raise UsageError(f"there is no instance {shown(wanted)}: they are 1 to {len(self.instances)}")
        if name in ACTIONS:
            raise UsageError(f"{name} is for all instances: {ROOT}{name}")
        names = _named(name, tuple(TABLE))
        return [(instance, each) for instance in instances for each in names]

    def _put(self, instance: int | None, name: str, arguments: Sequence[Any]) -> None:
        place = name if instance is None else f"{instance}/{name}"
        if name in ACTIONS:
            if not arguments or arguments[0]:  # a button sends 0 when it is let go
                self._wishes[name] = {name: True} if name in BUTTONS else {"act": name}
        elif len(arguments) != 1:
            raise UsageError(f"{ROOT}{place} takes one value, not {len(arguments)}")
        else:
            value = value_of(self._abilities.row(name), arguments[0])
            self._wishes[place] = {"set": {place: value}}


def value_of(row: Row, argument: Any) -> int | float | bool | str:
    """An OSC argument as JSON has the parameter's value. Faders send floats for everything; choices count from 0.

    Raises UsageError, naming the parameter.
    """
    value = argument
    if isinstance(argument, str):
        value = row.parse(argument)
    elif isinstance(argument, (int, float)) and not isinstance(argument, bool):
        match row.kind:
            case "bool" if math.isfinite(argument):
                value = argument >= 0.5
            case "int":
                value = _nearest(argument, row.low, row.high, argument)
            case "choice":
                number = _nearest(argument, 0, len(row.choices) - 1, None)
                value = argument if number is None else row.choices[number]
            case _:
                pass
    checked = row.check(value)
    return str(checked) if isinstance(checked, Metre) else checked


def _nearest(number: float, low: float, high: float, otherwise: Any) -> Any:
    """The whole number nearest to it where that lies between these; a number that is none lies nowhere."""
    return math.floor(number + 0.5) if low - 0.5 <= number < high + 0.5 else otherwise


def _named(part: str, names: Sequence[str]) -> list[str]:
    """The names that are meant. Raises UsageError where there are none."""
    found = [name for name in names if matches(part, name)]
    if found:
        return found
    if is_pattern(part):
        raise UsageError(f"nothing is called like {shown(part)}")
    near = hint(part, names)
    known = near if "did you mean" in near else " (descant presets --parameters lists them)"
    raise UsageError(f"unknown parameter {shown(part)}{known}")
