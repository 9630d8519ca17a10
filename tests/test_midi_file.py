"""MIDI files written out by hand, byte by byte, and what they must be read as."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import mido
import pytest

from descant_daemon.midi_file import read_song, write_song
from descant_daemon.note_state import PIANO, PitchRange, StateNote, notes_of
from descant_daemon.song import PPQ
from descant_daemon.tempo_map import TempoMap
from descant_routing.errors import DescantError


def track(body: str) -> bytes:
    data = bytes.fromhex(body) + bytes.fromhex("00 ff 2f 00")
    return b"MTrk" + len(data).to_bytes(4, "big") + data


def file(kind: int, beat: int, *tracks: str) -> bytes:
    head = b"MThd" + bytes([0, 0, 0, 6, 0, kind, 0, len(tracks)]) + beat.to_bytes(2, "big")
    return head + b"".join(track(body) for body in tracks)


ON_60, OFF_60 = "90 3c 50", "80 3c 40"
FILES = {
    # name: (file, notes as (key, step, length))
    "type 0": (file(0, 4, f"00 {ON_60} 04 {OFF_60}"), [(60, 0, 4)]),
    "type 1, two tracks": (file(1, 4, f"00 {ON_60} 04 {OFF_60}", "02 91 40 50 02 81 40 40"), [(60, 0, 4), (64, 2, 2)]),
    "velocity 0 is a note-off": (file(0, 4, f"00 {ON_60} 03 90 3c 00"), [(60, 0, 3)]),
    "running status": (file(0, 4, "00 90 3c 50 02 3c 00 00 3e 50 02 3e 00"), [(60, 0, 2), (62, 2, 2)]),
    "repeated, off and on at one tick": (
        file(0, 4, f"00 {ON_60} 02 {OFF_60} 00 {ON_60} 02 {OFF_60}"), [(60, 0, 2), (60, 2, 2)],
    ),
    "overlapping itself": (
        file(0, 4, f"00 {ON_60} 02 {ON_60} 02 {OFF_60} 02 {OFF_60}"), [(60, 0, 2), (60, 2, 4)],
    ),
    "never let go": (file(0, 4, f"00 {ON_60} 06 b0 07 64"), [(60, 0, 6)]),
    "a little early, a little late": (file(0, 40, f"09 {ON_60} 22 {OFF_60}"), [(60, 1, 3)]),
    "shorter than a step": (file(0, 40, f"00 {ON_60} 01 {OFF_60}"), [(60, 0, 1)]),
    "triplets fall to the nearest step": (
        file(0, 12, f"00 {ON_60} 04 {OFF_60} 00 90 3e 50 04 80 3e 40 00 90 40 50 04 80 40 40"),
        [(60, 0, 1), (62, 1, 2), (64, 3, 1)],
    ),
    "drums are not notes": (file(0, 4, f"00 {ON_60} 00 99 24 50 04 {OFF_60} 00 89 24 40"), [(60, 0, 4)]),
    "a pick-up stays where it is": (file(0, 4, f"0c {ON_60} 04 {OFF_60}"), [(60, 12, 4)]),
    "a tempo change moves no step": (
        file(1, 4, "00 ff 51 03 07 a1 20 04 ff 51 03 03 d0 90", f"08 {ON_60} 04 {OFF_60}"), [(60, 8, 4)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), FILES.values(), ids=FILES.keys())
def test_read(data: bytes, expected: list[tuple[int, int, int]], tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(data)
    states, outside = read_song(path).states(PIANO, 4)
    assert outside == 0
    found = sorted(notes_of(states, PIANO), key=lambda note: (note.step, note.key))
    assert found == [StateNote(*note) for note in sorted(expected, key=lambda note: (note[1], note[0]))]


def test_notes_beyond_the_range_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(file(0, 4, f"00 {ON_60} 00 90 14 50 04 {OFF_60} 00 80 14 40 00 90 6d 50 04 80 6d 40"))
    states, outside = read_song(path).states(PitchRange(21, 108), 4)
    assert outside == 2
    assert states.sum() == 5, "four steps of play, one strike"


@pytest.mark.parametrize(("numerator", "power", "metre"), [(3, 2, (3, 4)), (6, 3, (6, 8)), (12, 3, (12, 8))])
def test_metres(numerator: int, power: int, metre: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(file(0, 4, f"00 ff 58 04 {numerator:02x} {power:02x} 18 08 00 {ON_60} 04 {OFF_60}"))
    assert [at[1:] for at in read_song(path).metres] == [metre]


def test_tempo_map_against_exact_fractions() -> None:
    tempos = [(0, 500_000), (96, 333_333), (100, 1_000_001), (1000, 250_000)]
    tempo_map = TempoMap(96, tempos)
    for tick in (0, 1, 95, 96, 97, 100, 500, 1000, 5000):
        exact = Fraction(0)
        for (start, tempo), end in zip(tempos, [*(at for at, _ in tempos[1:]), 10**9], strict=True):
            exact += Fraction(max(0, min(tick, end) - start) * tempo * 1000, 96)
        assert abs(tempo_map.time_of(tick) - exact) <= 3
        assert round(tempo_map.tick_at(tempo_map.time_of(tick))) == tick


def test_what_is_written_another_library_reads(tmp_path: Path) -> None:
    path = tmp_path / "b.mid"
    played = [
        (0, bytes([0x91, 60, 80])),
        (240, bytes([0x81, 60, 64])),
        (240, bytes([0x91, 60, 70])),
        (480, bytes([0x81, 60, 64])),
    ]
    write_song(path, {"Descant": played}, TempoMap(PPQ, [(0, 600_000), (480, 400_000)]), (3, 4))
    read = mido.MidiFile(path)
    assert read.type == 1
    assert [m.tempo for m in read.tracks[0] if m.type == "set_tempo"] == [600_000, 400_000]
    assert [(m.numerator, m.denominator) for m in read.tracks[0] if m.type == "time_signature"] == [(3, 4)]
    assert read.tracks[1].name == "Descant"
    assert [(m.type, m.time) for m in read.tracks[1] if not m.is_meta] == [
        ("note_on", 0), ("note_off", 240), ("note_on", 0), ("note_off", 240),
    ]  # fmt: skip


TORN = file(1, 4, f"00 {ON_60} 04 {OFF_60}", "00 ff 03 05 48 65 6c 6c 6f 02 91 40 50 02 81 40 40")
BAD = {
    "empty": (b"", "is empty"),
    "text": (b"hello, this is not music", "is not a MIDI file"),
    "header alone": (b"MThd", "is torn"),
    "no track": (file(0, 4), "has no track"),
    "no such frames": (file(0, 0xEE28, f"00 {ON_60} 04 {OFF_60}"), "18 film frames of 40 ticks"),
    "no beat at all": (file(0, 0, f"00 {ON_60} 04 {OFF_60}"), "a beat has no ticks"),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD.keys())
def test_bad_files(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.mid"
    path.write_bytes(data)
    with pytest.raises(DescantError, match=words) as error:
        read_song(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_torn_at_every_byte_is_a_sentence_or_a_song(tmp_path: Path) -> None:
    path = tmp_path / "torn.mid"
    for length in range(len(TORN)):
        path.write_bytes(TORN[:length])
        try:
            read_song(path)
        except DescantError as error:
            assert "torn.mid" in str(error)  # noqa: PT017 - either outcome is right; no other error is


def test_a_file_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.mid"
    with path.open("wb") as handle:
        handle.write(b"MThd")
        handle.truncate(100 * 2**20)
    with pytest.raises(DescantError, match=r"huge\.mid has 100 MB"):
        read_song(path)


def test_nothing_half_written(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "x.mid"
    with pytest.raises(DescantError, match="cannot be written"):
        write_song(missing, {}, TempoMap(PPQ, []))
    kept = tmp_path / "kept.mid"
    kept.write_bytes(b"before")
    with pytest.raises(ValueError, match="status"):
        write_song(kept, {"bad": [(0, bytes([0x40]))]}, TempoMap(PPQ, []))
    assert kept.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [kept]
