"""What keeps a note sounding: the finger on its key, the sustain pedal, the sostenuto pedal. Pure.

Sostenuto keeps only the keys that were down when it went down; the soft pedal (CC 67) and the others keep none.
Source: MIDI 1.0 Detailed Specification 4.2.1, controllers 64 to 69. A pedal is down from 64 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_routing import message

if TYPE_CHECKING:
    from collections.abc import Iterable

PEDAL_DOWN = 64
SUSTAINING = frozenset({message.SUSTAIN, message.HOLD_2})
Place = tuple[int, int]
"""Lane, key; a lane is a channel, or a channel of an input."""


class Dampers:
    """Each place is kept up by a finger, or by pedals alone."""

    def __init__(self) -> None:
        self.fingers: set[Place] = set()
        """The keys that are down."""
        self.lifted: set[Place] = set()
        """Those that pedals alone keep up."""
        self._sustained: set[tuple[int, int]] = set()  # (lane, controller) of the pedals that are down
        self._caught: dict[int, frozenset[Place]] = {}  # lane → what its sostenuto pedal keeps up

    def press(self, at: Place) -> None:
        """A key goes down."""
        self.fingers.add(at)
        self.lifted.discard(at)

    def lift(self, at: Place) -> bool:
        """A finger leaves a key; whether the note ends with it."""
        self.fingers.discard(at)
        if not self.keep(at):
            return True
        self.lifted.add(at)
        return False

    def keep(self, at: Place) -> bool:
        """Whether a pedal would keep this note up."""
        return at in self._caught.get(at[0], ()) or any(lane == at[0] for lane, _ in self._sustained)

    def move(self, lane: int, controller: int, value: int) -> list[Place]:
        """A pedal moves, or all go to rest (reset all controllers): the places that end with it."""
        if controller == message.RESET_CONTROLLERS:
            return self.rest([lane])
        if controller == message.SOSTENUTO:
            if value < PEDAL_DOWN:
                self._caught.pop(lane, None)
            elif lane not in self._caught:
                self._caught[lane] = frozenset(at for at in self.fingers if at[0] == lane)
        elif controller in SUSTAINING:
            change = self._sustained.add if value >= PEDAL_DOWN else self._sustained.discard
            change((lane, controller))
        return self._ended()

    def rest(self, lanes: Iterable[int] | None = None) -> list[Place]:
        """The pedals of some lanes, or of all, come up: the places that end with it."""
        gone = {lane for lane, _ in self.down} if lanes is None else set(lanes)
        self._sustained = {pedal for pedal in self._sustained if pedal[0] not in gone}
        self._caught = {lane: caught for lane, caught in self._caught.items() if lane not in gone}
        return self._ended()

    def forget(self, at: Place) -> None:
        """A note has been ended by something else."""
        self.fingers.discard(at)
        self.lifted.discard(at)

    @property
    def down(self) -> set[tuple[int, int]]:
        """(lane, controller) of the pedals that are down."""
        return self._sustained | {(lane, message.SOSTENUTO) for lane in self._caught}

    def _ended(self) -> list[Place]:
        ended = sorted(at for at in self.lifted if not self.keep(at))
        self.lifted.difference_update(ended)
        return ended
