"""A user without a home, or with one that is closed: what came with Descant is there all the same."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from descant_daemon import user_folders
from descant_daemon.cli.play_checks import captures_folder
from descant_daemon.service.manager import manager
from descant_daemon.settings.shelf import find, own_folder
from descant_routing.errors import DescantError

Run = Callable[..., str]


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a number that no user has: the standard library cannot replace ``~``, and says so."""
    for name in (
        "HOME",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_MUSIC_DIR",
        "LOGNAME",
        "USER",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")  # not in this process, which has a home
    monkeypatch.setattr("os.path.expanduser", os.fspath)  # what it does then


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("homeless")
def test_the_shelf_is_there(descant: Run, tmp_path: Path) -> None:
    said = descant("presets")
    assert "Bach chorale" in said
    assert "There is no home folder here" in said
    assert json.loads(descant("presets", "--json"))["own_folder"] is None
    assert own_folder() is None
    assert find("hymn").is_file()
    descant("render", "hymn", "--bars", "1", "-o", "out.mid")
    assert [each.name for each in tmp_path.iterdir()] == ["out.mid"], "no folder called ~"
    assert captures_folder(None) == tmp_path


@pytest.mark.usefixtures("homeless")
def test_no_service_can_be_had_and_that_is_a_sentence() -> None:
    for platform in ("linux", "darwin"):
        with pytest.raises(DescantError, match="has no home folder"):
            manager(platform, {}, 501)


@pytest.mark.usefixtures("homeless")
def test_caches_go_into_a_folder_that_nobody_else_can_write(temporary: Path) -> None:
    folder = user_folders.cache_folder()
    assert folder.parent == temporary
    assert folder.stat().st_mode & 0o077 == 0
    assert user_folders.cache_folder() == folder


def test_so_they_do_where_the_users_own_cannot_be_made(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(temporary / "file" / "cache"))
    assert user_folders.cache_folder().parent == temporary
    monkeypatch.setenv("XDG_CACHE_HOME", str(temporary / "cache"))
    assert user_folders.cache_folder() == temporary / "cache" / "descant"


@pytest.mark.parametrize("trap", ["open to all", "a link", "a file"])
def test_a_folder_that_another_has_laid_there_is_not_believed(temporary: Path, trap: str) -> None:
    folder = user_folders.temporary_folder()
    folder.rmdir()
    if trap == "open to all":
        folder.mkdir()
        folder.chmod(0o777)
    elif trap == "a link":
        (temporary / "elsewhere").mkdir(0o700)
        folder.symlink_to(temporary / "elsewhere")
    else:
        folder.touch()
    with pytest.raises(DescantError, match="is not this user's own folder"):
        user_folders.temporary_folder()


def test_a_config_folder_that_is_closed_is_said_and_the_shelf_is_there(
    descant: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "descant").touch()
    said = descant("presets")
    assert "cannot be listed (Not a directory)" in said
    assert "Bach chorale" in said
