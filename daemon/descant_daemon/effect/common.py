"""What the instances on one cable share, and what each is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from descant_daemon.effect.counts import Counts
from descant_daemon.note_state import PIANO, PitchRange
from descant_daemon.settings.abilities import ANY_MODEL, Abilities
from descant_daemon.settings.bindings import NOTHING_BOUND, Bindings
from descant_daemon.settings.choices import Switch
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.ranges import ALL_CHANNELS
from descant_daemon.time.clock import Clock
from descant_daemon.time.metre_map import MetreMap
from descant_routing import message
from descant_routing.timed import MAIN


class Program(NamedTuple):
    """What an instance plays from: a model, by its number in the engine, and how it is played.

    ``bindings``: what moves which parameter; ``abilities``: the model's.
    """

    parameters: Parameters
    pitches: PitchRange = PIANO
    steps_per_beat: int = 4
    abilities: Abilities = ANY_MODEL
    bindings: Bindings = NOTHING_BOUND
    model: int = 0
    name: str = ""


class Ears(NamedTuple):
    """What of an input is heard: its channels (0 to 15) and its keys from ``low`` to ``high``.

    ``drums``: the keys of channel 10, too, which are no pitches; controllers and buttons may come by it anyhow.
    """

    input: str = MAIN
    channels: frozenset[int] = ALL_CHANNELS
    low: int = 0
    high: int = 127
    drums: bool = False

    def hear(self, port: str, channel: int, key: int | None = None, *, finger: bool = False) -> bool:
        """Whether a key of a channel, or anything but a key, is heard. ``finger``: the channel is one of MPE's."""
        if port != self.input or channel not in self.channels:
            return False
        return key is None or (
            self.low <= key <= self.high and (channel != message.DRUMS or self.drums or finger)
        )


class Track(NamedTuple):
    """What one instance is told: programs that it may play, whom it answers, whom it hears besides, and where to."""

    programs: Sequence[Program]
    hears: Ears = Ears()
    listens: Sequence[Ears] = ()
    output: str = MAIN
    switch: Switch = "bar"
    name: str = ""
    first: int = 0
    """Place of the program that sounds first."""
    offset: int = 0
    """ns by which it plays later, beside what all do."""


class Common(NamedTuple):
    """What the instances on one clock share; ``offset``: ns by which the whole grid is played later.

    ``serials``: for their questions, so that no two are alike. ``metres``: where bars are, if anybody tells.
    """

    clock: Clock
    counts: Counts
    offset: int
    serials: Iterator[int]
    metres: MetreMap


class Due(NamedTuple):
    """Something to be done at a time, ns."""

    time: int
    act: Callable[[int], None]
