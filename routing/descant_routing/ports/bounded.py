"""Calls into MIDI systems that may never return, and must not take Descant with them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def bounded(what: str, seconds: float, call: Callable[[], T]) -> T:
    """``call()``, or a DescantError that ``what`` does not answer once ``seconds`` have passed.

    The call runs in a daemon thread; one that hangs is left behind. Its own exceptions are raised here.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again below, in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=work, name=f"descant {what}", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise DescantError(f"{what} does not answer (waited {seconds:g} s); restart it, then try again")
    return results[0]
