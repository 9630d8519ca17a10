"""Which program an instance plays, which one is coming, and where in the song it begins."""

from __future__ import annotations

from descant_daemon.settings.choices import Switch
from descant_daemon.settings.rig.values import Instance, Program
from descant_daemon.time.metre_map import Bars
from descant_routing import message

A_BANK = 128  # programs


class Programs:
    """Those of one instance; a program change chooses by number, with the bank that was selected before it."""

    def __init__(self, instance: Instance) -> None:
        """Its ``first`` is played."""
        self.current = instance.programs[instance.first]
        self.coming: Program | None = None
        """Chosen, and not begun yet."""
        self._all = instance.programs
        self._switch: Switch = instance.switch
        self._banks = {message.BANK_SELECT: 0, message.BANK_SELECT_LSB: 0}

    @property
    def choosable(self) -> bool:
        """Whether program changes are for Descant: a single program leaves them to others."""
        return len(self._all) > 1

    def bank(self, controller: int, value: int) -> None:
        """Bank select: keyboards send the number by either of its two controllers, and 0 by the other."""
        self._banks[controller] = value

    def choose(self, number: int) -> bool:
        """Program change ``number``, 0 to 127; False when there is no such program."""
        return self.choose_at(A_BANK * max(self._banks.values()) + number)

    def choose_at(self, place: int) -> bool:
        """By place in the list, from 0; False when it is none. The one that plays, chosen anew, begins afresh."""
        if not 0 <= place < len(self._all):
            return False
        self.coming = self._all[place]
        return True

    def begins(self, step: int | None, bars: Bars) -> bool:
        """Whether one that was chosen begins with ``step`` (None: out of time, any begins)."""
        return self.coming is not None and (step is None or not bars.within(step) % self._stride(bars))

    def begin(self, step: int | None, bars: Bars) -> Program | None:
        """The program that begins with ``step`` (None: out of time, any begins); it is the current one from then on."""
        coming = self.coming
        if coming is None or not self.begins(step, bars):
            return None
        self.current, self.coming = coming, None
        return self.current

    def replace(self, instance: Instance) -> bool:
        """Another list; False when what plays is not in it as it was, and the first begins at the next boundary."""
        playing = self.current if self.coming is None else self.coming
        self._all, self._switch = instance.programs, instance.switch
        if playing in instance.programs:
            return True
        named = [program for program in instance.programs if program.name == playing.name]
        self.coming = [*named, instance.programs[instance.first]][0]
        return False

    def _stride(self, bars: Bars) -> int:
        match self._switch:
            case "step":
                return 1
            case "beat":
                return bars.pulse
            case "bar":
                return bars.length
