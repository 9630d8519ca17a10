"""All cables of a back-end: opened, looked after, and exchanged, by the main thread."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Generic

from descant_routing.errors import DescantError
from descant_routing.ports.api import check_labels
from descant_routing.ports.cable import C, Ends
from descant_routing.ports.resolve import matches, resolve
from descant_routing.ports.switchboard import Exchange, Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from descant_routing.ports.api import Cables

_LONGEST_PAUSE = 31  # looks


class Wiring(Switchboard[C]):
    """``missed`` is for any thread; for the driving thread's part see ``Switchboard``.

    Making one opens everything, or nothing: UsageError for ports that are not there, DescantError for refusals.

    ``joins`` False: nothing can be connected before ``start``.
    """

    def __init__(
        self, ends: Ends[C], title: str, cables: Cables, wake: Callable[[], None], *, joins: bool = True
    ) -> None:
        super().__init__(title, wake)
        self._ends = ends
        self._joins = joins
        self._patient = cables.patient
        self._running = False
        self._doubtful = True  # what went while it was being opened may have gone unnoticed
        self.inputs, self.outputs, _ = self._open(cables)

    @property
    def absent(self) -> dict[str, str]:
        """What is waited for: label → sentence."""
        return {cable.label: cable.waits for cable in self.every if cable.waits is not None}

    def start(self) -> None:
        """The driving thread runs, or is about to. Raises DescantError if a port cannot be connected."""
        self._running = True
        if not self._joins:
            self._joins = True
            for cable in self.every:
                self._join(cable, self._patient)
            self._ends.settle()

    def look(self, poll: bool) -> None:
        """Once a second: take up again what is back. ``poll``: look for what has gone, too, as nobody tells."""
        poll, self._doubtful = poll or self._doubtful, False
        for cable in self.outputs.values():
            cable.sounding.shift()
        back: list[C] = []
        for is_input, side in ((True, self.inputs), (False, self.outputs)):
            named = [cable for cable in side.values() if cable.name is not None]
            if named and (poll or any(cable.waits for cable in named)):
                with contextlib.suppress(DescantError):  # who does not answer may do so in a second
                    names = self._ends.names(is_input)
                    back += [cable for cable in named if self._look_for(cable, names)]
        if back:
            self._ends.settle()
        for cable in back:
            self.say(cable, plugged=True)

    def rewire(self, cables: Cables) -> None:
        """Have these cables: new ones open, others close after their last messages, the rest goes on untouched.

        Raises UsageError or DescantError, and then everything is as it was.
        """
        inputs, outputs, fresh = self._open(cables)
        self._doubtful = True
        staying = {id(cable) for cable in (*inputs.values(), *outputs.values())}
        leaving = tuple(cable for cable in self.every if id(cable) not in staying)
        for cable in fresh:
            moved = cable.label in (self.inputs if cable.is_input else self.outputs)
            cable.told = cable.told and not moved
        if self._running:
            try:
                self.exchange(Exchange(inputs, outputs, leaving))
            except DescantError:
                self._close(fresh)
                raise
        else:
            self.inputs, self.outputs = inputs, outputs
        self._ends.settle()
        self._close(leaving)
        for cable in fresh:
            if cable.waits is None:
                self.say(cable, plugged=True)

    def close(self) -> None:
        """Take away the near ends."""
        self._close((*self.every, *self.leaving))

    def missed(self, cable: C) -> None:
        """The other end of ``cable`` is gone: from now on it is waited for. From any thread."""
        with self._lock:
            cable.losses += 1
            cable.waits = (
                cable.waits or f"{cable.found or cable.name} is gone: it is taken up again when it is back"
            )
        self.say(cable, plugged=False)

    # -- opening and finding -------------------------------------------------------------------------------

    def _open(self, cables: Cables) -> tuple[dict[str, C], dict[str, C], list[C]]:
        """Inputs and outputs as asked for, and which of them are new; those are open."""
        check_labels(cables)
        inputs = self._wanted(cables.inputs, self.inputs, True, cables.patient)
        outputs = self._wanted(cables.outputs, self.outputs, False, cables.patient)
        there = {id(cable) for cable in self.every}
        fresh = [cable for cable in (*inputs.values(), *outputs.values()) if id(cable) not in there]
        opened: list[C] = []
        try:
            for cable in fresh:
                opened.append(cable)
                self._ends.open(cable)
                if self._joins:
                    self._join(cable, cables.patient)
        except DescantError:
            self._close(opened)
            raise
        return inputs, outputs, fresh

    def _wanted(
        self, wanted: Mapping[str, str | None], there: Mapping[str, C], is_input: bool, patient: bool
    ) -> dict[str, C]:
        """The cables of one side, looked up but not opened; what is as it was is the very one that is there."""
        side: dict[str, C] = {}
        names: Sequence[str] | None = None
        for label, name in wanted.items():
            old = there.get(label)
            if old is not None and old.name == name:
                side[label] = old
                continue
            cable = side[label] = self._ends.cable(label, is_input, name)
            if name is None:
                continue
            names = self._ends.names(is_input) if names is None else names
            if patient and not matches(name, names, self._ends.bare):
                cable.told = False
                cable.waits = f"{name} is not there yet: it is taken up when it comes"
                continue
            what = f"{self.title} {'input' if is_input else 'output'} port"
            cable.found = resolve(name, names, what, self._ends.bare)
            if old is not None and old.waits is None and old.found == cable.found:
                side[label] = old  # another name for the same port
        return side

    def _join(self, cable: C, patient: bool) -> None:
        if cable.found is None:
            return
        try:
            self._ends.join(cable, cable.found)
        except DescantError:
            if not patient:
                raise
            self.missed(cable)

    def _close(self, cables: Sequence[C]) -> None:
        for cable in cables:
            self._ends.close(cable)

    def _look_for(self, cable: C, names: Sequence[str]) -> bool:
        """Whether the other end of ``cable`` was away and has been taken up again."""
        other = self._where(cable, names)
        if cable.waits is None:
            cable.pause = cable.skip = 0
            if other is not None:
                cable.found = other
                return False
            self.missed(cable)
        if other is None:
            self._ends.part(cable)
            return False
        if cable.skip:
            cable.skip -= 1
            return False
        cable.skip, cable.pause = cable.pause, min(2 * cable.pause + 1, _LONGEST_PAUSE)
        losses = cable.losses
        self._ends.part(cable)
        try:
            self._ends.join(cable, other)
        except DescantError:
            return False
        with self._lock:
            if cable.losses != losses:
                return False  # gone again meanwhile
            cable.found, cable.waits = other, None
        return True

    def _where(self, cable: C, names: Sequence[str]) -> str | None:
        """Under what name the other end of ``cable`` is there, numbers aside; None if it is not."""
        if cable.found is None:
            found = matches(cable.name or "", names, self._ends.bare)
            return found[0] if len(found) == 1 else None
        if cable.found in names:
            return cable.found
        side = self.inputs if cable.is_input else self.outputs
        taken = {other.found for other in side.values() if other.waits is None and other is not cable}
        wanted = self._ends.bare(cable.found)
        return next((name for name in names if self._ends.bare(name) == wanted and name not in taken), None)


class Wired(Generic[C]):
    """Part of ``Backend``; a subclass opens ``_wiring``."""

    _wiring: Wiring[C]

    @property
    def inputs(self) -> Mapping[str, str]:
        """The inputs by label: Descant's own as patchbays show it, the one that was named, or how they are joined."""
        return {label: cable.shown for label, cable in self._wiring.inputs.items()}

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs by label, likewise."""
        return {label: cable.shown for label, cable in self._wiring.outputs.items()}

    @property
    def absent(self) -> Mapping[str, str]:
        """What is waited for."""
        return self._wiring.absent

    def rewire(self, cables: Cables) -> None:
        """Have these cables from now on; see ``Backend``."""
        self._wiring.rewire(cables)
