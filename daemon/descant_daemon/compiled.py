"""Functions that Numba turns into machine code for this processor, at their first call on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba.core.config
from numba import njit

from descant_daemon.user_folders import has_home, temporary_folder
from descant_routing.errors import DescantError

F = TypeVar("F", bound=Callable[..., Any])
# A product and a sum in one instruction; nothing that depends on the order of sums or on how a loop is cut.
FAST = {"contract"}


def compiled(function: F) -> F:
    """Decorator. The machine code is kept beside the source, or in the user's cache, or in a temporary folder."""
    try:
        return _compiled(function, cache=True)
    except RuntimeError:  # no place to keep it
        with suppress(RuntimeError):
            return _compiled(function, cache=_kept_for_a_while())
        return _compiled(function, cache=False)


def _compiled(function: F, *, cache: bool) -> F:
    return cast("F", njit(cache=cache, fastmath=FAST, error_model="numpy")(function))


def _kept_for_a_while() -> bool:
    """Whether the temporary folder will do; Numba looks there from now on."""
    with suppress(DescantError):
        os.environ["NUMBA_CACHE_DIR"] = str(temporary_folder() / "numba")
        numba.core.config.reload_config()  # type: ignore[no-untyped-call]
        return True
    return False


if not has_home() and "NUMBA_CACHE_DIR" not in os.environ:
    _kept_for_a_while()  # else Numba would make a folder called ~ wherever it is run
