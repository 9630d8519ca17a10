"""Put the service there, take it away, say what is there. Each may be done twice."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from descant_daemon.service.manager import Manager, ServiceStep
from descant_daemon.service.order import Order
from descant_daemon.whole_file import make_folder, write_whole
from descant_routing.errors import DescantError

PATIENCE = 120.0  # s for one command; a start that does not become ready is given up by systemd after 90
GONE = 10.0  # s that a service may take to be gone
POLL = 0.1  # s

State = Literal["runs", "does not run", "unknown"]


@dataclass(frozen=True)
class Status:
    """``ours``: whether the file was made here; ``state`` is unknown where the manager cannot be asked."""

    path: Path
    installed: bool
    ours: bool
    state: State


def install(manager: Manager, order: Order) -> bool:
    """Write the file and start the service; False where there is no manager to be told.

    Raises DescantError for a file that is not ours, one that cannot be written, a service that will not start.
    """
    _refuse_strangers(manager, _content(manager.path))
    make_folder(manager.path.parent)
    write_whole(manager.path, manager.written(order))
    if not _answers(manager):
        return False
    for step in manager.up:
        _take(step, f"The service is written ({manager.path}) but does not run; look at: {manager.look}")
    return True


def remove(manager: Manager) -> bool:
    """Stop the service and delete its file; False where there was none. Raises DescantError as ``install``."""
    content = _content(manager.path)
    if content is None:
        return False
    _refuse_strangers(manager, content)
    answers = _answers(manager)
    if answers:
        for step in manager.down:
            _take(step, f"The service could not be stopped, so {manager.path} was left")
    try:
        manager.path.unlink(missing_ok=True)
    except OSError as error:
        raise DescantError(f"{manager.path} cannot be deleted: {error.strerror or error}.") from error
    if answers:
        for step in manager.afterwards:
            _take(step, f"{manager.path} is deleted, but {manager.name} was not told")
    return True


def status(manager: Manager) -> Status:
    """What is there. Raises DescantError for a file that cannot be read."""
    content = _content(manager.path)
    state: State = "unknown"
    if _answers(manager):
        state = "runs" if _run(manager.state) is None else "does not run"
    return Status(manager.path, content is not None, content is not None and manager.is_ours(content), state)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DescantError(f"{path} cannot be read: {error.strerror or error}.") from error


def _refuse_strangers(manager: Manager, content: bytes | None) -> None:
    if content is not None and not manager.is_ours(content):
        raise DescantError(f"{manager.path} was not made by `descant service install`: move it away first.")


def _answers(manager: Manager) -> bool:
    """Not so in containers, and where nobody is logged in."""
    return _run(manager.answers) is None


def _take(step: ServiceStep, otherwise: str) -> None:
    complaint = _run(step.command)
    end = time.monotonic() + GONE
    while step.until_failing and complaint is None and time.monotonic() < end:
        time.sleep(POLL)
        complaint = _run(step.command)
    if step.vital and complaint is not None:
        raise DescantError(f"{otherwise} ({complaint}).")


def _run(command: tuple[str, ...]) -> str | None:
    """None when it went well, else what it complained of."""
    try:
        done = subprocess.run(
            command, check=False, text=True, errors="replace", capture_output=True, timeout=PATIENCE
        )
    except FileNotFoundError:
        return f"there is no {command[0]}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = done.stderr.split("\n")
    said = next((line.strip() for line in lines if line.strip()), f"exit {done.returncode}")
    return f"{' '.join(command)}: {said.rstrip('.')}"
