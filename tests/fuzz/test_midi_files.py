"""Mutated MIDI files: a song or a sentence, in bounded time and memory, and never anything else.

``DESCANT_FUZZ``: how many files; ``DESCANT_SEED``: which.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable
from itertools import pairwise

from tests.music.smf import body, chunk, file, head, meta, metre, number, off, on, riff, scale, tempo, track

from descant_daemon.cli.render_output import head_words, player_tracks
from descant_daemon.midi_file import song_bytes
from descant_daemon.offline.host import in_reach
from descant_daemon.offline.score import Score, score_of
from descant_daemon.settings.metre import FOUR_FOUR
from descant_daemon.song import Song, heard, song_of
from descant_export.corpus.facts import KINDS
from descant_export.corpus.midi_piece import read_content
from descant_export.corpus.options import IngestOptions
from descant_routing.errors import DescantError

FILES = int(os.environ.get("DESCANT_FUZZ", "300"))
SEED = int(os.environ.get("DESCANT_SEED", "1"))
MOST_CPU = 5.0  # seconds a file
MOST_MEMORY = 600 * 2**10  # KiB by which the process may grow: a million events, and their notes

WORDS = [(0, meta(kind, bytes(range(60, 60 + 3 * kind)))) for kind in range(1, 10)]
SYSTEM = [
    (0, b"\xf0\x05\x7e\x7f\x09\x01\xf7"),
    (5, b"\xf7\x02\xf3\x01"),
    (0, meta(0x59, b"\2\0")),
    (0, meta(0x7F, b"x")),
]
CONDUCTOR = track((0, tempo(400_000)), (0, metre(3, 2)), *WORDS, (960, metre(4, 2)), (480, tempo(900_000)))
SEEDS = [
    file(track(*scale(60, 62, 64, 65, 67))),
    file(CONDUCTOR, track(*SYSTEM, *scale(72, 74, 76)), track((0, b"\xc1\x05"), *scale(48, 43, channel=1))),
    file(CONDUCTOR, track((0, on(36, 9)), (96, off(36, 9)), (0, b"\xb0\x40\x7f"), (0, b"\xe0\0\x40"), *scale(60))),
    file(track(*scale(60, 62, beat=25)), division=0xE728),
    file(track(*scale(60)), track((0, metre(6, 3)), *scale(64)), kind=2, division=96),
    riff(file(track(*scale(60, 62, 64)))),
    head() + chunk(b"XG" * 8, b"XFIH") + chunk(body(*scale(60, 62), end=False)),
    file(chunk(body((0, on(60))) [:-4] + b"\1\x3c\0\1\x3c\x5a" * 200)),
]  # fmt: skip
HOSTILE = [0, 1, 0x2F, 0x51, 0x58, 0x7F, 0x80, 0x90, 0xF0, 0xF7, 0xF8, 0xFF]


def flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 6)):
        data[dice.randrange(len(data))] = dice.choice([*HOSTILE, dice.randrange(256)])


def cut(data: bytearray, dice: random.Random) -> None:
    begin = dice.randrange(len(data))
    del data[begin : begin + dice.choice([1, 2, 3, 8, len(data)])]


def double(data: bytearray, dice: random.Random) -> None:
    begin = dice.randrange(len(data))
    data[begin:begin] = data[begin : begin + dice.randint(1, 40)] * dice.choice([1, 2, 50])


def insert(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    data[at:at] = dice.choice(
        [
            number(2**28 - 1),
            b"\xff\xff\xff\xff",
            meta(dice.randrange(256), dice.randbytes(dice.randint(0, 9))),
            bytes([dice.choice(HOSTILE)]),
            b"MTrk\0\0\0\x09",
            b"\x00\xff\x2f\x00",
            metre(dice.randrange(256), dice.randrange(256)),
            tempo(dice.choice([0, 1, 2**24 - 1])),
        ]
    )


def splice(data: bytearray, dice: random.Random) -> None:
    other = dice.choice(SEEDS)
    data[dice.randrange(len(data)) :] = other[dice.randrange(len(other)) :]


MUTATIONS: list[Callable[[bytearray, random.Random], None]] = [flip, cut, double, insert, splice]


def mutated(index: int) -> bytes:
    dice = random.Random(f"{SEED}/{index}")
    data = bytearray(dice.choice(SEEDS))
    for _ in range(dice.randint(1, 4)):
        dice.choice(MUTATIONS)(data, dice)
        if not data:
            break
    return bytes(data)


def prepared(song: Song) -> None:
    """All that ``render`` does but to play; what it would write is a file again, in which every note ends."""
    score: Score = score_of(song, song.tempo_map, FOUR_FOUR, {4}, bars=None)
    tracks = player_tracks(song, score.length)
    content = song_bytes(tracks, score.tempo_map, score.metres, head_words(song, [], score.length))
    back = song_of("back.mid", content)
    assert len(back.tempos) == len(score.tempo_map.tempos)
    assert len(back.notes) == sum(note.start < score.length for note in song.notes)
    played = heard(song.tracks)
    assert all(one[0] <= other[0] for one, other in pairwise(played))
    reach = in_reach(score.tempo_map)
    assert reach.time_of(score.length) >= 0


def read_both_ways(content: bytes) -> str:
    """What became of it: the kind of a corpus' report."""
    try:
        prepared(song_of("x.mid", content))
    except DescantError as error:
        said = str(error)
        assert said
        assert "\n" not in said
    for tracks in ((), ("channel:1-3",)):
        report, piece = read_content("x.mid", content, IngestOptions(min_beats=0, tracks=tracks))
        assert report.kind in KINDS
        assert (piece is None) == bool(report.reason)
        assert "\n" not in report.reason
    return report.kind


def test_a_song_or_a_sentence() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest, kinds = 0.0, dict.fromkeys(KINDS, 0)
    for index in range(FILES):
        begun = time.process_time()
        kinds[read_both_ways(mutated(index))] += 1
        slowest = max(slowest, time.process_time() - begun)
        assert slowest < MOST_CPU, f"file {index} of seed {SEED}"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < MOST_MEMORY
    assert kinds["kept"] > FILES // 10, "most seeds survive a few flips"
    print(f"{FILES} files, {kinds}, slowest {slowest:.2f} s, grown by {grown / 2**10:.0f} MiB")


def test_a_megabyte_of_running_status() -> None:
    """349,525 notes in the smallest space: the dearest file of its size."""
    content = file(chunk(b"\0\x90\x3c\x5a" + b"\1\x3e\x5a" * (2**20 // 3)))
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    song = song_of("x.mid", content)
    assert len(song.notes) == 2**20 // 3 + 1
    assert len(heard(song.tracks)) == 2 * len(song.notes)
    assert time.process_time() - begun < MOST_CPU
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY
