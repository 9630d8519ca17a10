"""Music from folders, archives and rolls; bars from time signatures; what is broken is named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from descant_daemon.midi_file import write_song
from descant_daemon.note_state import ARTICULATE, PIANO, PLAY
from descant_daemon.tempo_map import TempoMap
from descant_export.evaluate.music import LONGEST, read_midi, read_music
from descant_routing.errors import DescantError

SIXTEENTH = 120  # ticks


def write(
    path: Path, *notes: tuple[int, int, int], channel: int = 0, metre: tuple[int, int] = (4, 4)
) -> Path:
    """A file of notes (first tick, tick after the last, key)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    events = sorted(
        (tick, bytes((kind + channel, key, 64)))
        for on, off, key in notes
        for tick, kind in ((on, 0x90), (off, 0x80))
    )
    write_song(path, {"piano": events}, TempoMap(480, ()), metre)
    return path


SCALE = tuple((step * 4 * SIXTEENTH, (step + 1) * 4 * SIXTEENTH, 60 + step) for step in range(8))


def test_notes_go_to_the_nearest_sixteenth_and_last_at_least_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mid", (50, 170, 60), (60, 70, 62), (470, 1000, 64))
    piece = read_midi("a.mid", path.read_bytes())
    notes = [tuple(int(note[name]) for name in ("on", "off", "key")) for note in piece.notes]
    assert notes == [(0, 1, 60), (1, 2, 62), (4, 8, 64)]


def test_drums_are_no_notes(tmp_path: Path) -> None:
    with pytest.raises(DescantError, match=r"drums\.mid has nothing but drums"):
        read_midi("drums.mid", write(tmp_path / "drums.mid", *SCALE, channel=9).read_bytes())


def test_three_four_has_bars_of_twelve(tmp_path: Path) -> None:
    piece = read_midi("waltz", write(tmp_path / "waltz.mid", *SCALE, metre=(3, 4)).read_bytes())
    assert piece.step_in_bar[:14].tolist() == [*range(12), 0, 1]


@pytest.mark.parametrize("zipped", [False, True])
def test_a_folder_is_read_in_order_and_what_is_broken_is_named(tmp_path: Path, zipped: bool) -> None:
    folder = tmp_path / "songs"
    for name in ("b/two.mid", "a/one.MID", "c.mid"):
        write(folder / name, *SCALE)
    (folder / "broken.mid").write_bytes(b"MThd, but no more of it than that")
    (folder / "cut.mid").write_bytes((folder / "c.mid").read_bytes()[:60])
    (folder / "words.txt").write_text("la")
    source = str(folder)
    if zipped:
        source = f"{folder}.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in sorted(folder.rglob("*.*")):
                archive.write(path, path.relative_to(folder))
    told: list[str] = []
    assert [piece.name for piece in read_music(source, told.append)] == ["a/one.MID", "b/two.mid", "c.mid"]
    assert [sentence.split()[:3] for sentence in told] == [
        ["left", "out", "broken.mid"],
        ["left", "out", "cut.mid"],
    ]


def test_a_pattern_chooses_in_an_archive(tmp_path: Path) -> None:
    content = write(tmp_path / "x.mid", *SCALE).read_bytes()
    with zipfile.ZipFile(tmp_path / "songs.zip", "w") as archive:
        for name in ("all/x.mid", "all/melody/x.mid"):
            archive.writestr(name, content)
    pieces = read_music(f"{tmp_path}/songs.zip:all/*.mid", print)
    assert [piece.name for piece in pieces] == ["all/x.mid"]


def test_a_side_is_one_of_three_that_make_the_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(12):
        keys = rng.integers(40, 90, 40)
        notes = [(at * 480, at * 480 + 480, int(key)) for at, key in enumerate(keys)]
        write(tmp_path / f"{number:02}.mid", *notes)
    sides = [
        {piece.name for piece in read_music(f"{tmp_path}:{side}", print)}
        for side in ("train", "valid", "test")
    ]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 12


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("nowhere", "is not music to read"),
        ("music21:beethoven", "no corpus"),
        ("empty", "no music in"),
        ("note.txt", "is not music"),
        ("torn.zip", "not a zip file"),
        ("torn.mat", "not a MATLAB file"),
    ],
)
def test_what_is_no_music_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for name in ("note.txt", "torn.zip", "torn.mat"):
        (tmp_path / name).write_text("la la la")
    with pytest.raises(DescantError, match=sentence):
        read_music(source, print)


def test_a_file_that_claims_years_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "long.mid", (0, 100, 60), (2**27, 2**27 + 100, 60))
    with pytest.raises(DescantError, match=rf"long\.mid lasts .* beats, and {LONGEST:,} is the most"):
        read_midi("long.mid", path.read_bytes())


def test_bytes_changed_anywhere_end_in_a_piece_or_in_a_sentence(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mid", *SCALE).read_bytes()
    rng = np.random.default_rng(0)
    for number in range(400):
        content = bytearray(whole)
        for at in rng.integers(0, len(whole), 3):
            content[at] = int(rng.integers(256))
        (tmp_path / f"{number}.mid").write_bytes(content)
    told: list[str] = []
    pieces = read_music(str(tmp_path), told.append)
    assert len(pieces) + len(told) == 401
    assert all(sentence.startswith("left out ") and "\n" not in sentence for sentence in told)
    for piece in pieces:
        state = piece.state(range(piece.voices), PIANO)
        assert (state[..., ARTICULATE] <= state[..., PLAY]).all()
