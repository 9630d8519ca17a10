"""What renderings write and say: the player's tracks as they were, Descant's beside them, credits; how much is done."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from rich.progress import Progress

from descant_daemon.console import make_console, say
from descant_daemon.midi_bytes import META, TRACK_NAME, Event
from descant_daemon.midi_file import word
from descant_daemon.offline.render import Tell
from descant_daemon.offline.score import Score
from descant_daemon.song import PPQ, Song, SongTrack, until
from descant_daemon.tempo_map import TempoMap
from descant_routing.wording import listed

DEFAULT_BPM = 100.0  # where nothing is played to
_NAME = bytes((META, TRACK_NAME))


def tempo_of(song: Song | None, bpm: float | None, otherwise: float | None = None) -> TempoMap:
    """The tempo that was asked for, or else the song's; without one ``otherwise``."""
    if song is not None and bpm is None:
        return song.tempo_map
    asked = bpm or otherwise or DEFAULT_BPM
    return TempoMap(song.ticks_per_beat if song else PPQ, [(0, round(60e6 / asked))])


def player_tracks(song: Song, length: int) -> list[list[Event]]:
    """All that a player's tracks hold before ``length``, names, words and programs too; drums as they are."""
    conductor = _conductor(song)
    kept = [track for track in song.tracks if track.events and track is not conductor]
    return [_named(track, until(track.events, length)) for track in kept]


def head_words(song: Song | None, owed: Sequence[Event], length: int) -> list[Event]:
    """What stands in the first track beside tempo and metre: the file's own words, and Descant's."""
    conductor = None if song is None else _conductor(song)
    return [*(() if conductor is None else until(conductor.events, length)), *owed]


def has_title(song: Song | None) -> bool:
    """Whether the first track says what is played."""
    conductor = None if song is None else _conductor(song)
    return conductor is not None and bool(conductor.name)


def _conductor(song: Song) -> SongTrack | None:
    """The first track, where it plays nothing."""
    first = song.tracks[0]
    return None if first.messages or len(song.tracks) == 1 else first


def _named(track: SongTrack, events: list[Event]) -> list[Event]:
    named = any(data[:2] == _NAME for _, data in events)
    return events if named or not track.notes else [word(0, "track_name", "Player"), *events]


def mention(song: Song | None, score: Score) -> None:
    """On stderr: what of the file could not be used."""
    passed_over = [*dict.fromkeys([*(song.passed_over if song else ()), *score.passed_over])]
    if song is not None and passed_over:
        more = f" and {len(passed_over) - 3} more" if len(passed_over) > 3 else ""
        say(f"descant: {song.name}: passed over {listed(passed_over[:3])}{more}.", err=True)


@contextmanager
def progress(what: str) -> Generator[Tell]:
    """A bar on stderr while it takes, on a terminal."""
    with Progress(console=make_console(err=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def sentence(output: object, score: Score, notes: int, more: Iterable[str] = ()) -> str:
    """What was written."""
    bars = f"{score.bars:,} bar{'s' * (score.bars != 1)}"
    return " ".join([f"{output}: {bars}, {notes:,} note{'s' * (notes != 1)}.", *more])
