"""The ladder of back-ends: JACK where a server runs, else what the platform has by RtMidi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.catalogue import systems
from descant_routing.ports.jack_port import JackBackend
from descant_routing.ports.rtmidi_port import SYSTEMS, RtMidiBackend

if TYPE_CHECKING:
    from descant_routing.ports.backend import Backend

BACKENDS = ("auto", "jack", *SYSTEMS)
"""What ``--backend`` takes."""


def open_backend(
    backend: str | None = None,
    input: str | None = None,  # noqa: A002 - the word of the command line
    output: str | None = None,
) -> Backend:
    """Open one input and one output port by ``backend``, one of ``BACKENDS``; None is "auto", the best there is.

    ``input`` and ``output`` are names of ports, or clear parts of them; without them ports of our own are
    made, where the system has such. Raises UsageError for names that do not exist, DescantError where there is
    no MIDI system.
    """
    key = backend or "auto"
    if key not in BACKENDS:
        raise UsageError(f"there is no back-end {key!r}: there are {', '.join(BACKENDS)}")
    if key == "auto":
        key = _best()
    if key == "jack":
        return JackBackend(input, output)
    return RtMidiBackend(key, input, output)


def _best() -> str:
    found = systems()
    for system in found:
        if system.available:
            return system.key
    why = "; ".join(f"{system.title}: {system.reason} - {system.advice}" for system in found)
    raise DescantError(f"there is no MIDI system to play through ({why}); `descant demo` needs none")
