"""The piano roll of a MIDI file."""

from pathlib import Path

from descant_daemon.midi_file import read_song
from descant_daemon.picture.piano_roll import RollNote, RollTrack, draw_roll

GENERATED = "descant"
"""What a track of generated notes is called, in any case of letters."""


def draw_file(midi: Path, picture: Path, *, title: str, subtitle: str = "") -> Path:
    """Draw every track that has notes; returns ``picture``."""
    song = read_song(midi)
    beat = song.ticks_per_beat
    tracks: dict[int, list[RollNote]] = {}
    for note in song.notes:
        start, length = note.start / beat, (note.end - note.start) / beat
        tracks.setdefault(note.track, []).append(RollNote(start, length, note.key, note.velocity))
    _, beats, unit = song.metres[0] if song.metres else (0, 4, 4)
    return draw_roll(
        [_track(song.track_names[index], notes) for index, notes in sorted(tracks.items())],
        picture,
        title=title,
        subtitle=subtitle,
        beats_per_bar=beats * 4 / unit,
        beat=1.5 if unit == 8 and beats % 3 == 0 else 4 / unit,
    )


def _track(name: str, notes: list[RollNote]) -> RollTrack:
    return RollTrack(name, notes, generated=name.casefold() == GENERATED)
