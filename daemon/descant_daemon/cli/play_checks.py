"""What would fail in the middle of playing, or at its end, is said before anything begins."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from descant_daemon.live.control.osc import HOST, Address, OscInlet
from descant_daemon.live.terminal import say
from descant_daemon.user_folders import music_folder
from descant_daemon.whole_file import writable_folder
from descant_routing.errors import DescantError, UsageError


def ignore_signals() -> None:
    """Panic and capture, until there is something that they could ask for: they would end the program."""
    if sys.platform != "win32":
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_IGN)


def listened(osc: str | None) -> Address | None:
    """Where ``--osc`` listens. Raises UsageError, and DescantError where it cannot: the port may be taken."""
    if osc is None:
        return None
    _, place = Address.parse(osc, "--osc", HOST).found()
    OscInlet(place.port, host=place.host).close()
    if not place.local:
        say(
            f"descant: OSC is listened to at {place.host}, port {place.port}: whoever reaches this machine there can "
            "set every parameter."
        )
    return place


def told(osc_out: str | None) -> Address | None:
    """Whom ``--osc-out`` tells, by number. Raises UsageError, and DescantError where nobody knows the host."""
    return None if osc_out is None else Address.parse(osc_out, "--osc-out").found()[1]


def captures_folder(wanted: Path | None) -> Path:
    """Where captures go: the folder is made with the first one.

    Unless one is wanted it is Descant's own in the user's folder for music; where there is none, the present one.
    Raises UsageError where the one that is wanted will not take them; of another there is only a word of warning.
    """
    music = music_folder()
    folder = wanted or (music / "Descant" if music is not None else Path.cwd())
    try:
        writable_folder(folder)
    except DescantError as error:
        if wanted is not None:
            raise UsageError(f"captures cannot be kept: {error}") from error
        say(f"descant: captures cannot be kept: {error} --captures names another folder.")
    return folder
