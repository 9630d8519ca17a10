"""The order as a launchd agent. Source: launchd.plist(5)."""

from __future__ import annotations

import plistlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from descant_daemon.service.order import MODULE, Order

LABEL = "descant.play"
BETWEEN_STARTS = 30  # s; launchd never gives up, so what is refused is not to be refused each second
LOG = Path("Library") / "Logs" / "descant.log"


def agent(order: Order, home: Path) -> bytes:
    """The whole property list; what ``play`` says goes to ``~/Library/Logs/descant.log``."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(order.command),
            "EnvironmentVariables": dict(order.environment),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": BETWEEN_STARTS,
            "WorkingDirectory": str(home),
            # Else macOS may slow it down as it does with things that nobody waits for.
            "ProcessType": "Interactive",
            "StandardErrorPath": str(home / LOG),
        }
    )


def is_ours(content: bytes) -> bool:
    """Whether an agent was made here."""
    try:
        found = plistlib.loads(content)
    except (ExpatError, ValueError, plistlib.InvalidFileException):
        return False
    return (
        isinstance(found, dict)
        and found.get("Label") == LABEL
        and MODULE in found.get("ProgramArguments", [])
    )
