"""A tune as a MIDI file, for the tests of what reads files."""

from collections.abc import Iterable
from pathlib import Path

from descant_daemon.midi_file import write_song
from descant_daemon.song import PPQ, struck
from descant_daemon.tempo_map import TempoMap
from descant_daemon.tunes.book import Shelf, load, names
from descant_daemon.tunes.tune import TuneNote

TICKS_PER_STEP = PPQ // 4


def write_midi(
    notes: Iterable[TuneNote],
    path: Path,
    *,
    tempo: float = 100.0,
    metre: tuple[int, int] = (4, 4),
    title: str = "Melody",
    channel: int = 0,
    velocity: int = 80,
) -> Path:
    """Write a type-1 file: a conductor's track, and the notes on ``channel`` (0 to 15). Returns ``path``.

    ``tempo`` is in quarters a minute. The file is there whole or not at all. Raises DescantError where it
    cannot be written.
    """
    track = struck(
        (
            note.start * TICKS_PER_STEP,
            (note.start + note.length) * TICKS_PER_STEP,
            note.key,
            velocity,
            channel,
        )
        for note in notes
    )
    write_song(path, {title: track}, TempoMap(PPQ, [(0, round(60e6 / tempo))]), metre)
    return path


def write_tunes(folder: Path, shelf: Shelf = "melodies") -> list[Path]:
    """Every tune of a shelf as a MIDI file in an existing folder. Raises DescantError where it cannot be written."""
    found = [(name, load(name, shelf)) for name in names(shelf)]
    return [
        write_midi(tune.notes, folder / f"{name}.mid", tempo=tune.tempo, metre=tune.metre)
        for name, tune in found
    ]
