"""What lies in a style maker's folder: odd names, links, pipes, closed doors."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_export.corpus import cache, pool, read
from descant_export.corpus.facts import FileReport
from descant_export.corpus.folder import credit_and_licence, look_into
from descant_export.corpus.read import Step, read_corpus
from descant_routing.errors import DescantError, UsageError

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="has neither these names nor pipes in folders"
)


@pytest.fixture
def tune(mixed_folder: Path) -> bytes:
    return (mixed_folder / "azmon.mid").read_bytes()


def test_names_that_are_no_text_are_read_and_told(tune: bytes, mixed_folder: Path, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/M\xe4rsche"
    os.mkdir(folder)  # noqa: PTH102
    for name, content in {
        b"Fl\xf6te.mid": tune,
        b"\x1b[2Jred\n.mid": b"MThd broken",
        "né.mid".encode(): (mixed_folder / "carol.mid").read_bytes(),
    }.items():
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(content)
    typed = ["corpus", os.fsdecode(folder), "--json", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, typed)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["files"] == {"kept": 2, "broken": 1}
    pieces = read_corpus(os.fsdecode(folder), lambda step: None).pieces
    assert [piece.name for piece in pieces] == ["Fl\\udcf6te.mid", "né.mid"]
    page = (tmp_path / "out" / "corpus.html").read_bytes().decode()
    for words in ("Fl\\udcf6te.mid", "\\x1b[2Jred\\n.mid", "M\\udce4rsche"):
        assert words in page
    assert "\x1b" not in page + done.output


def test_links_are_followed_each_folder_once_and_pipes_are_never_opened(tune: bytes, tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever, so this test would not end."""
    music, folder = tmp_path / "music", tmp_path / "folder"
    music.mkdir()
    folder.mkdir()
    (music / "a.rmi").write_bytes(tune)
    (music / "up").symlink_to(tmp_path)
    (folder / "linked").symlink_to(music)
    (folder / "again").symlink_to(folder)
    (folder / "nowhere.mid").symlink_to("nothing")
    (folder / "itself.mid").symlink_to("itself.mid")
    for name in ("pipe.mid", "CREDITS", "LICENSE", "index.json"):
        os.mkfifo(folder / name)
    found = look_into(folder)
    assert found.names == ("itself.mid", "linked/a.rmi", "nowhere.mid", "pipe.mid")
    assert credit_and_licence(folder) == ("not stated", "not stated")
    corpus = read_corpus(str(folder), lambda step: None)
    assert [piece.name for piece in corpus.pieces] == ["linked/a.rmi"]
    assert {report.name: report.kind for report in corpus.reports()} == {
        "itself.mid": "broken",
        "linked/a.rmi": "kept",
        "nowhere.mid": "broken",
        "pipe.mid": "broken",
    }


def closed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As the system refuses it to whoever may not look in; root may look in everywhere."""
    scandir = os.scandir

    def refuse(path: str | int) -> object:
        if path == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)


def test_a_folder_that_is_closed_is_told(
    tune: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.mid").write_bytes(tune)
    (tmp_path / "shut").mkdir()
    closed(monkeypatch, tmp_path / "shut")
    reports = list(read_corpus(str(tmp_path), lambda step: None).reports())
    assert FileReport("shut/", "broken", "cannot be looked into: Permission denied") in reports
    monkeypatch.undo()
    closed(monkeypatch, tmp_path)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        look_into(tmp_path)


def test_a_damaged_cache_is_made_anew_with_a_word(tune: bytes, own_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(tune)
    before = read_corpus(str(tmp_path), lambda step: None).pieces[0].notes.tolist()
    (folder,) = (own_cache / "corpora").iterdir()
    for name in (*cache.SUMMED, cache.INDEX):
        (folder / name).write_bytes(b"")
        told: list[Step] = []
        assert read_corpus(str(tmp_path), told.append).pieces[0].notes.tolist() == before
        assert [step.word for step in told if step.word] == [str(told[0])]
        assert str(told[0]).endswith("The files are read again.")
        assert len(told) == 2
    (folder / cache.INDEX).write_bytes(b"")
    said = CliRunner().invoke(app, ["corpus", str(tmp_path)]).stderr
    assert "The files are read again." in " ".join(said.split())


def test_files_whose_readers_all_died_are_read_again_next_time(
    tune: bytes, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.mid").write_bytes(tune)
    alive = pool.read_in_order

    def all_die(_read: object, names: list[str], lost: object, _processes: object) -> object:
        return map(lost, names)  # type: ignore[call-overload]

    monkeypatch.setattr(read, "read_in_order", all_die)
    with pytest.raises(DescantError, match=r"No file of .* was read: each ended the process that read it"):
        read_corpus(str(tmp_path), lambda step: None)
    assert list((own_cache / "corpora").iterdir()) == []
    monkeypatch.setattr(read, "read_in_order", alive)
    assert len(read_corpus(str(tmp_path), lambda step: None).pieces) == 1
