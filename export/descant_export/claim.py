"""A folder that one process at a time works in: the kernel keeps the claim, and drops it when the process dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK = ".lock"
BEYOND = (
    1 << 20
)  # the byte that Windows locks: what is locked there cannot be read, and the number before it can


class ClaimedError(Exception):
    """Another process works there. ``process``: its number, None when it did not say."""

    def __init__(self, process: int | None) -> None:
        super().__init__(process)
        self.process = process


@contextmanager
def claimed(folder: Path) -> Generator[None]:
    """The folder is this process's alone within the context. Raises ClaimedError, or OSError.

    ``LOCK`` in it holds the process number. A process that was killed leaves the file, but no claim.
    """
    path = folder / LOCK
    handle = _locked(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)  # while it is claimed: whoever opened it meanwhile looks again
        os.close(handle)
        if sys.platform == "win32":
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _locked(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle)
            if _is_still(path, handle):
                return handle
        except OSError:
            raise ClaimedError(_number(handle)) from None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        os.lseek(handle, BEYOND, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still(path: Path, handle: int) -> bool:
    """Whether the locked file is the one that has the name: its last owner may just have removed it."""
    try:
        there, ours = path.stat(), os.fstat(handle)
    except FileNotFoundError:
        return False
    return sys.platform == "win32" or (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _number(handle: int) -> int | None:
    """What the owner wrote; closes the file."""
    try:
        said = os.pread(handle, 32, 0) if sys.platform != "win32" else os.read(handle, 32)
        return int(said)
    except (OSError, ValueError):
        return None
    finally:
        os.close(handle)
