"""Where a user's own things lie: presets, music, caches. A service or a container may have no home at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "descant"
_PRIVATE = 0o700


def has_home() -> bool:
    """Whether the user has a home folder, be it there or not."""
    with suppress(RuntimeError):
        Path.home()
        return True
    return False


def config_folder() -> Path | None:
    """Descant's own among the user's settings; it need not exist. None where there is no home."""
    return _known(lambda: platformdirs.user_config_dir(NAME, appauthor=False))


def music_folder() -> Path | None:
    """The user's folder for music, where there is one."""
    found = _known(platformdirs.user_music_dir)
    return found if found is not None and found.is_dir() else None


def cache_folder() -> Path:
    """Descant's own among the user's caches; where none can be written, one for this user in the temporary folder.

    Raises DescantError where that is somebody else's.
    """
    found = _known(lambda: platformdirs.user_cache_dir(NAME))
    return found if found is not None and _can_be_written(found) else temporary_folder()


def temporary_folder() -> Path:
    """For this user alone: what lies in it is believed. Raises DescantError where somebody else has made it."""
    folder = Path(tempfile.gettempdir()) / f"{NAME}-{os.getuid() if sys.platform != 'win32' else 'cache'}"
    try:
        with suppress(FileExistsError):
            folder.mkdir(_PRIVATE)
        found = folder.lstat()
    except OSError as error:
        raise DescantError(f"{folder} cannot be made: {error.strerror or error}.") from error
    ours = sys.platform == "win32" or (
        found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == _PRIVATE
    )
    if not stat.S_ISDIR(found.st_mode) or not ours:
        raise DescantError(f"{folder} is not this user's own folder: take it away, or set TMPDIR.")
    return folder


def expanded(path: Path) -> Path:
    """``~`` replaced by the home, where there is one."""
    with suppress(RuntimeError):
        return path.expanduser()
    return path


def _known(where: Callable[[], str]) -> Path | None:
    with suppress(RuntimeError, KeyError, OSError):
        folder = Path(where())
        return folder if folder.is_absolute() else None  # a "~" that nobody could replace
    return None


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
