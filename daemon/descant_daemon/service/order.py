"""What the service is to run: a whole command line, and what of the environment must go with it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from descant_routing.environment import module_command
from descant_routing.errors import DescantError

MODULE = "descant_daemon.cli"
KEPT = ("JACK_DEFAULT_SERVER", "JACK_PROMISCUOUS_SERVER", "LD_LIBRARY_PATH", "XDG_CONFIG_HOME")
"""Which JACK server is meant, which libjack (``pw-jack`` sets the path), and where the user's presets are."""


@dataclass(frozen=True)
class Order:
    """``command``: the executable's absolute path first. ``folders``: what it writes into, which are there."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folders: tuple[Path, ...] = ()


def order(
    arguments: Sequence[str], environment: Mapping[str, str] = os.environ, folders: Sequence[Path] = ()
) -> Order:
    """``descant play`` with these arguments, by the Python that runs now.

    Raises DescantError where that Python cannot be started again, or an argument cannot be written down.
    """
    if not sys.executable or importlib.util.find_spec(f"{MODULE}.__main__") is None:
        raise DescantError("The Python that runs Descant cannot be named, so no service can start it.")
    kept = {name: environment[name] for name in KEPT if environment.get(name)}
    for text in (*arguments, *kept.values(), *map(str, folders)):
        if not text.isprintable():
            raise DescantError(
                f"A service cannot be given {text!r}: there are characters in it without a shape."
            )
    return Order(tuple(module_command(MODULE, "play", *arguments)), kept, tuple(dict.fromkeys(folders)))
