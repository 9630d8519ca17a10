"""From a MIDI file to a piece: read as it is for playing, put on the grid, judged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from descant_daemon.midi_bytes import MidiBytesError
from descant_daemon.midi_file import read_content as read_bytes
from descant_daemon.note_state import nearest_step
from descant_daemon.song import DRUMS, Song, SongNote, song_of
from descant_export.corpus.facts import KEPT, Facts, FileReport, LeftOutError, Reading
from descant_export.corpus.onset_grid import (
    COMMON_TIME,
    TimeSignature,
    displacement,
    has_grid,
    near_the_grid,
    on_few_places,
    step_in_bar,
)
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import from_notes
from descant_export.corpus.track_pattern import Pattern, parse_pattern
from descant_export.corpus.tracks import Track, chosen, has_dynamics, voices_of
from descant_routing.printable import printable


def read_midi(folder: Path, options: IngestOptions, name: str) -> Reading:
    """The file ``name`` of ``folder`` (a path within it) as a piece, or why it is none."""
    try:
        content = read_bytes(folder / name)
    except MidiBytesError as error:
        return _left_out(printable(name), LeftOutError("broken", str(error)))
    return read_content(printable(name), content, options)


def read_content(name: str, content: bytes, options: IngestOptions) -> Reading:
    """The file's ``content`` as a piece, or why it is none."""
    try:
        return _read(name, song_of(name, content), options)
    except MidiBytesError as error:
        return _left_out(name, LeftOutError("broken", str(error)))
    except LeftOutError as left_out:
        return _left_out(name, left_out)


def _left_out(name: str, why: LeftOutError) -> Reading:
    return Reading(FileReport(name, why.kind, str(why), why.facts))


def _read(name: str, song: Song, options: IngestOptions) -> Reading:
    patterns = [parse_pattern(pattern) for pattern in options.tracks]
    beat = song.ticks_per_beat
    tracks = _tracks(song, patterns)
    music = _music(tracks, [pattern for pattern in patterns if pattern.kind != "channel"])
    last = max(int(track.off.max()) for track in music)
    first = min(int(track.on.min()) for track in music)
    beats = (last - first) / beat
    if last / beat > options.max_beats:
        raise LeftOutError("length", f"lasts {last / beat:,.0f} beats, and {options.max_beats:,} is the most")
    if beats < options.min_beats:
        raise LeftOutError("length", f"lasts {beats:.3g} beats, and {options.min_beats} is the least")

    ticks = np.concatenate([track.on for track in music])
    shift = displacement(ticks, beat)

    def steps_of(tick: int) -> int:
        return nearest_step((tick - shift) * options.steps_per_beat, beat)

    onsets = (ticks - shift) / beat
    metres, said = _metres(song, shift)
    begin, end = max(0, steps_of(first)), max(steps_of(last), steps_of(first) + 1)
    bar = step_in_bar(metres, end, options.steps_per_beat)[begin:]
    near = near_the_grid(onsets)
    keys = np.concatenate([track.key for track in music])
    dynamics = has_dynamics(music)
    voices = [
        [
            (max(0, steps_of(on) - begin), steps_of(off) - begin, key, velocity if dynamics else 0)
            for on, off, key, velocity in voice.tolist()
        ]
        for voice in voices_of(music)
    ]
    facts = Facts(
        notes=len(onsets),
        beats=beats,
        voices=len(voices),
        drums=sum(len(track.on) for track in tracks if track.is_percussion),
        empty_tracks=sum(bool(track.messages) and not track.notes for track in song.tracks),
        metres=tuple(dict.fromkeys(f"{m.numerator}/{m.denominator}" for m in metres)) if said else (),
        tempos=_tempos(song),
        on_sixteenths=near.sixteenths,
        on_twelfths=near.twelfths,
        on_simple=near.simple,
        on_few_places=on_few_places(ticks, beat),
        dynamics=dynamics,
        pick_up=int((np.flatnonzero(bar == 0)[:1].tolist() or [0])[0]),
        shift=shift / beat,
        low=int(keys.min()),
        high=int(keys.max()),
    )
    if not has_grid(facts) and not options.keep_ungridded:
        raise LeftOutError(
            "ungridded", f"has {facts.on_simple:.0%} of its onsets near the grid, as chance would", facts
        )
    return Reading(FileReport(name, KEPT, facts=facts), from_notes(name, voices, bar, options.steps_per_beat))


def _tracks(song: Song, patterns: Sequence[Pattern]) -> list[Track]:
    """A channel with a program of a track is a track here; of the channels that were asked for, or of all."""
    channels = {n for p in patterns if p.kind == "channel" for n in range(p.low, p.high + 1)} or range(16)
    found = []
    for track in song.tracks:
        for (channel, program), notes in groupby(sorted(track.notes, key=_instrument), _instrument):
            if channel in channels:
                on, off, key, velocity = np.array([note[:4] for note in notes], np.int64).T
                found.append(Track(track.name, program, channel == DRUMS, on, off, key, velocity))
    return found


def _instrument(note: SongNote) -> tuple[int, int]:
    return note.channel, note.program


def _music(tracks: Sequence[Track], patterns: Sequence[Pattern]) -> list[Track]:
    """The chosen tracks that have notes and are not percussion."""
    if not tracks:
        raise LeftOutError("empty", "has no notes")
    pitched = [track for track in tracks if not track.is_percussion]
    if not pitched:
        raise LeftOutError("drums", "has nothing but drums")
    music = chosen(pitched, patterns)
    if not music:
        names = ", ".join(dict.fromkeys(track.name or "(no name)" for track in pitched))
        raise LeftOutError("tracks", f"has no track that was asked for; it has {names}")
    return music


def _metres(song: Song, shift: int) -> tuple[list[TimeSignature], bool]:
    """Time signatures by beat, the first one at 0, and whether the file says any.

    One within half a sixteenth of the beginning stands at it: abc2midi begins at tick 1.
    """
    beat = song.ticks_per_beat
    said = [
        TimeSignature(at if (at := (tick - shift) / beat) >= 1 / 8 else 0.0, beats, unit)
        for tick, beats, unit in song.metres
        if beats <= 64
    ]
    by_beat = {metre.beat: metre for metre in [COMMON_TIME, *said]}
    return list(by_beat.values()), bool(said)


def _tempos(song: Song) -> tuple[float, ...]:
    tempos = [round(60e6 / tempo, 2) for _, tempo in song.tempos]
    return (tempos[0], min(tempos), max(tempos)) if tempos else ()
