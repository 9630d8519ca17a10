"""A blind test tells nothing to who takes it: same length, same sound, no names; the key stays outside."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from descant_daemon.midi_file import read_song
from descant_export.evaluate.listen.blind_command import blind
from descant_export.evaluate.listen.blind_test import AnswerKey, open_key, seal
from descant_export.evaluate.listen.clips import SOURCES
from descant_export.evaluate.takes.human import Human
from descant_routing.errors import DescantError

BARS = 2


@pytest.fixture(autouse=True)
def no_audio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def kit(folder: Path, human: Human, *, pick: bool = False, seed: int = 1, count: int = 2) -> Path:
    blind(
        "bach-chorale", folder, human, count=count, bars=BARS, tempo=90, settings=[], mode=None, pick=pick, seed=seed
    )  # fmt: skip
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory, human: Human) -> Path:
    """Only looked at."""
    with pytest.MonkeyPatch.context() as silent:
        silent.setenv("PATH", "")
        return kit(tmp_path_factory.mktemp("kit") / "a", human)


def test_as_many_clips_of_each_source_and_names_that_tell_nothing(rated: Path) -> None:
    key, _ = open_key(rated / "key.sealed")
    assert Counter(key.clips.values()) == dict.fromkeys(SOURCES, 2)
    assert sorted(key.clips) == [f"clip-{number:02}" for number in range(1, 9)]
    assert list(key.clips.values()) != [source for source in SOURCES for _ in range(2)], "shuffled"
    names = {path.name for path in (rated / "kit").iterdir()}
    assert names == {"listen.html", *(f"{name}.mid" for name in key.clips)}


def test_nothing_in_the_kit_says_what_a_clip_is(rated: Path) -> None:
    key, sealed = open_key(rated / "key.sealed")
    everything = b"".join(content(rated / "kit").values()).decode("latin-1").lower()
    words = {"markov", "plain", "walk", "chorale", "seed 1", "descant", *key.about.values()}
    assert [word for word in words if word.lower() in everything] == []
    assert sealed in everything, "the form carries the seal of the key"


def test_clips_have_one_length_and_one_sound(rated: Path) -> None:
    for path in (rated / "kit").glob("*.mid"):
        song = read_song(path)
        assert {(note.channel, note.velocity) for note in song.notes} == {(0, 80)}
        assert song.tempos == ((0, 666667),)
        assert not any(data[0] >> 4 == 0xC for track in song.tracks for _, data in track.messages), (
            "no program of its own"
        )
        assert 0 < max(note.end for note in song.notes) <= BARS * 4 * song.ticks_per_beat


def test_the_form_asks_about_every_clip_and_needs_no_net(rated: Path) -> None:
    key, _ = open_key(rated / "key.sealed")
    form = (rated / "kit" / "listen.html").read_text()
    asked = Counter(re.findall(r'type="radio" name="([^"]+)"', form))
    assert asked == dict.fromkeys(key.clips, 10)
    assert not re.search(r"https?:|src=\"//|fetch\(", form)


def test_the_seed_decides_the_kit(tmp_path: Path, human: Human, rated: Path) -> None:
    assert content(kit(tmp_path / "b", human)) == content(rated)
    assert content(kit(tmp_path / "c", human, seed=2)) != content(rated)


def test_picking_puts_every_rival_beside_a_human_clip_of_its_own(tmp_path: Path, human: Human) -> None:
    folder = kit(tmp_path / "p", human, pick=True)
    key, _ = open_key(folder / "key.sealed")
    assert len(key.pairs) == 6
    assert Counter(name for pair in key.pairs for name in pair) == dict.fromkeys(key.clips, 1)
    assert all(sum(key.clips[name] == "human" for name in pair) == 1 for pair in key.pairs)
    form = (folder / "kit" / "listen.html").read_text()
    assert set(re.findall(r'type="radio" name="([^"]+)"', form)) == set(key.questions)


def test_too_little_human_music_is_said_before_anything_is_written(tmp_path: Path, human: Human) -> None:
    few = Human("walks", human.train, human.held_out[:3])
    with pytest.raises(DescantError, match=r"needs 20 human clips of 2 bars; what walks holds out has"):
        kit(tmp_path / "few", few, count=20)
    assert content(tmp_path) == {}


def test_whatever_changes_in_a_key_breaks_its_seal(tmp_path: Path) -> None:
    key = AnswerKey("x", {"clip-01": "human"}, {"clip-01": "a"}, [])
    other = AnswerKey("x", {"clip-01": "ours"}, {"clip-01": "a"}, ())
    (tmp_path / "key").write_bytes(key.sealed())
    assert open_key(tmp_path / "key") == (key, seal(key.sealed()))
    assert seal(key.sealed()) != seal(other.sealed())
    assert b"human" not in key.sealed(), "not to be read by chance"
    (tmp_path / "key").write_bytes(b"la la")
    with pytest.raises(DescantError, match="is not the key of a blind test"):
        open_key(tmp_path / "key")
