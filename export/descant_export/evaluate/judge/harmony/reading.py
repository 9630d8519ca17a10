"""MIDI files as settings: which track is the tune, where the bars lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from descant_daemon.midi_file import SUFFIXES, read_song
from descant_daemon.note_state import nearest_step
from descant_daemon.settings.metre import Metre
from descant_daemon.song import DRUMS, Song, SongNote
from descant_daemon.tempo_map import DEFAULT_TEMPO
from descant_export.corpus.onset_grid import COMMON_TIME, TimeSignature, step_in_bar
from descant_export.corpus.piece import from_notes
from descant_export.evaluate.judge.harmony.phrases import Note
from descant_export.evaluate.judge.harmony.setting import Setting
from descant_export.evaluate.takes.melody import MOST_SIXTEENTHS, Melody
from descant_export.training.masks import skyline
from descant_routing.errors import DescantError

MELODY = "melody"
AT_ONCE = 1 / 8  # beats from the beginning within which a metre stands at it: abc2midi begins at tick 1
LONGEST = 50_000  # beats: half a day of slow music; a file that claims more is broken
SLOWEST, FASTEST = 20.0, 400.0  # quarters a minute that can be rendered


def read_settings(folder: Path, tell: Callable[[str], None]) -> list[Setting]:
    """Every MIDI file in a folder and those in it, by name. ``tell`` is told what is left out and why.

    DescantError when there is none that can be played.
    """
    if not folder.is_dir():
        raise DescantError(f"{folder} is not a folder of MIDI files.")
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in SUFFIXES):
        try:
            found.append(read_setting(path, str(path.relative_to(folder))))
        except DescantError as error:
            tell(f"left out: {error}")
    if not found:
        raise DescantError(f"There is nothing to play in {folder}: no MIDI file with a tune.")
    return found


def read_setting(path: Path, name: str) -> Setting:
    """A MIDI file whose tune is its track ``melody``, or else the highest line of its top track.

    Bars are those of the file's first metre, as far as it lasts. DescantError says what is wrong.
    """
    song = read_song(path)
    notes = [note for note in song.notes if note.channel != DRUMS]
    if not notes:
        raise DescantError(f"{name} has no notes to play.")
    if (beats := max(note.end for note in notes) / song.ticks_per_beat) > LONGEST:
        raise DescantError(f"{name} lasts {beats:,.0f} beats; {LONGEST:,} is the most.")
    parts = _parts(song, notes)
    metre, late, steps = _bars(song, max(off for part in parts for _, off, _ in part), name)
    bar = metre.steps_per_bar(4)
    begin = (min(on for on, _, _ in parts[0]) + late) // bar * bar - late  # the bar line before the tune
    tune, others = (
        tuple(
            (max(on, begin) - begin, min(off, steps) - begin, key)
            for on, off, key in part
            if on < steps and off > begin
        )
        for part in parts
    )
    if not tune:
        raise DescantError(f"{name} has no tune in its first metre, {metre}.")
    bars = -(-max(off for _, off, _ in (*tune, *others)) // bar)
    tempo = 60e6 / next((each for _, each in song.tempos), DEFAULT_TEMPO)
    melody = Melody(path.stem, name, metre, bars, tune)
    return Setting(melody, others, min(FASTEST, max(SLOWEST, tempo)))


def _parts(song: Song, notes: Sequence[SongNote]) -> tuple[list[Note], list[Note]]:
    """The tune's notes and all others, in steps from the file's beginning on, by time."""
    named = {at for at, name in enumerate(song.track_names) if name.strip().casefold() == MELODY}
    tune = _steps(song, (note for note in notes if note.track in named))
    if tune:
        return tune, _steps(song, (note for note in notes if note.track not in named))
    voices: dict[tuple[int, int], list[SongNote]] = {}
    for note in notes:
        voices.setdefault((note.track, note.channel), []).append(note)
    top = max(voices, key=lambda at: float(np.median([note.key for note in voices[at]])))
    played = _steps(song, voices[top])
    upper = from_notes("", [played], [0] * max(off for _, off, _ in played)).notes
    high = skyline(upper)
    line, inner = (
        [(int(n["on"]), int(n["off"]), int(n["key"])) for n in upper[which]] for which in (high, ~high)
    )
    others = _steps(song, (note for at, voice in voices.items() if at != top for note in voice))
    return line, sorted([*inner, *others])


def _steps(song: Song, notes: Iterable[SongNote]) -> list[Note]:
    size = song.ticks_per_beat / 4
    found = [(nearest_step(note.start, size), nearest_step(note.end, size), note.key) for note in notes]
    return sorted((on, max(off, on + 1), key) for on, off, key in found)


def _bars(song: Song, end: int, name: str) -> tuple[Metre, int, int]:
    """The first metre, at which step of its bar the file begins, and for how many of its ``end`` steps it lasts."""
    said = {0.0: COMMON_TIME}
    for tick, *signature in song.metres:
        beat = tick / song.ticks_per_beat
        beat = beat if beat >= AT_ONCE else 0.0
        said[beat] = TimeSignature(beat, *signature)
    signatures = list(said.values())
    late = int(step_in_bar(signatures, end, 4)[0])
    own, *later = signatures[late > 0 :]  # where it begins late, the first one is only the pick-up's
    metre = Metre.parse(f"{own.numerator}/{own.denominator}")
    if metre is None or not 2 <= metre.steps_per_bar(4) <= MOST_SIXTEENTHS:
        raise DescantError(f"{name} is in {own.numerator}/{own.denominator}, which no preset can play.")
    bar = metre.steps_per_bar(4)
    turns = [(round(each.beat * 4), each.bar(4)) for each in later]
    return metre, late, min([end, *(at for at, other in turns if other != bar or (at + late) % bar)])
