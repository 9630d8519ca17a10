"""Which port is meant by a name that a musician has typed."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from descant_routing.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# ALSA's client:port at the end, or the client's number as a2jmidid puts it into JACK's names
_NUMBERS = re.compile(r" \d+:\d+$| \[\d+\](?= \()")

# A device's place in Windows' list, at the end; and before its name, also in brackets, the number that Windows gives
# to the second of a kind, or to the same one in another socket: "3- UM-ONE 1", "MIDIIN2 (2- Launchkey) 4".
_OF_WINDOWS = re.compile(r"(?:(?<=\()|^)\d+- | \d+$")


def without_places(name: str) -> str:
    """A port's name on Windows less the numbers that change with what is plugged in, and where."""
    return _OF_WINDOWS.sub("", name)


def without_numbers(name: str) -> str:
    """A port's name less ALSA's numbers, which change whenever a device is plugged in."""
    return _NUMBERS.sub("", name)


def matches(name: str, ports: Sequence[str], bare: Callable[[str], str] = without_numbers) -> list[str]:
    """The ``ports`` that ``name`` can mean: the one called so, or else all that contain it in any case.

    Where there is none, those called so but for the numbers that ``bare`` takes off.
    """
    if name in ports:
        return [name]
    wanted = name.casefold()
    each = list(dict.fromkeys(ports))
    found = [port for port in each if wanted in port.casefold()] if wanted else []
    return found or [port for port in each if bare(port) == bare(name)]


def resolve(
    name: str, ports: Sequence[str], what: str = "port", bare: Callable[[str], str] = without_numbers
) -> str:
    """The one of ``ports`` that ``name`` means, see ``matches``.

    Raises UsageError that lists what is there if none does, and the candidates if several do; ``what`` says
    which kind of port was looked for ("input port").
    """
    found = matches(name, ports, bare)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{what} {name!r} is ambiguous: it could be {_listed(found)}")
    if not ports:
        raise UsageError(f"there is no {what} {name!r}: there is none at all")
    close = _close(name, ports)
    meant = f"; did you mean {_listed(close, ' or ')}?" if close else ""
    raise UsageError(f"there is no {what} {name!r}{meant or ';'} there are {_listed(ports)}")


def _close(name: str, ports: Sequence[str]) -> list[str]:
    """Ports whose name, or a part of it between colons, resembles ``name``; the most alike first."""
    parts = {part.strip().casefold() for port in ports for part in (*port.split(":"), port)}
    close = get_close_matches(name.casefold(), sorted(parts), n=3)
    return list(dict.fromkeys(port for part in close for port in ports if part in port.casefold()))


def _listed(names: Sequence[str], last: str = ", ") -> str:
    quoted = [repr(name) for name in names]
    return last.join(quoted)
