"""One file at a time: bytes in, a piece or a sentence out."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.export.corpus.conftest import chunk, head, midi_bytes

from descant_export.corpus.facts import KEPT, Reading
from descant_export.corpus.midi_piece import read_midi
from descant_export.corpus.options import IngestOptions
from descant_routing.errors import UsageError

BEAT = 480


def read(content: bytes, tmp_path: Path, **choices: object) -> Reading:
    (tmp_path / "x.mid").write_bytes(content)
    return read_midi(tmp_path, IngestOptions.from_dict({"min_beats": 1, **choices}), "x.mid")


def line(
    *notes: tuple[float, float, int],
    channel: int = 0,
    program: int | None = None,
    name: str = "",
    velocity: int = 80,
) -> list[mido.Message | mido.MetaMessage]:
    """A track of (beat, beats, key)."""
    events = sorted(
        (round(at * BEAT), kind, key)
        for begin, length, key in notes
        for at, kind in ((begin, 1), (begin + length, 0))
    )
    track: list[mido.Message | mido.MetaMessage] = [mido.MetaMessage("track_name", name=name)]
    if program is not None:
        track.append(mido.Message("program_change", channel=channel, program=program))
    now = 0
    for tick, kind, key in events:
        track.append(
            mido.Message("note_on", channel=channel, note=key, velocity=velocity * kind, time=tick - now)
        )
        now = tick
    return track


def signs(*metres: tuple[float, int, int]) -> list[mido.Message | mido.MetaMessage]:
    track: list[mido.Message | mido.MetaMessage] = []
    now = 0
    for beat, numerator, denominator in metres:
        tick = round(beat * BEAT)
        track.append(
            mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator, time=tick - now)
        )
        now = tick
    return track


SCALE = [(float(beat), 1.0, 60 + beat) for beat in range(12)]


@pytest.mark.parametrize(
    ("metres", "first_beats"),
    [
        ([], [0, 1, 2, 3, 0, 1]),
        ([(0, 3, 4)], [0, 1, 2, 0, 1, 2]),
        ([(0, 1, 4), (1, 4, 4)], [3, 0, 1, 2, 3, 0]),  # a bar of one beat is a pick-up
        ([(0, 4, 4), (1, 4, 4)], [3, 0, 1, 2, 3, 0]),  # and so is a first bar cut short
        ([(0, 4, 4), (4, 3, 4)], [0, 1, 2, 3, 0, 1, 2, 0]),
        ([(0, 4, 4), (6, 3, 4)], [0, 1, 2, 3, 0, 1, 0, 1, 2, 0]),  # a change of metre begins a bar
        ([(4, 3, 4)], [0, 1, 2, 3, 0, 1, 2, 0]),  # until it is said, common time
        ([(1 / 480, 3, 4)], [0, 1, 2, 0, 1, 2]),  # abc2midi begins at tick 1
        ([(0, 2, 2)], [0, 1, 2, 3, 0, 1]),
    ],
)
def test_each_beat_knows_its_place(
    metres: list[tuple[float, int, int]], first_beats: list[int], tmp_path: Path
) -> None:
    piece = read(midi_bytes(signs(*metres), line(*SCALE)), tmp_path).piece
    assert piece is not None
    assert (piece.step_in_bar[::4] / 4).tolist()[: len(first_beats)] == first_beats


def test_a_piece_that_begins_with_silence_begins_with_its_first_note(tmp_path: Path) -> None:
    late = [(beat + 7, length, key) for beat, length, key in SCALE]
    reading = read(midi_bytes(line(*late)), tmp_path)
    assert reading.piece is not None
    assert reading.report.facts is not None
    assert reading.piece.step_in_bar[:5].tolist() == [12, 13, 14, 15, 0]
    assert int(reading.piece.notes["on"][0]) == 0
    assert reading.report.facts.pick_up == 4


def test_triplets_are_told_and_kept_by_twelve_steps_a_beat(tmp_path: Path) -> None:
    triplets = [(index / 3, 1 / 3, 60 + index % 5) for index in range(24)]
    reading = read(midi_bytes(line(*triplets)), tmp_path, steps_per_beat=12)
    assert reading.piece is not None
    assert reading.report.facts is not None
    assert reading.piece.notes["on"].tolist() == list(range(0, 96, 4))
    assert reading.report.facts.on_sixteenths == pytest.approx(1 / 3)
    assert reading.report.facts.on_twelfths == 1


def test_one_track_of_chords_has_its_skyline_on_top(tmp_path: Path) -> None:
    chords = [(0, 4, 48), (0, 1, 72), (1, 1, 71), (2, 2, 74), (3, 1, 67), (4, 1, 60), (5, 1, 64), (5, 1, 52)]
    piece = read(midi_bytes(line(*chords)), tmp_path).piece
    assert piece is not None
    voices = [piece.notes["key"][piece.notes["voice"] == voice].tolist() for voice in range(piece.voices)]
    assert voices == [[72, 71, 74, 60, 64], [48, 67, 52]]


def test_tracks_are_voices_from_the_top_and_drums_are_none(tmp_path: Path) -> None:
    low, high = line(*SCALE, name="Cello"), line(*((b, n, k + 20) for b, n, k in SCALE), name="Flute")
    kit = line(*SCALE, name="Drum kit", channel=3)
    beat = line(*SCALE, channel=9)
    reading = read(midi_bytes(low, kit, high, beat), tmp_path)
    assert reading.piece is not None
    assert reading.report.facts is not None
    assert reading.piece.voices == 2
    top = reading.piece.notes["key"][reading.piece.notes["voice"] == 0]
    assert top.min() == 80
    assert reading.report.facts.drums == 24


@pytest.mark.parametrize(
    ("pattern", "lowest"),
    [("name:flu*", 80), ("Cello", 60), ("program:74", 80), ("program:41-43", 60), ("channel:2", 80)],
)
def test_tracks_are_chosen_by_name_program_and_channel(pattern: str, lowest: int, tmp_path: Path) -> None:
    cello = line(*SCALE, name="Cello", program=42, channel=0)
    flute = line(*((b, n, k + 20) for b, n, k in SCALE), name="Flute", program=73, channel=1)
    piece = read(midi_bytes(cello, flute), tmp_path, tracks=[pattern]).piece
    assert piece is not None
    assert piece.keys[0] == lowest
    assert piece.voices == 1


def test_no_track_as_asked_for_says_what_there_is(tmp_path: Path) -> None:
    reading = read(midi_bytes(line(*SCALE, name="Cello")), tmp_path, tracks=["name:oboe"])
    assert (reading.report.kind, reading.report.reason) == (
        "tracks",
        "has no track that was asked for; it has Cello",
    )


@pytest.mark.parametrize(
    "pattern", ["", "name:", "program:0", "program:9-3", "channel:17", "colour:red", "program:x"]
)
def test_a_pattern_that_chooses_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="chooses no track"):
        IngestOptions(tracks=(pattern,))


def test_velocities_count_only_where_they_differ(tmp_path: Path) -> None:
    flat = read(midi_bytes(line(*SCALE), line(*SCALE, velocity=40)), tmp_path).piece
    loud, soft = line(*SCALE[:6]), line(*((b + 6, n, k) for b, n, k in SCALE[:6]), velocity=40)
    shaped = read(midi_bytes(loud + soft[1:2] + soft[2:]), tmp_path).piece
    assert flat is not None
    assert shaped is not None
    assert set(flat.notes["velocity"].tolist()) == {0}
    assert set(shaped.notes["velocity"].tolist()) == {40, 80}


def test_an_absurd_length_takes_no_memory(tmp_path: Path) -> None:
    far = b"\xff\xff\xff\x7f\x90\x3c\x40\x10\x80\x3c\x40" * 3
    reading = read(head() + chunk(far), tmp_path)
    assert (reading.report.kind, reading.piece) == ("length", None)
    overflown = read(head(division=1) + chunk(far * 10), tmp_path)
    assert (overflown.report.kind, overflown.piece) == ("length", None)


def test_metres_and_tempos_that_make_no_sense_are_passed_over(tmp_path: Path) -> None:
    nonsense = (
        b"\x00\xff\x58\x04\x00\x02\x18\x08"
        + b"\x00\xff\x58\x04\x04\xff\x18\x08"
        + b"\x00\xff\x51\x03\x00\x00\x00"
    )
    notes = b"".join(b"\x00\x90%c\x40\x83\x60\x80%c\x40" % (key, key) for key in range(60, 72))
    reading = read(head() + chunk(nonsense + notes), tmp_path)
    assert reading.report.kind == KEPT
    assert reading.report.facts is not None
    assert reading.report.facts.metres == ()


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 400), st.binary(min_size=0, max_size=4)), min_size=1, max_size=6
    )
)
def test_whatever_is_in_a_file_it_is_a_piece_or_a_sentence(
    changes: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = midi_bytes(signs((0, 3, 4)), line(*SCALE, name="Flute"))
    for at, new in changes:
        content = content[:at] + new + content[at + 2 :]
    reading = read(content, tmp_path_factory.getbasetemp())
    assert (reading.piece is None) == bool(reading.report.reason)
    if reading.piece is not None:
        assert (reading.piece.notes["off"] > reading.piece.notes["on"]).all()
        assert int(reading.piece.notes["off"].max()) <= reading.piece.steps


def test_a_grace_note_before_the_first_bar_moves_nothing_off_the_grid(tmp_path: Path) -> None:
    """As LilyPond writes it: the grace note at tick 0, and the whole piece late by its length."""
    late = 9 / 80
    scale = [(beat + late, length, key) for beat, length, key in SCALE]
    reading = read(midi_bytes(line((0, late, 59), *scale)), tmp_path)
    assert reading.piece is not None
    assert reading.report.facts is not None
    on = reading.piece.notes["on"].tolist()
    assert on == [0, *range(0, 48, 4)]
    assert reading.report.facts.shift == late
    assert reading.report.facts.on_sixteenths == pytest.approx(12 / 13)


def test_a_score_in_fives_was_not_performed_freely(tmp_path: Path) -> None:
    fives = [(index / 5 + 0.1, 0.2, 60 + index % 7) for index in range(60)]
    reading = read(midi_bytes(line(*fives)), tmp_path)
    assert reading.report.kind == KEPT
    assert reading.report.facts is not None
    assert reading.report.facts.on_simple == pytest.approx(0.2)


def test_thirty_seconds_are_not_taken_for_a_displaced_piece(tmp_path: Path) -> None:
    notes = [(index / 8, 1 / 8, 60 + index % 7) for index in range(1, 96, 2)]
    reading = read(
        midi_bytes(line((0, 0.1, 50), *((b - 1 / 8, n, k) for b, n, k in notes), *notes)), tmp_path
    )
    assert reading.report.facts is not None
    assert reading.report.facts.shift == 0
