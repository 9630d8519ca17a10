"""Every kind of odd file, built byte by byte: the notes that anybody would play, for playing and for training.

What is expected is written by hand, in beats.
"""

from __future__ import annotations

import pytest
from tests.music.smf import (
    END,
    body,
    chunk,
    file,
    head,
    meta,
    metre,
    off,
    on,
    riff,
    scale,
    tempo,
    track,
)

from descant_daemon.song import Song, heard, song_of
from descant_export.corpus.midi_piece import read_content
from descant_export.corpus.options import IngestOptions

Note = tuple[float, float, int, int, int]  # start and end in beats, key, velocity, channel
AS_IT_IS = IngestOptions(keep_ungridded=True, min_beats=0)
FOUR = scale(60, 62, 64, 65)
TUNE = body(*FOUR)
NAME = (0, meta(0x03, b"Tune"))


def line(*keys: int, at: float = 0.0, channel: int = 0) -> list[Note]:
    return [(at + beat, at + beat + 1, key, 90, channel) for beat, key in enumerate(keys)]


PLAIN = line(60, 62, 64, 65)
LATER = line(60, 62, 64, 65, at=1)
KINDS: dict[str, tuple[bytes, list[Note]]] = {
    "well formed": (file(track(*FOUR)), PLAIN),
    # time of what is not understood
    "an unknown meta event after a bar": (file(track((1920, meta(0x08, b"Organ")), *FOUR)), line(60, 62, 64, 65, at=4)),
    "a sequencer's own event after a beat": (file(track((480, meta(0x7F, b"\0\0\x41")), *FOUR)), LATER),
    "a meta event of no kind": (file(track((480, b"\xff\x99\x02\x80\x80"), *FOUR)), LATER),
    "a system exclusive event": (file(track((480, b"\xf0\x05\x7e\x7f\x09\x01\xf7"), *FOUR)), LATER),
    # malformed and not needed
    "a key signature of mode 255": (file(track((480, meta(0x59, b"\xfe\xff")), *FOUR)), LATER),
    "an empty key signature": (file(track((0, meta(0x59)), *FOUR)), PLAIN),
    "a tempo of two bytes": (file(track((0, meta(0x51, b"\x07\xa1")), *FOUR)), PLAIN),
    "a short SMPTE offset": (file(track((0, meta(0x54, b"\0\0\0\0")), *FOUR)), PLAIN),
    "a metre of two bytes": (file(track((0, meta(0x58, b"\4\2")), *FOUR)), PLAIN),
    "a metre in 2^255": (file(track((0, metre(4, 255)), *FOUR)), PLAIN),
    "no beat in a bar": (file(track((0, metre(0, 2)), *FOUR)), PLAIN),
    "a text that is no text": (file(track((0, meta(0x01, bytes(range(128, 256)))), *FOUR)), PLAIN),
    "a system exclusive event with high bytes": (file(track((0, b"\xf0\x03\x7e\x99\xf7"), *FOUR)), PLAIN),
    "values beyond 127": (file(track((0, b"\x90\x3c\xc8"), (480, b"\x80\x3c\xc8"))), [(0, 1, 60, 127, 0)]),
    # of a cable, not of a file
    "a clock in a note": (file(track((0, on(60)), (240, b"\xf8"), (240, off(60)))), line(60)),
    "active sensing": (file(track((240, b"\xfe"), (240, on(60)), (480, off(60)))), line(60, at=1)),
    "start, stop, continue": (file(track((0, b"\xfa"), (0, b"\xfc"), (0, b"\xfb"), *FOUR)), PLAIN),
    "a clock within a message": (file(track((0, b"\x90\x3c\xf8\x5a"), (480, off(60)))), line(60)),
    "system common with its bytes": (
        file(track((0, b"\xf2\x10\x20"), (480, b"\xf1\x33"), (0, b"\xf6"), *FOUR)), LATER,
    ),
    # order at one tick
    "a note of no length": (file(track((0, on(76)), (0, off(76)), *FOUR)), [(0, 1 / 480, 76, 90, 0), *PLAIN]),
    "struck again before it ends, at one tick": (
        file(track((0, on(60)), (480, on(60)), (0, off(60)), (480, off(60)))), line(60, 60),
    ),
    "ended, then struck again, at one tick": (file(track(*scale(60, 60))), line(60, 60)),
    "overlapping itself": (
        file(track((0, on(60)), (480, on(60)), (480, off(60)), (480, off(60)))),
        [(0, 2, 60, 90, 0), (1, 3, 60, 90, 0)],
    ),
    # running status
    "running status, note-ons of no velocity": (
        file(track((0, on(60)), (480, b"\x3c\x00"), (0, b"\x3e\x5a"), (480, b"\x3e\x00"))), line(60, 62),
    ),
    "running status after a text": (file(track((0, on(60)), (0, meta(0x05, b"la")), (480, b"\x3c\x00"))), line(60)),
    "values without a status": (file(track((0, b"\x3c"), (0, b"\x5a"), *FOUR)), PLAIN),
    # ends
    "never let go": (file(chunk(body((0, on(60)), (960, END), end=False))), [(0, 2, 60, 90, 0)]),
    "let go without having been struck": (file(track((0, off(60)), *FOUR)), PLAIN),
    "no End of Track": (file(chunk(body(*FOUR, end=False))), PLAIN),
    "notes after End of Track": (file(chunk(TUNE + body((0, on(90)), (480, off(90))))), PLAIN),
    # containers
    "RMID": (riff(file(track(*FOUR))), PLAIN),
    "RMID behind another chunk": (riff(file(track(*FOUR)), b"INFO\x03\0\0\0abc\0"), PLAIN),
    "bytes before the header": (bytes(128) + file(track(*FOUR)), PLAIN),
    "a header of eight bytes": (b"MThd\0\0\0\x08\0\1\0\1\x01\xe0\0\0" + chunk(TUNE), PLAIN),
    "a wrong length of the header": (b"MThd\0\0\0\x09\0\1\0\1\x01\xe0" + chunk(TUNE), PLAIN),
    "a chunk of somebody else": (head() + chunk(b"XG" * 9, b"XFIH") + chunk(TUNE) + chunk(b"x", b"XFKM"), PLAIN),
    "a track too long by three": (head() + chunk(TUNE, length=len(TUNE) + 3), PLAIN),
    "a track too long, and another": (
        head(2) + chunk(TUNE, length=len(TUNE) + 3) + track(*scale(48, channel=1)), [*PLAIN, (0, 1, 48, 90, 1)],
    ),
    "a track too short": (head() + chunk(TUNE, length=len(TUNE) - 6), PLAIN),
    "a track too short, and another": (
        head(2) + chunk(TUNE, length=7) + track(*scale(48, channel=1)), [*PLAIN, (0, 1, 48, 90, 1)],
    ),
    "more tracks than it says": (head(1) + track(NAME) + track(*FOUR), PLAIN),
    "fewer tracks than it says": (head(9) + track(*FOUR), PLAIN),
    "a line of text behind": (file(track(*FOUR)) + b"Downloaded from a page\r\n", PLAIN),
    "zeros behind": (file(track(*FOUR)) + bytes(6), PLAIN),
    "zeros behind, no End of Track": (file(chunk(body(*FOUR, end=False))) + bytes(6), PLAIN),
    "a byte between two tracks": (
        head(2) + track(*FOUR) + b"\0" + track(*scale(48, channel=1)), [*PLAIN, (0, 1, 48, 90, 1)],
    ),
    "film frames, 25 of 40 ticks, 120 BPM": (file(track(*scale(60, 62, beat=500)), division=0xE728), line(60, 62)),
    "film frames, 30 of 80 ticks, at 100 BPM": (
        file(track((0, tempo(600_000)), *scale(60, 62, beat=1440)), division=0xE250), line(60, 62),
    ),
    "film frames, and a tempo that changes": (
        file(track((0, on(60)), (500, tempo(1_000_000)), (0, off(60)), (0, on(62)), (1000, off(62))), division=0xE728),
        line(60, 62),
    ),
    "patterns one after another": (
        file(track((0, metre(3, 2)), *scale(60, 62)), track(*scale(64)), kind=2), [*line(60, 62), (3, 4, 64, 90, 0)],
    ),
    "a type that there is not": (file(track(*FOUR), kind=7), PLAIN),
    # tracks and channels
    "one key in two tracks": (
        file(track(*scale(60, 62)), track((240, on(60)), (480, off(60)))), [*line(60, 62), (0.5, 1.5, 60, 90, 0)],
    ),
    "one key on two channels": (
        file(track((0, on(60)), (240, on(60, 1)), (240, off(60)), (480, off(60, 1)))),
        [(0, 1, 60, 90, 0), (0.5, 2, 60, 90, 1)],
    ),
    "drums": (
        file(track(*FOUR), track((0, on(36, 9)), (480, off(36, 9)))), [*PLAIN, (0, 1, 36, 90, 9)],
    ),
    "far apart": (file(track((2**21, on(60)), (2**20, off(60))), division=2**14), [(128, 192, 60, 90, 0)]),
    "delta times of more bytes than are needed": (
        file(chunk(b"\x80\x80\x00" + on(60) + b"\x80\x83\x60" + off(60) + b"\0" + END)), line(60),
    ),
}  # fmt: skip


