"""``descant render`` of files as they are in the wild: what OUT.mid holds, note by note and word by word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import pytest
from tests.music.smf import body, chunk, file, head, meta, metre, off, on, scale, tempo, track

from descant_routing.errors import DescantError

Run = Callable[..., str]
TUNE = scale(72, 74, 76, 77, 79, 77, 76, 74)
QUICK = ("--seed", "3", "--set", "drafts=1")


def render(descant: Run, tmp_path: Path, content: bytes, *options: str) -> mido.MidiFile:
    (tmp_path / "in.mid").write_bytes(content)
    descant("render", "bach-chorale", "in.mid", "-o", "out.mid", *QUICK, *options)
    return mido.MidiFile(tmp_path / "out.mid", charset="latin-1")


def events(file: mido.MidiFile, track: int) -> list[tuple[int, str, tuple[Any, ...]]]:
    """(tick, type, values) of a track."""
    found, now = [], 0
    for message in file.tracks[track]:
        now += message.time
        values = message.dict()
        found.append(
            (now, message.type, tuple(values[name] for name in values if name not in ("type", "time")))
        )
    return found


def ours(file: mido.MidiFile) -> list[tuple[int, str, tuple[Any, ...]]]:
    (found,) = (at for at, each in enumerate(file.tracks) if each.name == "Descant")
    return [event for event in events(file, found) if event[1].startswith("note")]


def nothing_hangs(file: mido.MidiFile) -> None:
    for each in file.tracks:
        sounding: dict[tuple[int, int], int] = {}
        for message in each:
            if message.type in ("note_on", "note_off"):
                at, begins = (message.channel, message.note), message.type == "note_on" and message.velocity
                sounding[at] = sounding.get(at, 0) + (1 if begins else -1)
        assert not any(sounding.values()), each.name


ENDS = {
    "on the last bar line": file(track(*TUNE)),
    "beyond it": file(track(*TUNE, (0, on(60)), (4800, off(60)))),
    "never": file(chunk(body(*TUNE, *((0, on(key)) for key in range(60, 76))))),
}


@pytest.mark.parametrize("content", ENDS.values(), ids=ENDS.keys())
@pytest.mark.parametrize("bars", [(), ("--bars", "1")])
def test_every_note_ends(descant: Run, tmp_path: Path, content: bytes, bars: tuple[str, ...]) -> None:
    nothing_hangs(render(descant, tmp_path, content, *bars))


def test_bars_are_where_the_file_has_them(descant: Run, tmp_path: Path) -> None:
    """Two of four, two of three, an unusable metre in between; accents show where the effect has its bar lines."""
    told = track((0, metre(4, 2)), (3840, metre(4, 5)), (0, metre(3, 2)))
    accents = (
        "--mode",
        "free",
        "--set",
        "accent=1",
        "--set",
        "velocity_source=player",
        "--set",
        "articulation=gate",
    )
    out = render(descant, tmp_path, file(told, track(*TUNE, *scale(72, 74, 76, 77, 79, 81))), *accents)
    metres = [(tick, values[:2]) for tick, kind, values in events(out, 0) if kind == "time_signature"]
    assert metres == [(0, (4, 4)), (3840, (3, 4))]
    loudest = max(values[1] for _, kind, values in ours(out) if kind == "note_on")
    lines = {tick for tick, kind, values in ours(out) if kind == "note_on" and values[1] == loudest}
    assert lines <= {0, 1920, 3840, 5280}
    assert 5280 in lines or 3840 in lines
    assert "4 bars" in descant("render", "bach-chorale", "in.mid", "-o", "out.mid", *QUICK)


METRES = {
    "the last at one tick": (((0, 4, 2), (0, 6, 3)), [(0, (6, 8))]),
    "the last that can be used": (((0, 6, 3), (0, 4, 5)), [(0, (6, 8))]),
    "said late": (((1920, 3, 2),), [(0, (4, 4)), (1920, (3, 4))]),
    "said at tick 1": (((1, 3, 2),), [(0, (3, 4))]),
    "an upbeat": (((0, 1, 2), (480, 4, 2)), [(0, (1, 4)), (480, (4, 4))]),
}


@pytest.mark.parametrize(("told", "kept"), METRES.values(), ids=METRES.keys())
def test_metres(
    told: tuple[tuple[int, int, int], ...],
    kept: list[tuple[int, tuple[int, int]]],
    descant: Run,
    tmp_path: Path,
) -> None:
    pieces = [(delta, metre(beats, halvings)) for delta, beats, halvings in told]
    out = render(descant, tmp_path, file(track(*pieces), track(*TUNE)))
    assert [(tick, values[:2]) for tick, kind, values in events(out, 0) if kind == "time_signature"] == kept


def test_what_cannot_be_counted_is_told(descant: Run, tmp_path: Path) -> None:
    (tmp_path / "in.mid").write_bytes(file(track((0, metre(4, 5)), (480, metre(35, 3)), *TUNE)))
    said = descant("render", "bach-chorale", "in.mid", "-o", "out.mid", *QUICK)
    assert "in.mid: passed over the metre 4/32 and the metre 35/8." in said


def test_drums_pass_and_are_not_answered(descant: Run, tmp_path: Path) -> None:
    drums = track(*((delta, data) for _ in range(8) for delta, data in ((0, on(36, 9)), (480, off(36, 9)))))
    alone = ours(render(descant, tmp_path, file(track(*TUNE))))
    both = render(descant, tmp_path, file(track(*TUNE), drums))
    assert ours(both) == alone
    assert sum(kind == "note_on" for _, kind, _ in events(both, 2)) == 8, "they are in the file"
    assert ours(render(descant, tmp_path, file(track(*TUNE), drums), "--drums")) != alone


@pytest.mark.parametrize("microseconds", [16_777_215, 3_000_001, 100_000, 1])
def test_tempi_beyond_any_clock_change_no_note(descant: Run, tmp_path: Path, microseconds: int) -> None:
    usual = render(descant, tmp_path, file(track((0, tempo(500_000)), *TUNE)))
    out = render(descant, tmp_path, file(track((0, tempo(microseconds)), *TUNE)))
    assert ours(out) == ours(usual)
    assert [message.tempo for message in out.tracks[0] if message.type == "set_tempo"] == [microseconds]


def test_a_file_without_a_tempo_has_120(descant: Run, tmp_path: Path) -> None:
    out = render(descant, tmp_path, file(track(*TUNE)))
    assert [message.tempo for message in out.tracks[0] if message.type == "set_tempo"] == [500_000]


def test_words_stay_where_they_were(descant: Run, tmp_path: Path) -> None:
    title, lyric, key = (0, meta(0x03, b"Kyrie \xe9")), meta(0x05, b"lei\xe4"), (0, meta(0x59, b"\x02\x00"))
    sung = track((0, meta(0x03, b"Sopr\xe4n")), key, (0, b"\xc0\x34"), *TUNE[:4], (0, lyric), *TUNE[4:])
    conductor = track(title, (0, meta(0x02, b"Anon.")), (960, meta(0x06, b"B")))
    out = (render(descant, tmp_path, file(conductor, sung)), (tmp_path / "out.mid").read_bytes())
    words = [(tick, kind, values) for tick, kind, values in events(out[0], 0) if kind != "time_signature"]
    assert (0, "track_name", ("Kyrie é",)) in words
    assert (0, "copyright", ("Anon.",)) in words
    assert (960, "marker", ("B",)) in words
    assert [kind for _, kind, _ in words].count("track_name") == 1
    assert any(kind == "text" and "Descant" in str(values) for _, kind, values in words), "credits"
    kept = events(out[0], 1)
    assert (960, "lyrics", ("leiä",)) in kept
    assert [kind for _, kind, _ in kept[:3]] == ["track_name", "key_signature", "program_change"]
    assert b"\xff\x03\x06Sopr\xe4n" in out[1], "byte for byte"


NOTHING = {
    "no notes": (file(track()), "in.mid has no notes"),
    "drums alone": (file(track((0, on(36, 9)), (480, off(36, 9)))), "--drums"),
    "too long": (
        file(track((0, metre(32, 0)), (0, on(60)), (2**28 - 1, off(60)))),
        "see --bars",
    ),
    "torn": (head() + chunk(body(*TUNE))[:-9], "is torn: track 1"),
}


@pytest.mark.parametrize(("content", "words"), NOTHING.values(), ids=NOTHING.keys())
def test_nothing_to_answer_is_a_sentence(content: bytes, words: str, descant: Run, tmp_path: Path) -> None:
    (tmp_path / "in.mid").write_bytes(content)
    with pytest.raises(DescantError, match=words):
        descant("render", "bach-chorale", "in.mid", "-o", "out.mid")
    assert not (tmp_path / "out.mid").exists()


def test_tracks_find_their_inputs_by_name_and_others_are_told_of(descant: Run, tmp_path: Path) -> None:
    rig = tmp_path / "rig.yaml"
    rig.write_text(
        "inputs: {left_hand: , right: }\n"
        "instances:\n  a: {preset: bach-chorale, input: left_hand}\n"
        "  b: {preset: bach-chorale, input: right, parameters: {channel: 3}}\n"
    )
    named = [
        track((0, meta(0x03, name)), *scale(72, 74)) for name in (b"LEFT  HAND \0", b" Right\0\0", b"Bass")
    ]
    (tmp_path / "in.mid").write_bytes(file(*named))
    said = descant("render", "--rig", str(rig), "in.mid", "-o", "out.mid")
    assert "'Bass' goes to no input of the rig" in said
    assert "Right" not in said
    out = mido.MidiFile(tmp_path / "out.mid")
    channels = {message.channel for each in out.tracks for message in each if message.type == "note_on"}
    assert {1, 2} <= channels, "both hands were answered"
