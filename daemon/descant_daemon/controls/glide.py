"""A value on its way to where it is wanted, by so much a step: no clock, so live and rendered alike."""

from __future__ import annotations

STEPS = 8  # from one end of the range to the other: half a bar of sixteenths
MOST = 1 / STEPS


class Glide:
    """Positions are 0 to 1. Within a step ``at`` stays within ``MOST`` of where it was when the step began.

    So small moves are there at once, and a leap is spread over the steps to come.
    """

    def __init__(self, at: float) -> None:
        """It stands at ``at``."""
        self.at = at
        self._began = at
        self._wanted = at

    @property
    def arrived(self) -> bool:
        """Whether it stands where it is wanted."""
        return self.at == self._wanted

    def aim(self, wanted: float) -> None:
        """Go to ``wanted``, as far as this step lets it."""
        self._wanted = wanted
        self._go()

    def step(self) -> None:
        """A step of the song begins."""
        self._began = self.at
        self._go()

    def _go(self) -> None:
        self.at = min(max(self._wanted, self._began - MOST), self._began + MOST)
