"""The picture's arithmetic, and that a file comes out of it whole or not at all."""

from pathlib import Path

import pytest
from PIL import Image

from descant_daemon.midi_file import write_song
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.picture.layout import MOST_BARS, Page, RollNote, measure
from descant_daemon.picture.piano_roll import TRACKS, RollTrack, draw_roll
from descant_daemon.tempo_map import TempoMap
from descant_routing.errors import DescantError


def page(*notes: tuple[float, float, int, int], beats_per_bar: float = 4.0) -> Page:
    return measure([RollTrack("t", notes)], beats_per_bar)


@pytest.mark.parametrize(
    ("bars", "per_system", "systems"),
    [(1, 1, 1), (8, 8, 1), (9, 5, 2), (12, 8, 2), (16, 8, 2), (17, 6, 3), (28, 8, 4), (32, 8, 4), (33, 7, 5)],
)
def test_lines_of_eight_bars_and_never_a_straggler(bars: int, per_system: int, systems: int) -> None:
    found = page((0, bars * 4, 60, 80))
    assert (found.bars, found.bars_per_system, found.systems) == (bars, per_system, systems)


def test_a_key_struck_again_leaves_paper_between() -> None:
    found = page((0, 1, 60, 80), (1, 1, 60, 80))
    first, second = (found.pieces(RollNote(start, 1, 60))[0] for start in (0, 1))
    assert second.left - first.right >= 3
    assert first.opens
    assert second.opens


def test_a_note_over_the_end_of_a_line_goes_on_below_without_a_second_attack() -> None:
    found = page((30, 4, 60, 80), (60, 4, 60, 80))
    above, below = found.pieces(RollNote(30, 4, 60))
    assert (above.opens, below.opens) == (True, False)
    assert above.right <= found.x(32)
    assert below.left == found.x(0)
    assert below.top == found.y(60, 1)


def test_every_note_stays_inside_its_system() -> None:
    notes = [(i * 0.25, 0.25, i % 128, 100) for i in range(700)]
    found = page(*notes)
    for note in notes:
        for piece in found.pieces(RollNote(*note)):
            assert found.left <= piece.left <= piece.right <= found.x(32)
            assert found.top(0) <= piece.top <= piece.bottom <= found.height


def test_the_page_is_two_octaves_at_least_and_row_height_follows() -> None:
    assert page((0, 1, 60, 80)).highest - page((0, 1, 60, 80)).lowest >= 24
    assert page((0, 1, 0, 80), (1, 1, 127, 80)).row == 6
    assert page((0, 1, 0, 80)).lowest == 0
    assert page((0, 1, 127, 80)).highest == 127


def test_a_piece_too_long_for_a_picture_is_cut_and_counted() -> None:
    found = page((0, 1, 60, 80), (100_000, 4, 60, 80))
    assert (found.bars, found.bars_left_off) == (MOST_BARS, 25_001 - MOST_BARS)
    assert found.pieces(RollNote(100_000, 4, 60)) == []


def test_the_first_track_is_warm_and_a_loud_note_is_darker_than_a_soft_one(tmp_path: Path) -> None:
    notes = [(0.0, 4.0, 60, 127), (4.0, 4.0, 60, 20)]
    path = draw_roll([RollTrack("You", notes)], tmp_path / "a.png", title="A")
    found = page(*notes)
    with Image.open(path) as image:
        loud, soft = (image.getpixel((found.x(beat), found.y(60, 0) + 6)) for beat in (2, 6))
    assert isinstance(loud, tuple)
    assert isinstance(soft, tuple)
    assert loud[0] > loud[2] + 100
    assert sum(loud) < sum(soft)


def test_nothing_played_still_draws(tmp_path: Path) -> None:
    with Image.open(draw_roll([], tmp_path / "a.png")) as image:
        assert image.size[0] == 1920


@pytest.mark.parametrize(
    "note", [(0.0, 1.0, 128, 80), (0.0, float("nan"), 60, 80), (float("inf"), 1.0, 60, 80)]
)
def test_a_note_that_is_none_is_refused_by_name(note: tuple[float, float, int, int], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Melody"):
        draw_roll([RollTrack("Melody", [note])], tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_an_old_picture_survives_when_the_new_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DescantError, match=r"a\.png.*disk full"):
        draw_roll([], path)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]


def colours(path: Path) -> set[tuple[int, ...]]:
    """Those of ``TRACKS`` that are somewhere in the picture."""
    with Image.open(path) as image:
        found = image.convert("RGB").getcolors(2**24)
    assert found is not None
    return {colour for _, colour in found if colour in TRACKS}


def test_what_is_generated_has_one_colour_alone_and_beside_the_player(tmp_path: Path) -> None:
    high, low = [RollNote(0, 1, 72, 127)], [RollNote(0, 1, 60, 127)]
    warm, blue, *_ = TRACKS
    ours = RollTrack("Descant", low, generated=True)
    assert colours(draw_roll([ours], tmp_path / "a.png")) == {blue}
    assert colours(draw_roll([RollTrack("Player", high), ours], tmp_path / "a.png")) == {warm, blue}
    assert colours(draw_roll([RollTrack("A", high), RollTrack("B", low)], tmp_path / "a.png")) == {warm, blue}
    many = [RollTrack(str(key), [RollNote(0, 1, key, 127)]) for key in range(60, 67)]
    assert colours(draw_roll([*many, ours], tmp_path / "a.png")) == set(TRACKS)


def test_the_generated_track_of_a_file_is_known_by_its_name(tmp_path: Path) -> None:
    note = [(0, bytes((0x90, 60, 127))), (480, bytes((0x80, 60, 0)))]
    write_song(tmp_path / "free.mid", {"Descant": note}, TempoMap(480, ()))
    assert colours(draw_file(tmp_path / "free.mid", tmp_path / "a.png", title="")) == {TRACKS[1]}


def test_a_hair_over_the_last_bar_line_of_a_row_is_no_piece_of_its_own() -> None:
    page = measure([RollTrack("x", [(0.0, 64.0, 60, 80)])], 4)
    row = page.bars_per_system * page.beats_per_bar
    assert len(page.pieces(RollNote(row - 1, 1.01, 60))) == 1
    assert len(page.pieces(RollNote(row - 1, 1.5, 60))) == 2
    assert len(page.pieces(RollNote(row, 0.01, 60))) == 1, "a short note of its own is drawn"
