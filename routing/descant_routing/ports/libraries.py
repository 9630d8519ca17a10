"""The MIDI libraries, loaded when they are wanted: any may be missing, and most like to talk."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError

if TYPE_CHECKING:
    from collections.abc import Generator


def load_jack() -> Any:
    """The module ``jack`` (JACK-Client), its messages to stderr switched off. Raises DescantError."""
    try:
        import jack  # noqa: PLC0415 - importing it loads libjack, which only some machines have
    except ImportError as error:
        raise DescantError("JACK cannot be used: the Python package JACK-Client is not installed") from error
    except OSError as error:
        raise DescantError(
            "JACK cannot be used: its library libjack is not on this machine "
            "(Debian, Ubuntu: apt install jackd2, or pipewire-jack; macOS: brew install jack)"
        ) from error
    jack.set_error_function(_ignore)
    jack.set_info_function(_ignore)
    return jack


def load_rtmidi() -> Any:
    """The module ``rtmidi`` (python-rtmidi). Raises DescantError."""
    try:
        import rtmidi  # noqa: PLC0415 - a compiled library, not needed where JACK is
    except ImportError as error:
        raise DescantError(
            f"RtMidi cannot be used: the Python package python-rtmidi does not load here ({error})"
        ) from error
    return rtmidi


def load_alsa() -> Any:
    """The module ``alsa_midi`` (alsa-midi). Raises DescantError."""
    try:
        import alsa_midi  # noqa: PLC0415 - a compiled library, on Linux only
    except (ImportError, OSError) as error:
        raise DescantError(
            f"ALSA's queue cannot be used: the Python package alsa-midi does not load here ({error})"
        ) from error
    return alsa_midi


def load_sequencer_client() -> Any:
    """alsa-midi's client class whose calls never wait; ``load_alsa`` has said that it is there."""
    from alsa_midi.client import SequencerClientBase  # noqa: PLC0415

    return SequencerClientBase


@contextmanager
def quiet_stderr() -> Generator[None]:
    """Nothing written to stderr in here appears, not even by libraries in C. Whole process: be brief."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # stderr is closed: nothing to quieten
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _ignore(_message: str) -> None:
    """What libjack has to say; what matters of it comes as an exception too."""
