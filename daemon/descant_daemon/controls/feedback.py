"""Values sent back, so that motor faders stand and lights shine where the parameters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.controls.rows import meant, rows_with
from descant_daemon.controls.selection import DATA_COARSE, DATA_FINE, NRPN_COARSE, NRPN_FINE
from descant_daemon.settings.abilities import ANY_MODEL, Abilities
from descant_daemon.settings.source import COARSE_TOP, FINE_TOP, ButtonKey, Controller, Pair, Source
from descant_routing.message import control_change

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from descant_daemon.settings.bindings import Bindings
    from descant_daemon.settings.parameters import Parameters

REST = 500_000_000  # ns after which a hand has let go of a fader
MOST = 8  # messages a call: 8 ms of a DIN cable


class Feedback:
    """For one surface. Call ``messages`` now and then, some ten times a second; what it gives is to be sent in order.

    A fader that a hand is moving is left alone until it has rested, then told only if where it stands means
    another value.
    """

    def __init__(self, bindings: Bindings, channel: int, abilities: Abilities = ANY_MODEL) -> None:
        """``channel`` that the surface listens to, 0 to 15; ``abilities``: the model's."""
        self._channel = channel
        self._moved: dict[Source, int] = {}  # ns of the last move, of those that a hand is on
        self.rebind(bindings, abilities)

    def rebind(self, bindings: Bindings, abilities: Abilities = ANY_MODEL) -> None:
        """Another preset: everything is sent once, to what a hand is on when it has rested."""
        self._names = bindings.names
        self._rows = rows_with(abilities)
        # Whose turn it is comes first, so that a flood of one starves none. A key is not lit: that would be a note.
        self._turns = [source for source in bindings.names if not isinstance(source, ButtonKey)]
        self._shown: dict[Source, int] = {}  # where it stands: 0 to 127, or 16383

    def refresh(self) -> None:
        """Somebody has connected, or may have missed something: everything is sent once more."""
        self._shown.clear()

    def moved(self, source: Source, position: float, now: int) -> None:
        """A hand has put ``source`` at ``position``, 0 to 1, at ``now`` ns."""
        self._moved[source] = now
        self._shown[source] = _units(source, position)

    def messages(
        self, parameters: Parameters, now: int, lit: Collection[str] = (), most: int = MOST
    ) -> Sequence[bytes]:
        """Control changes for what stands wrong: ``most`` at most (4 or more), the rest waits for the next call.

        ``lit``: the actions that are on, such as ``freeze``; their buttons shine, those of the others do not.
        """
        sent: list[bytes] = []
        for turn, source in enumerate(self._turns):
            if now - self._moved.get(source, now - REST) < REST:
                continue
            units = self._wrong(source, parameters, lit)
            if units is None:
                continue
            said = self._said(source, units)
            if len(sent) + len(said) > most:
                self._turns = self._turns[turn:] + self._turns[:turn]
                break
            self._shown[source] = units
            sent += said
        return sent

    def _wrong(self, source: Source, parameters: Parameters, lit: Collection[str]) -> int | None:
        """Where it should stand; None when it does, or means the same."""
        name, shown = self._names[source], self._shown.get(source)
        if name not in self._rows:
            units = _units(source, name in lit)
            return None if units == shown else units
        row = self._rows[name]
        value = meant(row, getattr(parameters, name))
        units = _units(source, row.to_position(value))
        if shown is None or (shown != units and row.from_position(shown / _top(source)) != value):
            return units
        return None

    def _said(self, source: Source, units: int) -> list[bytes]:
        if isinstance(source, Controller):
            return self._controllers((source.number, units))
        assert not isinstance(source, ButtonKey), "has no turn"
        coarse, fine = units >> 7, units & 0x7F
        if isinstance(source, Pair):
            return self._controllers((source.coarse, coarse), (source.fine, fine))
        return self._controllers(
            (NRPN_COARSE, source.number >> 7),
            (NRPN_FINE, source.number & 0x7F),
            (DATA_COARSE, coarse),
            (DATA_FINE, fine),
        )

    def _controllers(self, *values: tuple[int, int]) -> list[bytes]:
        return [control_change(self._channel, number, value) for number, value in values]


def _units(source: Source, position: float) -> int:
    return int(position * _top(source) + 0.5)


def _top(source: Source) -> int:
    return COARSE_TOP if isinstance(source, Controller) else FINE_TOP
