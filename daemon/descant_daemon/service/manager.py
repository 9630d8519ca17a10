"""The two service managers as tables: where a service is written down, and what to tell whom."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from descant_daemon.service import agent, unit
from descant_daemon.service.order import Order
from descant_daemon.user_folders import has_home
from descant_routing.errors import DescantError


@dataclass(frozen=True)
class ServiceStep:
    """One command; ``vital`` when it must succeed, ``until_failing`` when it is asked again until it does not."""

    command: tuple[str, ...]
    vital: bool = True
    until_failing: bool = False


@dataclass(frozen=True)
class Manager:
    """What a platform's service manager wants."""

    name: str
    path: Path
    written: Callable[[Order], bytes]
    is_ours: Callable[[bytes], bool]
    answers: tuple[str, ...]
    """A command that succeeds where there is somebody to talk to."""
    up: tuple[ServiceStep, ...]
    down: tuple[ServiceStep, ...]
    afterwards: tuple[ServiceStep, ...]
    """When the file is gone."""
    state: tuple[str, ...]
    """A command that succeeds while the service runs."""
    by_hand: str
    """What to run where nobody could be talked to."""
    notes: tuple[str, ...]
    """What a musician wants to know once it runs."""
    look: str
    """Where to read why it does not."""


def manager(
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ, user: int | None = None
) -> Manager:
    """The one of this platform. Raises DescantError on Windows, which has none that fits."""
    if platform == "win32":
        raise DescantError(
            "Windows has no services that belong to a user's session, where MIDI ports are: instead, put a "
            "shortcut to `descant play` into the folder that Win+R, shell:startup opens."
        )
    named = environment.get("HOME")
    if not named and not has_home():
        raise DescantError(
            "This user has no home folder, so there is no session that a service could belong to."
        )
    home = Path(named or Path.home())
    if platform == "darwin":
        return _launchd(home, os.getuid() if user is None else user)
    return _systemd(Path(environment.get("XDG_CONFIG_HOME") or home / ".config"))


def _systemd(config: Path) -> Manager:
    def told(*words: str) -> tuple[str, ...]:
        return ("systemctl", "--user", *words)

    return Manager(
        name="systemd",
        path=config / "systemd" / "user" / unit.NAME,
        written=unit.unit,
        is_ours=unit.is_ours,
        answers=told("show-environment"),
        up=(
            ServiceStep(told("daemon-reload")),
            ServiceStep(told("enable", unit.NAME)),
            ServiceStep(told("restart", unit.NAME)),
        ),
        down=(ServiceStep(told("disable", "--now", unit.NAME)),),
        afterwards=(
            ServiceStep(told("daemon-reload")),
            ServiceStep(told("reset-failed", unit.NAME), vital=False),
        ),
        state=told("is-active", "--quiet", unit.NAME),
        by_hand=f"systemctl --user daemon-reload && systemctl --user enable --now {unit.NAME}",
        notes=("To have it without logging in: loginctl enable-linger.",),
        look=f"journalctl --user -u {unit.NAME}",
    )


def _launchd(home: Path, user: int) -> Manager:
    domain = f"gui/{user}"
    ours = f"{domain}/{agent.LABEL}"
    path = home / "Library" / "LaunchAgents" / f"{agent.LABEL}.plist"
    there = ("launchctl", "print", ours)
    # Booting out returns before it is done, and a service that is still there cannot be booted again.
    out = (
        ServiceStep(("launchctl", "bootout", ours), vital=False),
        ServiceStep(there, vital=False, until_failing=True),
    )
    return Manager(
        name="launchd",
        path=path,
        written=lambda order: agent.agent(order, home),
        is_ours=agent.is_ours,
        answers=("launchctl", "print", domain),
        up=(
            *out,
            ServiceStep(("launchctl", "enable", ours)),
            ServiceStep(("launchctl", "bootstrap", domain, str(path))),
        ),
        down=out,
        afterwards=(),
        state=there,
        by_hand=f"launchctl bootstrap {domain} '{path}'",
        notes=(),
        look=f"less {home / agent.LOG}",
    )
