"""Raw controllers of one channel become positions of the sources that somebody listens for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from descant_daemon.controls.halves import Halves
from descant_daemon.controls.selection import DATA, DATA_COARSE, DATA_FINE, DATA_UP, Selection
from descant_daemon.settings.source import COARSE_TOP, Controller, Nrpn, Pair, Source

if TYPE_CHECKING:
    from collections.abc import Iterable


class Movement(NamedTuple):
    """``ours``: the message is data for one of the sources; ``source`` then stands at ``position``, 0 to 1.

    ``source`` is None where the message alone says nothing yet. What selects an NRPN is never ``ours``, nor is
    data for an NRPN of somebody else's: so his 99, 98, 6, 38 stay whole and in order even for a caller who
    keeps back what is ours, and nothing ever waits to see what comes next.
    """

    ours: bool
    source: Source | None = None
    position: float = 0.0


NOT_OURS, NO_NEWS = Movement(False), Movement(True)


class Decoder:
    """One for each input channel: halves and selections of different channels are different."""

    def __init__(self, sources: Iterable[Source], selection: Selection | None = None) -> None:
        """``sources`` must not quarrel; keys among them are no controllers, and nobody's here.

        ``selection``: of the decoder that this one takes over from.
        """
        self.selection = selection or Selection()
        self._plain: dict[int, Controller] = {}
        self._pairs: dict[int, tuple[Pair, Halves]] = {}
        self._numbered: dict[int, tuple[Nrpn, Halves]] = {}
        for source in sources:
            if isinstance(source, Controller):
                self._plain[source.number] = source
            elif isinstance(source, Pair):
                self._pairs[source.coarse] = self._pairs[source.fine] = source, Halves()
            elif isinstance(source, Nrpn):
                self._numbered[source.number] = source, Halves()

    def feed(self, number: int, value: int) -> Movement:
        """A controller has come; both 0 to 127."""
        if number in self._plain:
            return Movement(True, self._plain[number], value / COARSE_TOP)
        if number in self._pairs:
            pair, halves = self._pairs[number]
            return _heard(pair, halves.coarse(value) if number == pair.coarse else halves.fine(value))
        return (
            NOT_OURS
            if self.selection.feed(number, value) or number not in DATA
            else self._data(number, value)
        )

    def stand(self, source: Source, position: float) -> None:
        """What ``source`` moves has gone to ``position`` by other means: an NRPN's increments go on from there."""
        if isinstance(source, Nrpn) and source.number in self._numbered:
            self._numbered[source.number][1].stand(position)

    def _data(self, number: int, value: int) -> Movement:
        nrpn = self.selection.nrpn
        if nrpn is None or nrpn not in self._numbered:
            return NOT_OURS
        source, halves = self._numbered[nrpn]
        if number == DATA_COARSE:
            return _heard(source, halves.coarse(value))
        if number == DATA_FINE:
            return _heard(source, halves.fine(value))
        return _heard(source, halves.step(1 if number == DATA_UP else -1))


def _heard(source: Source, position: float | None) -> Movement:
    return NO_NEWS if position is None else Movement(True, source, position)
