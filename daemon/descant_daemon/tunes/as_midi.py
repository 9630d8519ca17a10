"""A tune as a MIDI file, so that what reads files can be tried with one."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

from descant_daemon.tunes.tune import TuneNote
from descant_daemon.whole_file import write_whole

TICKS_PER_STEP = 120
"""480 ticks a quarter, four steps a quarter."""


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
    conductor = MidiTrack(
        [
            MetaMessage("track_name", name=title),
            MetaMessage("set_tempo", tempo=bpm2tempo(tempo)),
            MetaMessage("time_signature", numerator=metre[0], denominator=metre[1]),
        ]
    )
    # At one tick the note-off (0) comes before the note-on (1), or a re-struck note would be cut at once.
    events = sorted(
        (tick, kind, note.key)
        for note in notes
        for tick, kind in ((note.start, 1), (note.start + note.length, 0))
    )
    track = MidiTrack([MetaMessage("track_name", name=title)])
    now = 0
    for step, kind, key in events:
        delta = (step - now) * TICKS_PER_STEP
        track.append(
            Message(
                "note_on" if kind else "note_off",
                channel=channel,
                note=key,
                velocity=velocity if kind else 0,
                time=delta,
            )
        )
        now = step
    out = BytesIO()
    MidiFile(type=1, ticks_per_beat=4 * TICKS_PER_STEP, tracks=[conductor, track]).save(file=out)
    write_whole(path, out.getvalue())
    return path
