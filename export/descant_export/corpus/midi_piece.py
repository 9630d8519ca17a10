"""From a MIDI file to a piece: parsed by symusic, put on the grid, judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import symusic

from descant_export.corpus.facts import KEPT, Facts, FileReport, LeftOutError, Reading
from descant_export.corpus.grid import (
    COMMON_TIME,
    Metre,
    displacement,
    has_grid,
    near_the_grid,
    on_few_places,
    step_in_bar,
)
from descant_export.corpus.midi_bytes import check, only_channels, read_bytes
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.piece import from_notes
from descant_export.corpus.track_pattern import Pattern, parse_pattern
from descant_export.corpus.tracks import Track, chosen, has_dynamics, voices_of


def read_midi(folder: Path, options: IngestOptions, name: str) -> Reading:
    """The file ``name`` of ``folder`` (a path within it) as a piece, or why it is none."""
    try:
        content = read_bytes(folder / name)
    except LeftOutError as left_out:
        return _left_out(name, left_out)
    return read_content(name, content, options)


def read_content(name: str, content: bytes, options: IngestOptions) -> Reading:
    """The file's ``content`` as a piece, or why it is none."""
    try:
        check(content)
        return _read(name, content, options)
    except LeftOutError as left_out:
        return _left_out(name, left_out)


def _left_out(name: str, why: LeftOutError) -> Reading:
    return Reading(FileReport(name, why.kind, str(why), why.facts))


def _read(name: str, content: bytes, options: IngestOptions) -> Reading:
    patterns = [parse_pattern(pattern) for pattern in options.tracks]
    channels = {n for p in patterns if p.kind == "channel" for n in range(p.low, p.high + 1)}
    score = _parse(only_channels(content, channels) if channels else content)
    beat = int(score.ticks_per_quarter)
    tracks = [_track(track) for track in score.tracks]
    music = _music(tracks, [pattern for pattern in patterns if pattern.kind != "channel"])
    last = max(int(track.off.max()) for track in music)
    first = min(int(track.on.min()) for track in music)
    beats = (last - first) / beat
    if min(first, last - first) < 0 or last / beat > options.max_beats:
        raise LeftOutError("length", f"lasts {last / beat:,.0f} beats, and {options.max_beats:,} is the most")
    if beats < options.min_beats:
        raise LeftOutError("length", f"lasts {beats:.3g} beats, and {options.min_beats} is the least")

    ticks = np.concatenate([track.on for track in music])
    shift = displacement(ticks, beat)
    steps_of = _Steps(beat, options.steps_per_beat, shift)
    onsets = (ticks - shift) / beat
    metres, said = _metres(score, beat, shift)
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
        empty_tracks=sum(not len(track.on) for track in tracks),
        metres=tuple(dict.fromkeys(f"{m.numerator}/{m.denominator}" for m in metres)) if said else (),
        tempos=_tempos(score),
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
    return Reading(FileReport(name, KEPT, facts=facts), from_notes(name, voices, bar))


class _Steps:
    """Ticks, less ``shift`` of them, to the nearest step, as ``note_state.nearest_step`` has it."""

    def __init__(self, beat: int, steps_per_beat: int, shift: int) -> None:
        self.beat, self.steps_per_beat, self.shift = beat, steps_per_beat, shift

    def __call__(self, tick: int) -> int:
        return (2 * (tick - self.shift) * self.steps_per_beat + self.beat) // (2 * self.beat)


def _parse(content: bytes) -> Any:
    try:
        return symusic.Score.from_midi(content, sanitize_data=True)
    except Exception as error:  # RuntimeError, ValueError: whatever its parser meets
        raise LeftOutError("broken", f"cannot be parsed: {error}".replace("\n", " ")) from error


def _track(track: Any) -> Track:
    notes = {name: values.astype(np.int64) for name, values in track.notes.numpy().items()}
    on, length = notes["time"], notes["duration"]
    return Track(
        track.name,
        track.program,
        track.is_drum,
        on,
        on + np.maximum(length, 1),
        notes["pitch"],
        notes["velocity"],
    )


def _music(tracks: Sequence[Track], patterns: Sequence[Pattern]) -> list[Track]:
    """The chosen tracks that have notes and are not percussion."""
    sounding = [track for track in tracks if len(track.on)]
    if not sounding:
        raise LeftOutError("empty", "has no notes")
    pitched = [track for track in sounding if not track.is_percussion]
    if not pitched:
        raise LeftOutError("drums", "has nothing but drums")
    music = chosen(pitched, patterns)
    if not music:
        names = ", ".join(dict.fromkeys(track.name or "(no name)" for track in pitched))
        raise LeftOutError("tracks", f"has no track that was asked for; it has {names}")
    return music


def _metres(score: Any, beat: int, shift: int) -> tuple[list[Metre], bool]:
    """Time signatures by beat, the first one at 0, and whether the file says any that makes sense.

    One within half a sixteenth of the beginning stands at it: abc2midi begins at tick 1.
    """
    said = [
        Metre(at if (at := (sign.time - shift) / beat) >= 1 / 8 else 0.0, sign.numerator, sign.denominator)
        for sign in score.time_signatures
        if 1 <= sign.numerator <= 64 and 1 <= sign.denominator <= 64 and sign.time >= 0
    ]
    by_beat = {metre.beat: metre for metre in [COMMON_TIME, *sorted(said, key=lambda metre: metre.beat)]}
    return list(by_beat.values()), bool(said)


def _tempos(score: Any) -> tuple[float, ...]:
    tempos = [round(float(tempo.qpm), 2) for tempo in score.tempos]
    return (tempos[0], min(tempos), max(tempos)) if tempos else ()
