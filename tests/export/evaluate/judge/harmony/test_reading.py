"""MIDI files as settings: which notes are the tune, and where their bars lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.export.evaluate.judge.harmony.score import line

from descant_daemon.midi_file import song_bytes, word
from descant_daemon.settings.metre import Metre
from descant_daemon.tempo_map import TempoMap
from descant_export.evaluate.judge.harmony.phrases import Note
from descant_export.evaluate.judge.harmony.reading import read_setting, read_settings
from descant_export.evaluate.judge.harmony.setting import built_in, detached, lifted, repeated
from descant_routing.errors import DescantError

BEAT = 96


def save(
    path: Path,
    tracks: Mapping[str, Sequence[Note]],
    metres: Sequence[tuple[float, tuple[int, int]]] = ((0, (4, 4)),),
    channel: int = 0,
) -> Path:
    """``metres``: by step."""
    size = BEAT // 4
    messages = [
        [word(0, "track_name", name)]
        + [
            (tick, bytes((kind | channel, key, 80)))
            for tick, kind, key in sorted(
                (at * size, kind, key) for on, off, key in notes for at, kind in ((on, 0x90), (off, 0x80))
            )
        ]
        for name, notes in tracks.items()
    ]
    signs = [(round(step * size), metre) for step, metre in metres]
    path.write_bytes(song_bytes(messages, TempoMap(BEAT, [(0, 750_000)]), signs))
    return path


def test_the_track_called_melody_is_the_tune_wherever_it_lies(tmp_path: Path) -> None:
    bass = line("c3:16 g2:16")
    path = save(tmp_path / "x.mid", {"upper": line("e5:32"), "Melody": bass})
    setting = read_setting(path, "x")
    assert setting.melody.notes == tuple(bass)
    assert setting.others == tuple(line("e5:32"))
    assert (setting.melody.metre, setting.melody.bars, setting.tempo) == (Metre(4, 4), 2, 80)


def test_chords_of_the_melody_are_all_the_tunes(tmp_path: Path) -> None:
    """Two hands and pads are played as they are."""
    pad = [*line("c4:16"), *line("e4:16")]
    assert read_setting(save(tmp_path / "x.mid", {"melody": pad}), "x").melody.notes == tuple(pad)


def test_else_the_top_track_has_it_and_of_its_chords_the_top_line(tmp_path: Path) -> None:
    right = [*line("c5:8 d5:8"), *line("e4:16")]
    left = line("c3:16")
    setting = read_setting(save(tmp_path / "x.mid", {"left": left, "right": right}), "x")
    assert setting.melody.notes == tuple(line("c5:8 d5:8"))
    assert setting.others == tuple(sorted([*left, *line("e4:16")]))


def test_one_track_of_chords_is_a_tune_and_its_setting(tmp_path: Path) -> None:
    setting = read_setting(save(tmp_path / "x.mid", {"all": [*line("c5:8 d5:8"), *line("e4:16")]}), "x")
    assert setting.melody.notes == tuple(line("c5:8 d5:8"))
    assert setting.others == tuple(line("e4:16"))


def test_a_pick_up_stands_before_its_bar_line(tmp_path: Path) -> None:
    """Written as a bar of its own, as notation programs do."""
    path = save(tmp_path / "x.mid", {"melody": line("c5:4 d5:16 e5:12")}, [(0, (1, 4)), (4, (4, 4))])
    melody = read_setting(path, "x").melody
    assert melody.notes == ((12, 16, 72), (16, 32, 74), (32, 44, 76))
    assert (melody.metre, melody.bars) == (Metre(4, 4), 3)


def test_empty_bars_before_the_tune_are_left_out_and_it_ends_with_its_metre(tmp_path: Path) -> None:
    tracks = {"melody": line("r:16 r:4 c5:12 d5:20"), "low": line("c3:16 d3:16 e3:20")}
    setting = read_setting(save(tmp_path / "x.mid", tracks, [(0, (4, 4)), (48, (3, 4))]), "x")
    assert setting.melody.notes == ((4, 16, 72), (16, 32, 74))
    assert setting.others == ((0, 16, 50), (16, 32, 52))
    assert setting.melody.bars == 2


def test_a_metre_a_tick_late_is_the_first_one(tmp_path: Path) -> None:
    """As abc2midi writes it; it is no pick-up of a tick, and no change of metre."""
    path = save(tmp_path / "x.mid", {"melody": line("c5:12 d5:12")}, [(1 / 24, (3, 4))])
    melody = read_setting(path, "x").melody
    assert (melody.metre, melody.bars, melody.notes[0][0]) == (Metre(3, 4), 2, 0)


def test_drums_are_no_music_and_files_that_are_none_are_named(tmp_path: Path) -> None:
    save(tmp_path / "drums.mid", {"x": line("c3:16")}, channel=9)
    (tmp_path / "torn.mid").write_bytes(b"MThd")
    said: list[str] = []
    with pytest.raises(DescantError, match="There is nothing to play in"):
        read_settings(tmp_path, said.append)
    save(tmp_path / "good.mid", {"x": line("c5:16")})
    assert [each.name for each in read_settings(tmp_path, said.append)] == ["good.mid"]
    assert said[0] == "left out: drums.mid has no notes to play."
    assert "torn.mid" in said[1]
    with pytest.raises(DescantError, match="is not a folder"):
        read_settings(tmp_path / "good.mid", said.append)


def test_a_file_that_claims_to_last_for_days(tmp_path: Path) -> None:
    """Room is made for its bars before they are looked at."""
    path = save(tmp_path / "x.mid", {"x": [(0, 4, 72), (4_000_000, 4_000_004, 72)]})
    with pytest.raises(DescantError, match=r"x lasts 1,000,001 beats; 50,000 is the most"):
        read_setting(path, "x")


def test_a_metre_that_no_preset_has(tmp_path: Path) -> None:
    path = save(tmp_path / "x.mid", {"x": line("c5:99")}, [(0, (33, 4))])
    with pytest.raises(DescantError, match=r"x is in 33/4, which no preset can play"):
        read_setting(path, "x")


def test_the_tunes_that_come_with_us_have_no_setting() -> None:
    found = built_in("melodies")
    assert len(found) > 10
    assert not any(each.others for each in found)
    (anne,) = (each for each in found if each.name == "st-anne")
    assert (anne.tempo, anne.melody.metre) == (92, Metre(4, 4))


def test_exercises_are_played_with_both_hands() -> None:
    (minuet,) = (each for each in built_in("exercises") if each.name == "minuet-in-g")
    assert min(key for _, _, key in minuet.melody.notes) < 60 < max(key for _, _, key in minuet.melody.notes)


def test_a_sixteenth_of_air_behind_each_note(tmp_path: Path) -> None:
    melody = read_setting(save(tmp_path / "x.mid", {"melody": line("c5:4 d5:1 e5:11")}), "x").melody
    assert detached(melody).notes == ((0, 3, 72), (4, 5, 74), (5, 15, 76))


@pytest.mark.parametrize(
    ("text", "bars", "begins"),
    [
        ("c5:16 d5:16", 5, [0, 16, 32, 48, 64]),  # cut where the bars are full
        ("r:12 c5:4 d5:12", 4, [12, 16, 28, 32, 44, 48, 60]),  # the pick-up sounds in the bar that has room
        ("r:12 c5:4 d5:16", 3, [12, 16, 44]),  # where there is none a bar is added
    ],
)
def test_a_short_tune_is_played_again(tmp_path: Path, text: str, bars: int, begins: list[int]) -> None:
    melody = read_setting(save(tmp_path / "x.mid", {"melody": line(text)}), "x").melody
    again = repeated(melody, bars)
    assert [on for on, _, _ in again.notes] == begins
    assert again.bars == bars


def test_what_begins_behind_the_shock_is_higher(tmp_path: Path) -> None:
    melody = read_setting(save(tmp_path / "x.mid", {"melody": line("c5:12 d5:8 e5:12")}), "x").melody
    assert [key for _, _, key in lifted(melody, 16, 1).notes] == [72, 74, 77]
