"""Which parameter number the data entry controllers speak of, on one channel."""

from __future__ import annotations

NRPN_COARSE, NRPN_FINE, RPN_COARSE, RPN_FINE = 99, 98, 101, 100
DATA_COARSE, DATA_FINE, DATA_UP, DATA_DOWN = 6, 38, 96, 97
DATA = frozenset({DATA_COARSE, DATA_FINE, DATA_UP, DATA_DOWN})
NOTHING = 16_383  # both halves 127


class Selection:
    """Follows 98 to 101; MIDI 1.0 lets either half come first, and be said once for any number of values."""

    def __init__(self) -> None:
        self._coarse: int | None = None
        self._fine: int | None = None

    @property
    def nrpn(self) -> int | None:
        """The NRPN, 0 to 16382; None while half of it is unknown, after the null, and while an RPN is meant."""
        if self._coarse is None or self._fine is None:
            return None
        number = self._coarse << 7 | self._fine
        return None if number == NOTHING else number

    def feed(self, number: int, value: int) -> bool:
        """A controller has come; True when it selects."""
        if number == NRPN_COARSE:
            self._coarse = value
        elif number == NRPN_FINE:
            self._fine = value
        elif number in (RPN_COARSE, RPN_FINE):
            self._coarse = self._fine = None
        else:
            return False
        return True
