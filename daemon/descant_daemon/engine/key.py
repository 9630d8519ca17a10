"""The key of what was played, as chances: Temperley's Bayesian key finding, beat by beat.

Each key expects the twelve pitch classes by its profile, how often each degree occurs in the Kostka-Payne corpus; by
Bayes' rule what is heard makes the keys that expect it likelier, and from beat to beat the music may modulate
(Temperley 2007, *Music and Probability*, ch. 6). Forward filtering of that hidden Markov model: what is believed in a
step follows from the steps before it alone. A ``Hearing`` says which keys there are: major and minor, as in the book,
or the modes of folk song and old music as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from descant_daemon.note_state import ARTICULATE, PLAY

Third = Literal["major", "minor"]
KeyMode = Literal["major", "minor", "aeolian", "dorian", "mixolydian", "phrygian", "lydian"]
Profile = tuple[float, ...]
Array = NDArray[np.float64]
CLASSES = 12
BOTH: tuple[Third, ...] = ("major", "minor")
PROFILES: dict[Third, Profile] = {
    "major": (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    "minor": (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
}
LOOK_BACK = 8  # bars
OFF_BEAT = 0.75  # what a note that is struck between two beats counts of one on a beat
HELD = 0.5  # what a note counts more for each beat that it lasts


class Key(NamedTuple):
    """``tonic``: pitch class 0 (C) to 11."""

    tonic: int
    mode: KeyMode

    @property
    def third(self) -> Third:
        """Of its tonic triad."""
        return "major" if self.mode in ("major", "mixolydian", "lydian") else "minor"


KEYS = tuple(Key(tonic, third) for third in BOTH for tonic in range(CLASSES))


def _exchanged(profile: Profile, one: int, other: int) -> Profile:
    degrees = list(profile)
    degrees[one], degrees[other] = profile[other], profile[one]
    return tuple(degrees)


def _modal() -> Mapping[KeyMode, Profile]:
    """A mode is expected as major or minor is, but for the degree that sets it apart, which changes places."""
    major, minor = PROFILES["major"], PROFILES["minor"]
    aeolian = _exchanged(minor, 10, 11)
    return MappingProxyType(
        {
            "major": major,
            "minor": minor,
            "aeolian": aeolian,
            "dorian": _exchanged(aeolian, 8, 9),
            "mixolydian": _exchanged(major, 10, 11),
            "phrygian": _exchanged(aeolian, 1, 2),
            "lydian": _exchanged(major, 5, 6),
        }
    )


MODAL = _modal()


@dataclass(frozen=True)
class Hearing:
    """Which modes are listened for, and how readily one is believed.

    ``common``: how common each is, before anything is heard. ``change``: the chance a beat of another key; ``weight``:
    what a note counts of one of Temperley's. ``arrives``: whether all other keys come alike, or the common ones sooner.
    ``shed``: how much more what belonged some bars ago is held back; ``yields``: whether
    the pull does where the player leads out of the key. What follows from them: ``keys [K]``, their
    profiles' logarithms ``logs [K, 12]``, and their chances beforehand ``before [K]``.
    """

    common: Mapping[KeyMode, float]
    change: float
    weight: float
    arrives: Literal["alike", "as_common"]
    shed: float
    yields: bool
    keys: tuple[Key, ...] = field(init=False)
    logs: Array = field(init=False, repr=False)
    before: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the tables out."""
        keys = tuple(Key(tonic, mode) for mode in self.common for tonic in range(CLASSES))
        profiles = [np.roll(MODAL[mode], tonic) / sum(MODAL[mode]) for tonic, mode in keys]
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "logs", np.log(np.array(profiles)))
        object.__setattr__(self, "before", np.array([self.common[key.mode] / CLASSES for key in keys]))

    def believed(self, heard: Array, before: Array | None = None) -> Array:
        """How likely each of ``keys`` is, ``[K]``, after the beats ``heard [beats, 12]``; ``before``: and before."""
        chances = (self.before if before is None else before).copy()
        fits = heard @ self.logs.T * self.weight
        fits = np.exp(fits - fits.max(1, keepdims=True)) if len(fits) else fits
        others = len(self.keys) - 1
        arrives = np.full(len(self.keys), 1 / others) if self.arrives == "alike" else self.before
        changes = np.minimum(1.0, heard.sum(1)) * self.change
        leaves = arrives.sum()
        for fit, change in zip(fits, changes.tolist(), strict=True):
            # Of the chances, which add up to 1, each stays with what does not leave.
            chances *= 1 - leaves * change
            chances += change * arrives
            chances *= fit
            chances /= chances.sum()
        return chances

    def likeliest(self, chances: Array, thirds: Sequence[Third] = BOTH) -> Key:
        """The likeliest of ``keys`` that have one of these thirds; the first of equals."""
        among = [
            chance if key.third in thirds else -1.0 for key, chance in zip(self.keys, chances, strict=True)
        ]
        return self.keys[int(np.round(among, 9).argmax())]


MAJOR_MINOR = Hearing(
    MappingProxyType({"major": 2 / 3, "minor": 1 / 3}),
    change=0.03,
    weight=1.0,
    arrives="alike",
    shed=0.0,
    yields=False,
)
MODES = Hearing(
    MappingProxyType(
        {
            "major": 0.54,
            "minor": 0.24,
            "aeolian": 0.10,
            "dorian": 0.05,
            "mixolydian": 0.05,
            "phrygian": 0.01,
            "lydian": 0.01,
        }
    ),
    change=0.04,
    weight=1.4,
    arrives="as_common",
    shed=2.0,
    yields=True,
)
HEARINGS: Mapping[str, Hearing] = MappingProxyType({"modes": MODES, "major_minor": MAJOR_MINOR})


def evidence(sounded: NDArray[np.bool_], low: int, beat: int) -> Array:
    """What each beat says for each pitch class, ``[beats, 12]``; of ``sounded [steps, P, 2]``, from a beat on.

    ``low``: MIDI key of the first pitch. The last beat may be unfinished.
    """
    struck = sounded[..., ARTICULATE]
    weight = struck + (HELD / beat) * (sounded[..., PLAY] & ~struck)
    weight[np.arange(len(weight)) % beat > 0] -= (1 - OFF_BEAT) * struck[np.arange(len(struck)) % beat > 0]
    of_steps = np.zeros((-(-len(weight) // beat) * beat, CLASSES))
    of_steps[: len(weight)] = weight @ _classes(weight.shape[1], low)
    return np.asarray(of_steps.reshape(-1, beat, CLASSES).sum(1))


def _classes(pitches: int, low: int) -> Array:
    return np.eye(CLASSES)[(np.arange(pitches) + low) % CLASSES]
