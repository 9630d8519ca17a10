"""Files of weights: written whole or not at all, and read without running what is in them."""

from __future__ import annotations

import os
import pickle
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from descant_routing.errors import DescantError


def save_torch(values: dict[str, Any], path: Path) -> None:
    """Write the file whole or not at all, and see it on the disk: power may fail as well.

    DescantError when it cannot be written; what was there before stays.
    """
    content = BytesIO()
    torch.save(values, content)
    temporary = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(content.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise DescantError(
            f"{path} cannot be written: {error.strerror or error}. What was there before is whole."
        ) from error


def read_torch(path: Path, what: str) -> dict[str, Any]:
    """What ``save_torch`` wrote; no code runs. FileNotFoundError; DescantError says why it is not ``what``."""
    try:
        if path.exists() and not path.is_file():
            raise _no(path, what, "it is not a file")
        values = torch.load(path, map_location="cpu", weights_only=True)
    except (FileNotFoundError, DescantError):
        raise
    except OSError as error:
        raise _no(path, what, error.strerror or str(error)) from error
    except pickle.UnpicklingError as error:
        raise _no(path, what, "it holds something else than weights, which is not loaded") from error
    except Exception as error:  # PyTorch raises whatever its parsing meets
        raise _no(path, what, "it is torn, or no file of PyTorch") from error
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise _no(path, what, "it holds weights, and nothing of how they came about")
    return values


def _no(path: Path, what: str, why: str) -> DescantError:
    return DescantError(f"{path} is not {what} ({why}).")


def _sync_folder(folder: Path) -> None:
    """The new name is in the folder, which is a file of its own; Windows has no such thing to sync."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
