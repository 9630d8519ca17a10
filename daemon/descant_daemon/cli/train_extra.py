"""The door to the part that needs torch: opened when a command is used, so that playing starts without it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from descant_routing.errors import DescantError


@contextmanager
def train_extra() -> Generator[None]:
    """Around an import: DescantError says what to install when something that it needs is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise DescantError(
            f"This needs the 'train' extra ({error.name} is not installed): pip install 'descant[train]'."
        ) from error
