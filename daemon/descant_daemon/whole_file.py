"""Files that are written: whole or not at all, where they are wanted, and whether they can be, before work begins."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import IO

from descant_routing.errors import DescantError

_LONGEST = 40  # characters of a name that its temporary file repeats; 255 bytes is what a name may have


def write_whole(path: Path, content: bytes) -> None:
    """The file appears whole or not at all; DescantError when it cannot be written.

    A link is followed, an older file's permissions are kept, and a new one has those that the umask leaves. Into a
    device, such as ``/dev/stdout``, the content is just written.
    """
    try:
        target, older = _target(path)
        if older is not None and stat.S_ISCHR(older):
            target.write_bytes(content)
            return
        temporary = _beside(target)
        try:
            with temporary.open("xb") as file:
                file.write(content)
            if older is not None:
                temporary.chmod(stat.S_IMODE(older))
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        raise DescantError(f"{path} cannot be written: {_reason(error)}.") from error


def open_file(path: Path) -> IO[bytes]:
    """Open it to be read. Raises OSError, at once, for a folder, a pipe, a device; ValueError for no name of a file."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "it is not a file")
    return path.open("rb")


def writable(path: Path) -> None:
    """Raise the DescantError that ``write_whole`` would end in, before the work whose result ``path`` is to have."""
    try:
        target, older = _target(path)
        if older is not None and stat.S_ISCHR(older):
            with target.open("ab"):
                return
        _try_out(target)
    except (OSError, ValueError) as error:
        raise DescantError(f"{path} cannot be written: {_reason(error)}.") from error


def writable_folder(path: Path) -> None:
    """Raise DescantError unless files can be written into the folder ``path``. One that is missing is not made yet."""
    try:
        above = path
        while not above.exists() and above != above.parent:
            above = above.parent
        if not above.is_dir():
            raise NotADirectoryError(0, f"{above} is not a folder")
        _try_out(above / "x")
    except (OSError, ValueError) as error:
        raise DescantError(f"{path} is no folder to write to: {_reason(error)}.") from error


def make_folder(path: Path) -> None:
    """Make it, and those above it, unless it is there. Raises DescantError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise DescantError(f"{path} cannot be made: {_reason(error)}.") from error


def _target(path: Path) -> tuple[Path, int | None]:
    """Where links lead to, and the mode of what is there, if anything is. Raises OSError for what is no file."""
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target, None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):
        raise OSError(0, "it is not a file")
    return target, mode


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:_LONGEST]}.{secrets.token_hex(6)}")


def _try_out(target: Path) -> None:
    """Raises OSError for a folder that is missing, closed or full."""
    temporary = _beside(target)
    try:
        temporary.open("xb").close()
    finally:
        temporary.unlink(missing_ok=True)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
