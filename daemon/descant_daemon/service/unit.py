"""The order as a systemd user unit. Source: systemd.service(5), systemd.exec(5), systemd.syntax(7)."""

from __future__ import annotations

import re

from descant_daemon.service.order import Order
from descant_routing.errors import DescantError

NAME = "descant.service"
MARK = "# Made by `descant service install`; `descant service remove` takes it away."
_PLAIN = re.compile(r"[A-Za-z0-9_./:=,+@-]+")

_UNIT = """\
{mark}
[Unit]
Description=Descant, a MIDI effect that plays along
After=sound.target pipewire.service
# JACK may come up later than Descant, or go and come back: eight minutes of trying.
StartLimitIntervalSec=600
StartLimitBurst=100

[Service]
Type=notify
{service}
WatchdogSec=10
# Rather ended in order, with its note-offs, than aborted.
WatchdogSignal=SIGTERM
Restart=on-failure
RestartSec=5
# 2 is wrong usage: trying again will not mend it.
RestartPreventExitStatus=2
# The engine ends when io does.
KillMode=mixed
TimeoutStopSec=10
LimitRTPRIO=20
LimitMEMLOCK=infinity
NoNewPrivileges=yes
# Nothing can be written but what the options name, and machine code that is made at the first run.
ProtectSystem=strict
CacheDirectory=descant
Environment=NUMBA_CACHE_DIR=%C/descant/numba
{writable}LockPersonality=yes
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
"""


def unit(order: Order) -> bytes:
    """The whole file. Raises DescantError for an executable with a name that systemd does not take.

    Not hardened further than MIDI bears: devices, shared memory (JACK's) and real-time stay as they are, and
    memory that is written may be run (callbacks through libffi).
    """
    lines = [f"Environment={_quoted(f'{name}={value}')}" for name, value in sorted(order.environment.items())]
    executable, *arguments = order.command
    if any(mark in executable for mark in "\"'\\"):
        raise DescantError(
            f"systemd starts no program whose path has quotes or backslashes in it: {executable}"
        )
    # A $ would be a variable in the arguments; in the executable it is none.
    words = [_quoted(executable), *(_quoted(word).replace("$", "$$") for word in arguments)]
    lines.append(f"ExecStart={' '.join(words)}")
    # A folder that is gone, as with a disk that is unplugged, keeps nobody from playing.
    writable = "".join(f"ReadWritePaths={_quoted(f'-{folder}')}\n" for folder in order.folders)
    return _UNIT.format(mark=MARK, service="\n".join(lines), writable=writable).encode()


def is_ours(content: bytes) -> bool:
    """Whether a unit was made here."""
    return content.startswith(MARK.encode())


def _quoted(word: str) -> str:
    """One word of a unit: quoted where it must be, and % doubled, for one alone begins a specifier."""
    word = word.replace("%", "%%")
    if _PLAIN.fullmatch(word):
        return word
    return '"{}"'.format(word.replace("\\", r"\\").replace('"', r"\""))
