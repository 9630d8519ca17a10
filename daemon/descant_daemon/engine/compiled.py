"""Functions that Numba turns into machine code for this processor, at their first call on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
# A product and a sum in one instruction; nothing that depends on the order of sums or on how a loop is cut.
FAST = {"contract"}


def compiled(function: F) -> F:
    """Decorator. The machine code is kept beside the source or in the user's cache, if either can be written."""
    try:
        return cast("F", njit(cache=True, fastmath=FAST, error_model="numpy")(function))
    except RuntimeError:  # no place to keep it
        return cast("F", njit(fastmath=FAST, error_model="numpy")(function))
