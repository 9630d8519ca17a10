"""Files that are written: what is there afterwards, with which permissions, and what is said before."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from descant_daemon.whole_file import make_folder, writable, writable_folder, write_whole
from descant_routing.errors import DescantError


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_what_the_umask_leaves_and_an_old_one_keeps_what_it_has(tmp_path: Path) -> None:
    new, secret = tmp_path / "new.mid", tmp_path / "secret.mid"
    secret.touch(0o600)
    for path in (new, secret):
        write_whole(path, b"now")
        assert path.read_bytes() == b"now"
    assert (mode(new), mode(secret)) == (0o640, 0o600)
    assert sorted(tmp_path.iterdir()) == [new, secret]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "link.mid"
    link.symlink_to(tmp_path / "far" / "there.mid")
    for content in (b"first", b"second"):  # into nothing, and over something
        writable(link)
        write_whole(link, content)
        assert link.is_symlink()
        assert (tmp_path / "far" / "there.mid").read_bytes() == content


def test_a_device_is_written_into_and_stays_one() -> None:
    nothing = Path(os.devnull)
    writable(nothing)
    write_whole(nothing, b"x")
    assert nothing.is_char_device() or sys.platform == "win32"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/x.mid", "No such file or directory"),
        ("file/x.mid", "Not a directory"),
        ("folder", "it is a folder"),
        ("", "it is a folder"),
        ("fifo", "it is not a file"),
        ("round", "Too many levels of symbolic links"),
        ("n" * 300, "File name too long"),
        ("nul\0", "null byte"),
    ],
)
def test_what_would_fail_at_the_end_is_said_at_the_start_in_the_same_words(
    tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "round").symlink_to("round")
    before = sorted(tmp_path.rglob("*"))
    said = []

    def written(path: Path) -> None:
        write_whole(path, b"x")

    for act in (writable, written):
        with pytest.raises(DescantError, match=reason) as raised:
            act(tmp_path / name)
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_as_long_as_names_may_be_can_be_written(tmp_path: Path) -> None:
    for name in ("n" * 255, os.fsdecode(b"\xff" * 255), "\u00e9" * 127):
        writable(tmp_path / name)
        write_whole(tmp_path / name, b"x")
        assert (tmp_path / name).read_bytes() == b"x"


def test_looking_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    old = tmp_path / "old.mid"
    old.write_bytes(b"before")
    writable(old)
    writable(tmp_path / "new.mid")
    writable_folder(tmp_path / "a" / "b")
    writable_folder(tmp_path)
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_bytes() == b"before"


@pytest.mark.parametrize("name", ["file", "file/below", "n" * 300 + "/below"])
def test_a_folder_that_cannot_be_made_is_said_before(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DescantError, match="is no folder to write to"):
        writable_folder(tmp_path / name)
    with pytest.raises(DescantError, match="cannot be made"):
        make_folder(tmp_path / name)
