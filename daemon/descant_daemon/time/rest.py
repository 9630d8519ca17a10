"""Since when nobody plays: two bars of rest end a song that a key has begun."""

from __future__ import annotations

IDLE_TICKS = 192  # two bars of 4/4


class Rest:
    """Told of keys; times in ns."""

    def __init__(self) -> None:
        self.pressed: int | None = None
        """When a key went down last, while one is down; None in a rest."""
        self._since: int | None = None

    def press(self, now: int) -> None:
        """A key goes down."""
        self.pressed, self._since = now, None

    def begin(self, now: int) -> None:
        """From now on nobody plays."""
        self.pressed, self._since = None, now

    def over_at(self, per_tick: float) -> int | None:
        """When the rest is long enough; None while somebody plays, or nobody has."""
        return None if self._since is None else self._since + int(IDLE_TICKS * per_tick)

    def plays(self, now: int, per_tick: float) -> bool:
        """Whether somebody plays: a key is down, or was not long ago."""
        over = self.over_at(per_tick)
        return self.pressed is not None or (over is not None and now < over)
