"""The tunes that travel with the project: melodies in the public domain, typed in for it; and exercises.

Exercises are what else people play: tunes in minor, dances, detached notes, held chords, a bass line, two hands.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal

from descant_daemon.tunes.tune import Tune, TuneNote, parse
from descant_routing.errors import UsageError

COMMON_METRE = ("st-anne", "winchester-old", "dundee", "st-flavian")
"""Four 8-bar tunes in 4/4 with a pick-up of a quarter, none of them among Bach's chorales."""


Shelf = Literal["melodies", "exercises"]
SHELVES: dict[Shelf, str] = {"melodies": "data", "exercises": "exercises"}


def names(shelf: Shelf = "melodies") -> tuple[str, ...]:
    """Every tune's name, in alphabetical order."""
    data = files("descant_daemon.tunes") / SHELVES[shelf]
    return tuple(sorted(entry.name[:-5] for entry in data.iterdir() if entry.name.endswith(".tune")))


def load(name: str, shelf: Shelf = "melodies") -> Tune:
    """The tune of that name. Raises UsageError when there is none, TuneError when it cannot be read."""
    if name not in names(shelf):
        raise UsageError(f"There is no tune {name!r}; there are {', '.join(names(shelf))}.")
    path = files("descant_daemon.tunes") / SHELVES[shelf] / f"{name}.tune"
    return parse(path.read_text(encoding="utf-8"), f"{name}.tune")


def medley(tunes: Sequence[str], tonic: int | None = None) -> tuple[TuneNote, ...]:
    """The tunes one after the other, bar lines in line: ``medley(COMMON_METRE)`` has 32 bars and a pick-up.

    A tune's pick-up stands in the last bar of the tune before it where that bar has room. With ``tonic``
    (pitch class 0 to 11) every tune is moved the shortest way to that key note. Raises UsageError for an
    empty list, an unknown name, and tunes whose bars differ in length.
    """
    if not tunes:
        raise UsageError("A medley needs at least one tune.")
    loaded = [load(name) for name in tunes]
    bar = loaded[0].steps_per_bar
    out: list[TuneNote] = []
    end = 0
    for name, tune in zip(tunes, loaded, strict=True):
        if tune.metre != loaded[0].metre:
            raise UsageError(
                f"{tunes[0]} is in {loaded[0].metre[0]}/{loaded[0].metre[1]} and {name} in "
                f"{tune.metre[0]}/{tune.metre[1]}: a medley keeps one metre."
            )
        moved = tune if tonic is None else tune.transposed((tonic - tune.tonic + 5) % 12 - 5)
        origin = max(0, -(-(end - tune.notes[0].start) // bar) * bar)
        out += [note._replace(start=note.start + origin) for note in moved.notes]
        end = out[-1].start + out[-1].length
    return tuple(out)