def notes(song: Song) -> list[Note]:
    beat = song.ticks_per_beat
    return [(n.start / beat, n.end / beat, n.key, n.velocity, n.channel) for n in song.notes]


def step(beats: float) -> int:
    return int(beats * 4 + 0.5)


@pytest.mark.parametrize(("content", "expected"), KINDS.values(), ids=KINDS.keys())
def test_the_notes_are_those_that_anybody_would_play(content: bytes, expected: list[Note]) -> None:
    assert sorted(notes(song_of("x.mid", content))) == sorted(expected)


@pytest.mark.parametrize(("content", "expected"), KINDS.values(), ids=KINDS.keys())
def test_training_has_the_notes_that_playing_has(content: bytes, expected: list[Note]) -> None:
    """A corpus is counted in sixteenths from its first note on, has no drums, and a key sounds once at a time."""
    report, piece = read_content("x.mid", content, AS_IT_IS)
    assert piece is not None, report
    pitched = [note for note in expected if note[4] != 9]
    first = min(step(note[0]) for note in pitched)
    found = {(int(note["on"]), int(note["key"])) for note in piece.notes}
    assert found == {(step(begin) - first, key) for begin, _, key, _, _ in pitched}
    last = {
        key: max(step(end) - first for _, end, each, _, _ in pitched if each == key)
        for _, _, key, _, _ in pitched
    }
    for key, end in last.items():
        assert max(int(note["off"]) for note in piece.notes if note["key"] == key) == max(end, 1)


