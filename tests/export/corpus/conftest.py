"""A folder as a style maker has it: sixty files, some of them broken, odd, or there twice."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import mido
import pytest
from tests.tunes.as_midi import write_midi

from descant_daemon.tunes import TuneNote, load, names

IN_FOUR = (
    "dundee",
    "ode-to-joy",
    "old-hundredth",
    "st-anne",
    "st-flavian",
    "tallis-canon",
    "winchester-old",
)
REBARRED = ("new-britain", "st-agnes")
IN_SIX = ("carol", "greensleeves", "silent-night")
TOP = 134  # a melody upside down stays within the keyboard


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is read from, or left in, the cache of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("cache")

    def cache_dir(_name: str) -> str:
        return str(folder)

    monkeypatch.setattr("platformdirs.user_cache_dir", cache_dir)
    return folder


def forms(notes: tuple[TuneNote, ...]) -> dict[str, tuple[TuneNote, ...]]:
    """A tune, and three melodies that no ear takes for it: upside down, backwards, and both."""
    end = max(note.start + note.length for note in notes)
    down = tuple(note._replace(key=TOP - note.key) for note in notes)
    back = tuple(note._replace(start=end - note.start - note.length) for note in reversed(notes))
    both = tuple(note._replace(start=end - note.start - note.length) for note in reversed(down))
    return {"": notes, "-down": down, "-back": back, "-both": both}


def drum_loop(path: Path) -> None:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="Loop")])
    for _ in range(64):
        track.append(mido.Message("note_on", channel=9, note=36, velocity=100, time=0))
        track.append(mido.Message("note_off", channel=9, note=36, time=240))
    mido.MidiFile(tracks=[track]).save(path)


def performed(notes: Iterable[TuneNote], path: Path) -> None:
    """Played to no click: every onset anywhere within its sixteenth."""
    rng = random.Random(4)
    track, now = mido.MidiTrack(), 0
    for note in notes:
        begin = max(now, note.start * 120 + rng.randrange(-60, 60))
        track.append(mido.Message("note_on", note=note.key, velocity=rng.randrange(40, 90), time=begin - now))
        track.append(mido.Message("note_off", note=note.key, time=110))
        now = begin + 110
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def head(kind: int = 1, tracks: int = 1, division: int = 480) -> bytes:
    """The header of a Standard MIDI File."""
    return struct.pack(">4sIHHH", b"MThd", 6, kind, tracks, division)


def chunk(events: bytes, length: int | None = None) -> bytes:
    """A track; ``length`` is what it says of itself."""
    events += b"\x00\xff\x2f\x00"
    return struct.pack(">4sI", b"MTrk", len(events) if length is None else length) + events


NOTE = b"\x00\x90\x3c\x40\x60\x80\x3c\x40"
BROKEN = {
    "broken-empty.mid": b"",
    "broken-page.mid": b"<!DOCTYPE html><html>Not found</html>",
    "broken-torn.mid": head() + chunk(NOTE * 20)[:-9],
    "broken-gigabyte.mid": head() + chunk(NOTE, length=2**30)[:-4],
    "broken-film.mid": head(division=0xEE28) + chunk(NOTE),
    "broken-zero.mid": head(division=0) + chunk(NOTE),
}
SILENT = {"silent.mid": head() + chunk(b"\x00\xff\x03\x04Rest")}


@pytest.fixture(scope="session")
def mixed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty files: 49 good ones (one in 3/4), 2 copies, and 9 that nobody can learn from."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "hymns").mkdir()
    for name in (*IN_FOUR, *REBARRED):
        for form, notes in forms(load(name).notes).items():
            write_midi(notes, folder / "hymns" / f"{name}{form}.mid")
    for name in IN_SIX:
        for form, notes in forms(load(name).notes).items():
            write_midi(notes, folder / f"{name}{form}.mid", metre=(6, 8))
    write_midi(load("azmon").notes, folder / "azmon.mid", metre=(3, 4))
    write_midi(load("dundee").notes, folder / "zz-dundee-again.mid", tempo=72)
    write_midi(load("dundee").transposed(3).notes, folder / "zz-dundee-higher.MID", channel=5)
    drum_loop(folder / "drums.mid")
    performed(load("greensleeves").notes * 2, folder / "performed.mid")
    for name, content in {**BROKEN, **SILENT}.items():
        (folder / name).write_bytes(content)
    (folder / "LICENSE").write_text(
        "Public Domain\n\nThese tunes are in the public domain.\n\nThe long text follows.\n"
    )
    (folder / "CREDITS.md").write_text("Old hymn tunes,\ntyped in by hand.\n")
    assert len(names()) == len(IN_FOUR) + len(REBARRED) + len(IN_SIX) + 1
    return folder


def midi_bytes(*tracks: list[mido.Message | mido.MetaMessage]) -> bytes:
    """A file of these tracks, 480 ticks a quarter."""
    out = BytesIO()
    mido.MidiFile(ticks_per_beat=480, tracks=[mido.MidiTrack(track) for track in tracks]).save(file=out)
    return out.getvalue()
