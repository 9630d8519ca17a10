"""Which port is meant by a name that a musician has typed."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from descant_routing.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def resolve(name: str, ports: Sequence[str], what: str = "port") -> str:
    """The one of ``ports`` called ``name``: exactly, or else the only one that contains it in any case.

    Raises UsageError that lists what is there if none does, and the candidates if several do; ``what`` says
    which kind of port was looked for ("input port").
    """
    if name in ports:
        return name
    wanted = name.casefold()
    found = [port for port in dict.fromkeys(ports) if wanted in port.casefold()] if wanted else []
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