@pytest.mark.parametrize("content", [content for content, _ in KINDS.values()], ids=KINDS.keys())
def test_what_a_cable_carries_strikes_and_ends_each_key_in_turn(content: bytes) -> None:
    song = song_of("x.mid", content)
    sounding: set[tuple[int, int]] = set()
    struck: list[tuple[int, int, int]] = []
    now = 0
    for tick, data in heard(song.tracks):
        assert tick >= now
        now = tick
        at = data[0] & 0x0F, data[1]
        if data[0] & 0xF0 == 0x90 and data[2]:
            assert at not in sounding
            sounding.add(at)
            struck.append((tick, *at))
        elif data[0] & 0xE0 == 0x80:
            sounding.remove(at)
    assert not sounding
    assert sorted(struck) == sorted((n.start, n.channel, n.key) for n in song.notes)


def test_tempi_and_metres() -> None:
    conductor = track(
        (0, metre(4, 2)), (0, metre(6, 3)), (0, tempo(0)), (1440, tempo(16_777_215)), (0, metre(3, 2)), (480, tempo(1)),
    )  # fmt: skip
    song = song_of("x.mid", file(conductor, track(*FOUR)))
    assert song.metres == ((0, 4, 4), (0, 6, 8), (1440, 3, 4)), "in their order"
    assert song.tempos == ((1440, 16_777_215), (1920, 1)), "a tempo of 0 is none"
    assert song.tempo_map.time_of(1440) == 1_500_000_000, "120 where nobody says"


def test_a_metre_that_is_none_is_told() -> None:
    song = song_of("x.mid", file(track((0, metre(4, 255)), (0, metre(0, 2)), *FOUR)))
    assert song.passed_over == ("the metre 4/2^255", "the metre 0/4")


NAMES = {
    "UTF-8": ("Flöte".encode(), "Flöte"),
    "Latin-1": ("Flöte".encode("latin-1"), "Flöte"),
    "UTF-16": ("Flöte".encode("utf-16"), "Flöte"),
    "a mark before UTF-8": (b"\xef\xbb\xbfFl\xc3\xb6te", "Flöte"),
    "NUL and blanks": (b"  Left hand \0\0", "Left hand"),
    "control characters": (b"Left\x1b[2J\nhand", "Left [2J hand"),
}


@pytest.mark.parametrize(("written", "read"), NAMES.values(), ids=NAMES.keys())
def test_names(written: bytes, read: str) -> None:
    song = song_of("x.mid", file(track((0, meta(0x03, written)), *FOUR)))
    assert song.track_names == (read,)
    assert (0, b"\xff\x03" + written) in song.tracks[0].events, "kept byte for byte"


def test_channels_are_chosen_in_a_file_of_type_0_with_several_tracks() -> None:
    content = file(track(*scale(60, 62)), track(*scale(48, 50, channel=1)), kind=0)
    options = IngestOptions(keep_ungridded=True, min_beats=0, tracks=("channel:2",))
    _, piece = read_content("x.mid", content, options)
    assert piece is not None
    assert piece.notes["key"].tolist() == [48, 50]


def test_too_much_is_a_sentence() -> None:
    report, piece = read_content("x.mid", file(chunk(b"\0\x90" + b"\x3c\x5a\0" * 1_000_001)), AS_IT_IS)
    assert piece is None
    assert report.reason == "has more than 1,000,000 events, which is no music"
