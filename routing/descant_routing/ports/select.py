"""Which back-end to play through: the best that can be opened, and why not a better one. See docs/timing.md."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.alsa.backend import AlsaBackend
from descant_routing.ports.api import ONE_CABLE, Cables
from descant_routing.ports.catalogue import systems
from descant_routing.ports.coremidi.backend import CoreMidiBackend
from descant_routing.ports.jack.backend import JackBackend
from descant_routing.ports.rtmidi.backend import RtMidiBackend
from descant_routing.ports.rtmidi.ends import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from descant_routing.ports.api import Backend

BACKENDS = ("auto", "jack", "alsa", "alsa-rtmidi", "coremidi", "coremidi-rtmidi", "winmm", "rtmidi-jack")
"""What ``--backend`` takes."""

_BEST_FIRST = {"darwin": ("jack", "coremidi", "coremidi-rtmidi"), "win32": ("winmm",)}
_LINUX = ("jack", "alsa", "alsa-rtmidi")


class Selected(NamedTuple):
    """An open back-end, and a sentence: who sends at what precision, and why no better one could be opened."""

    backend: Backend
    why: str


def open_backend(
    backend: str | None = None, cables: Cables = ONE_CABLE, platform: str = sys.platform
) -> Selected:
    """Open ``cables`` by ``backend``, one of ``BACKENDS``; None is "auto", the best there is.

    Cables without a name become ports of Descant's own, where the system has such. One that cannot be opened leaves
    it to the next. Raises UsageError for names that do not exist, DescantError where none can be opened.
    """
    key = backend or "auto"
    if key not in BACKENDS:
        raise UsageError(f"there is no back-end {key!r}: there are {', '.join(BACKENDS)}")
    if key != "auto":
        opened, timing = _OPENERS[key](cables)
        return Selected(opened, f"{opened.name}, as asked: {timing}")
    broken: list[str] = []
    for key in _BEST_FIRST.get(platform, _LINUX):
        try:
            opened, timing = _OPENERS[key](cables)
        except UsageError:
            raise  # the name of a port: on another back-end it would mean another port
        except DescantError as error:
            broken.append(f"not {_title(key)}: {str(error).partition(';')[0]}")
        else:
            return Selected(opened, "; ".join([f"{opened.name}: {timing}", *reversed(broken)]))
    found = systems(platform)
    why = "; ".join(
        f"{system.title}: {system.reason}" + (f" - {system.advice}" if system.advice else "")
        for system in found
    )
    raise DescantError(f"there is no MIDI system to play through ({why}); `descant demo` needs none")


def _title(key: str) -> str:
    return {"jack": "JACK", "alsa": "ALSA", "coremidi": "CoreMIDI"}.get(key) or SYSTEMS[key].title


def _jack(cables: Cables) -> tuple[Backend, str]:
    return JackBackend(cables), "every message leaves at its frame"


def _alsa(cables: Cables) -> tuple[Backend, str]:
    backend = AlsaBackend(cables)
    return backend, backend.timing


def _coremidi(cables: Cables) -> tuple[Backend, str]:
    backend = CoreMidiBackend(cables)
    return backend, backend.timing


def _rtmidi(key: str, cables: Cables) -> tuple[Backend, str]:
    backend = RtMidiBackend(key, cables)
    return backend, backend.timing


_OPENERS: dict[str, Callable[[Cables], tuple[Backend, str]]] = {
    "jack": _jack,
    "alsa": _alsa,
    "coremidi": _coremidi,
    **{key: partial(_rtmidi, key) for key in SYSTEMS},
}
