"""``descant render --rig``: whose notes go where, and the very notes that a preset has alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from descant_daemon.cli.app import main

Run = Callable[..., str]
ALONE = "instances: {solo: {preset: bach-chorale, parameters: {thru: false}}}\n"
TWO = """\
inputs: {left: , right: }
outputs: {near: , far: }
instances:
  a: {preset: bach-chorale, input: left, output: near}
  b: {preset: bach-chorale, input: right, output: far, parameters: {channel: 3}}
"""


def notes(path: Path, name: str, channels: set[int]) -> list[tuple[int, int, int]]:
    """(tick, key, 1 for on) of a track; on and off of a key must alternate, and nothing may be left."""
    (track,) = (track for track in mido.MidiFile(path).tracks if track.name == name)
    found, now, sounding = [], 0, set[tuple[int, int]]()
    for message in track:
        now += message.time
        if message.type in ("note_on", "note_off"):
            place, on = (message.channel, message.note), message.type == "note_on" and message.velocity > 0
            assert on == (place not in sounding)
            sounding ^= {place}
            if message.channel in channels:
                found.append((now, message.note, int(on)))
    assert not sounding
    return found


def two_hands(path: Path, *names: str) -> None:
    """A track each: the first plays C4 at once, the second an octave above it a beat later, held past the end."""
    file = mido.MidiFile(ticks_per_beat=480)
    for place, name in enumerate(names):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        track.append(mido.Message("note_on", note=60 + 12 * place, velocity=90, time=480 * place))
        track.append(mido.Message("note_off", note=60 + 12 * place, time=480 * 7))
        file.tracks.append(track)
    file.save(path)


def test_a_rig_of_one_plays_what_its_preset_plays_alone(descant: Run, soprano: Path, tmp_path: Path) -> None:
    (tmp_path / "alone.yaml").write_text(ALONE)
    descant("render", "bach-chorale", str(soprano), "-o", "preset.mid")
    said = descant("render", "--rig", "alone.yaml", str(soprano), "-o", "rig.mid", "--picture", "rig.png")
    ours = notes(tmp_path / "preset.mid", "Descant", {1})
    assert len(ours) > 60
    assert notes(tmp_path / "rig.mid", "out", {1}) == ours
    assert said.startswith("rig.mid: ")
    assert (tmp_path / "rig.png").read_bytes().startswith(b"\x89PNG")


def test_a_track_goes_to_the_input_of_its_name_and_notes_end_with_the_file(
    descant: Run, tmp_path: Path
) -> None:
    (tmp_path / "two.yaml").write_text(TWO)
    two_hands(tmp_path / "in.mid", "LEFT ", "right")
    descant("render", "--rig", "two.yaml", "in.mid", "-o", "out.mid", "--bars", "1")
    assert notes(tmp_path / "out.mid", "near", {0}) == [(0, 60, 1), (1920, 60, 0)]
    assert notes(tmp_path / "out.mid", "far", {0}) == [(480, 72, 1), (1920, 72, 0)]
    assert notes(tmp_path / "out.mid", "near", {1})
    assert notes(tmp_path / "out.mid", "far", {2})


def test_where_no_track_bears_a_name_the_first_input_has_them_all(descant: Run, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO)
    two_hands(tmp_path / "in.mid", "Piano", "")
    descant("render", "--rig", "two.yaml", "in.mid", "-o", "out.mid", "--bars", "1")
    assert [key for _, key, on in notes(tmp_path / "out.mid", "near", {0}) if on] == [60, 72]
    assert notes(tmp_path / "out.mid", "far", {0}) == []


def test_who_plays_to_nobody_is_told_what_is_missing(descant: Run, tmp_path: Path) -> None:
    (tmp_path / "alone.yaml").write_text(ALONE)
    said = descant("render", "--rig", "alone.yaml", "-o", "out.mid", "--bars", "1")
    assert said == (
        "out.mid: 1 bar, 0 notes. Nobody played to it: give it IN.mid, or an instance the mode free.\n"
    )
    free = ALONE.replace("thru: false", "thru: false, drafts: 1").replace("preset:", "mode: free, preset:")
    (tmp_path / "free.yaml").write_text(free)
    assert "Nobody" not in descant("render", "--rig", "free.yaml", "-o", "out.mid", "--bars", "2")


@pytest.mark.parametrize(
    "option",
    [
        ("--seed", "3"),
        ("--mode", "free"),
        ("--set", "voices=2"),
        ("in.mid", "more.mid"),
        ("--take", "old.take"),
    ],
)
def test_what_the_rig_says_itself_is_refused_beside_it(
    option: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alone.yaml").write_text(ALONE)
    monkeypatch.setattr("sys.argv", ["descant", "render", "--rig", "alone.yaml", *option])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("descant: a rig says itself who plays how: --rig goes with IN.mid")
    assert said.count("\n") == 1
