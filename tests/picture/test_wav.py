"""Audio where it can be had, and one sentence where it cannot."""

import shutil
import wave
from pathlib import Path

import pytest
from tests.tunes.as_midi import write_midi

from descant_daemon.picture.wav import SOUNDFONT_VARIABLE, find_soundfont, render_wav
from descant_daemon.tunes import TuneNote

SOUNDFONT = b"RIFF\0\0\0\0sfbk"


@pytest.fixture
def midi(tmp_path: Path) -> Path:
    return write_midi([TuneNote(0, 4, 60)], tmp_path / "a.mid")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for fluidsynth, and a stand-in SoundFont; the test writes the program's text."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "fluidsynth"
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    font = tmp_path / "font.sf2"
    font.write_bytes(SOUNDFONT)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv(SOUNDFONT_VARIABLE, str(font))
    return path


def test_without_fluidsynth(midi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render_wav(midi, tmp_path / "a.wav") == "No audio: FluidSynth is not installed."


def test_a_soundfont_that_is_not_there_or_none(
    midi: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SOUNDFONT_VARIABLE, "/no/such.sf2")
    assert "names /no/such.sf2, which is not a file" in str(render_wav(midi, midi.with_suffix(".wav")))
    monkeypatch.setenv(SOUNDFONT_VARIABLE, str(midi))
    assert f"{midi} is not a SoundFont" in str(render_wav(midi, midi.with_suffix(".wav")))


def test_the_default_font_of_a_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SOUNDFONT_VARIABLE, raising=False)
    for name in ("alpha.sf2", "default-GM.sf3", "readme.txt"):
        (tmp_path / name).write_bytes(SOUNDFONT)
    found = find_soundfont([tmp_path / "none", tmp_path])
    assert found is not None
    assert found.name == "default-GM.sf3"
    assert find_soundfont([tmp_path / "none"]) is None


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 0", "FluidSynth failed with font.sf2 (exit status 0)"),
        ("echo 'fluidsynth: error: Unknown sound' >&2; exit 0", "(error: Unknown sound)"),
        ("exit 3", "(exit status 3)"),
        ("exec sleep 60", "FluidSynth was not done after 0.1 s"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_no_file(
    script: str, sentence: str, midi: Path, program: Path
) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    before = sorted(midi.parent.iterdir())
    assert sentence in str(
        render_wav(midi, midi.with_suffix(".wav"), limit_s=0.1 if "sleep" in script else 60)
    )
    assert sorted(midi.parent.iterdir()) == before


def test_a_missing_take_or_folder(midi: Path, program: Path, tmp_path: Path) -> None:
    assert "b.mid is not there" in str(render_wav(tmp_path / "b.mid", tmp_path / "b.wav"))
    assert "there is no folder" in str(render_wav(midi, tmp_path / "no" / "b.wav"))


@pytest.mark.skipif(
    shutil.which("fluidsynth") is None or find_soundfont() is None,
    reason="no FluidSynth or no SoundFont here",
)
def test_a_note_sounds(midi: Path, tmp_path: Path) -> None:
    made = render_wav(midi, tmp_path / "a.wav")
    assert isinstance(made, Path), made
    with wave.open(str(made)) as audio:
        assert (audio.getnchannels(), audio.getsampwidth(), audio.getframerate()) == (2, 2, 44_100)
        frames = audio.readframes(audio.getnframes())
    assert len(frames) / 4 / 44_100 > 0.5
    assert max(frames) > 0


@pytest.mark.parametrize(("name", "kind"), [("a.wav", "wav"), ("a.ogg", "oga")])
def test_the_name_says_which_kind_of_file(program: Path, midi: Path, name: str, kind: str) -> None:
    """Asked for by its suffix, not by the name of the file that is written first."""
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *"-T {kind} "*) ;; *) exit 1 ;; esac\n'
        'while [ "$1" != -F ]; do shift; done\nhead -c 100 /dev/zero > "$2"\n'
    )
    assert render_wav(midi, midi.with_name(name)) == midi.with_name(name)
