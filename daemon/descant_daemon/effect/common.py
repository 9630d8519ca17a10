"""What the instances on one cable share, and what each is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from descant_daemon.effect.counts import Counts
from descant_daemon.effect.outbox import Outbox
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.clock import Clock
from descant_routing.ledger import Ledger

EVERY_CHANNEL = frozenset(range(16))


class Track(NamedTuple):
    """What one instance is told: its parameters, and the channels (0 to 15) that it hears."""

    parameters: Parameters
    channels: frozenset[int] = EVERY_CHANNEL


class Common(NamedTuple):
    """What the instances on one cable share."""

    pitches: PitchRange
    steps_per_beat: int
    clock: Clock
    ledger: Ledger
    outbox: Outbox
    counts: Counts
    cc: dict[int, str]
    offset: int
    styles: Sequence[str]


class Due(NamedTuple):
    """Something to be done at a time, ns."""

    time: int
    act: Callable[[int], None]
