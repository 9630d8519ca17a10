"""``descant render``: the same take every time, and a file that a DAW can use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mido
import pytest

TAKE = ("render", "bach-chorale", "soprano.mid", "-o")
Run = Callable[..., str]


def struck(path: Path, track: int) -> list[tuple[int, int]]:
    notes, now = [], 0
    for message in mido.MidiFile(path).tracks[track]:
        now += message.time
        if message.type == "note_on" and message.velocity:
            notes.append((now, message.note))
    return notes


def test_same_seed_same_file_other_seed_other_file(descant: Run, soprano: Path, tmp_path: Path) -> None:
    descant(*TAKE, "a.mid", "--seed", "7")
    descant(*TAKE, "b.mid", "--seed", "7")
    descant(*TAKE, "c.mid", "--seed", "8")
    descant(*TAKE, "d.mid", "--seed", "7", "--set", "variation=1")
    files = [(tmp_path / name).read_bytes() for name in ("a.mid", "b.mid", "c.mid", "d.mid")]
    assert files[0] == files[1]
    assert len(set(files)) == 3
    assert struck(tmp_path / "a.mid", 1) == struck(soprano, 1), "the player's track is the player's"


def test_every_note_is_on_the_grid_below_the_melody_and_ends(
    descant: Run, soprano: Path, tmp_path: Path
) -> None:
    descant(*TAKE, "a.mid")
    ours = struck(tmp_path / "a.mid", 2)
    assert len(ours) > 30
    assert {tick % 120 for tick, _ in ours} == {0}
    sounding: dict[int, int] = {}
    for message in mido.MidiFile(tmp_path / "a.mid").tracks[2]:
        if message.type == "note_on":
            assert message.note not in sounding
            sounding[message.note] = message.channel
        elif message.type == "note_off":
            assert sounding.pop(message.note) == message.channel == 1
        else:
            assert message.is_meta, "nothing but notes"
    assert not sounding
    melody = dict(struck(soprano, 1))
    assert all(key < melody[tick] for tick, key in ours if tick in melody), "the preset sets its voices below"


def test_the_tempo_of_the_file_changes_no_note(descant: Run, soprano: Path, tmp_path: Path) -> None:
    descant(*TAKE, "a.mid")
    descant(*TAKE, "b.mid", "--tempo", "40")
    descant(*TAKE, "c.mid", "--tempo", "300")
    assert struck(tmp_path / "a.mid", 2) == struck(tmp_path / "b.mid", 2) == struck(tmp_path / "c.mid", 2)


@pytest.mark.parametrize(
    "settings", [("--mode", "free"), ("--set", "metre=3/4"), ("--set", "articulation=gate")]
)
def test_without_a_player_it_plays_by_itself(descant: Run, tmp_path: Path, settings: tuple[str, str]) -> None:
    said = descant("render", "bach-chorale", "-o", "a.mid", "--bars", "8", *settings, "--picture", "a.png")
    assert said.startswith("a.mid: 8 bars, ")
    assert len(struck(tmp_path / "a.mid", 1)) > 10
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_style_for_a_model_of_one_is_told(descant: Callable[..., str]) -> None:
    said = descant("render", "hymn", "--bars", "1", "--set", "style=ragtime", "--set", "voices=2")
    assert "style does nothing here: the model of hymn knows one style" in said
    assert "does nothing" not in descant("render", "palette", "--bars", "1", "--set", "style=hymn")
