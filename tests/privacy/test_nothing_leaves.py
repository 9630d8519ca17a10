"""No command reports anything to anybody, or leaves a file where it has no business.

Watched from outside, by strace: every connection of every thread and child, every file that is opened for writing.
Where no process may be traced, the home folder alone is looked at: libraries that report keep a queue there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.conftest import Rig

import descant_daemon
from descant_routing.environment import REPORTS_OFF, report_nothing

DESCANT = (sys.executable, "-P", "-m", "descant_daemon.cli")
WATCHED = "connect,sendto,sendmsg,sendmmsg,open,openat,creat,mkdir,mkdirat"
CHECKOUT = Path(descant_daemon.__file__).parents[
    2
]  # Numba keeps its code beside the source, or in the user's cache
OURS = {".cache/descant", ".cache/numba", ".config/descant"}
SYSTEM = ("/dev/", "/proc/")
PATIENCE = 120  # s


def can_trace() -> bool:
    program = shutil.which("strace")
    if program is None:
        return False
    return subprocess.run([program, "true"], capture_output=True, check=False).returncode == 0


def bare(home: Path) -> dict[str, str]:
    """An environment in which nobody has switched off anything."""
    kept = ("PATH", "LD_LIBRARY_PATH", "JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER", "LANG")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
    }


class Witness:
    """Runs commands in a folder and a home of their own, and says what they did that was not theirs to do."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.trace = folder, folder / "home", folder / "trace"
        self.home.mkdir()
        self.before = ("strace", "-f", "-qq", "--seccomp-bpf", "-s", "300", "-e", f"trace={WATCHED}",
                       "-o", str(self.trace)) if can_trace() else ()  # fmt: skip

    def command(self, *arguments: str) -> tuple[str, ...]:
        return (*self.before, *DESCANT, *arguments)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            self.command(*arguments), cwd=self.folder, env=bare(self.home), capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr  # 1: doctor finds no ports
        assert "Traceback" not in done.stderr
        return done.stderr

    def pid_under(self, program: subprocess.Popen[str]) -> int:
        """Of the command itself."""
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        return int(children[0]) if self.before else program.pid

    def found(self) -> list[str]:
        return [*self.strays(), *(self.calls() if self.before else ())]

    def strays(self) -> Iterator[str]:
        for path in self.home.rglob("*"):
            place = str(path.relative_to(self.home))
            if path.is_file() and not any(place.startswith(f"{ours}/") for ours in OURS):
                yield f"a file at home: {place}"

    def calls(self) -> Iterator[str]:
        text = self.trace.read_text(errors="replace")
        assert "openat(" in text, "the witness was asleep"
        for line in text.splitlines():
            if address := re.search(r'inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"', line):
                here = address[1].startswith("127.") or address[1] == "::1"
                if not here or "htons(53)" in line:
                    yield f"an address: {line}"
            path = re.search(r'(?:open(?:at)?|creat|mkdir(?:at)?)\((?:[A-Z_]+, )?"([^"]*)"', line)
            if (
                path
                and re.search(r"O_WRONLY|O_RDWR|O_CREAT|mkdir|creat\(", line)
                and not self.may_be(path[1])
            ):
                yield f"a file: {line}"

    def may_be(self, place: str) -> bool:
        path = Path(self.folder, place)
        return place.startswith(SYSTEM) or any(path.is_relative_to(each) for each in (self.folder, CHECKOUT))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [("render", "bach-chorale", "--bars", "2", "-o", "o.mid"), ("presets",), ("doctor",)],
    ids=lambda arguments: str(arguments[0]),
)
def test_a_command_keeps_to_itself(witness: Witness, arguments: tuple[str, ...]) -> None:
    witness.run(*arguments)
    assert witness.found() == []


def test_a_session_keeps_to_itself(witness: Witness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """io, engine, control and tape, for some bars, through a JACK server of their own."""
    rig = Rig(tmp_path, 256)
    try:
        rig.start()
        monkeypatch.setenv("JACK_DEFAULT_SERVER", rig.server)
        monkeypatch.setenv("JACK_NO_START_SERVER", "1")
        rig.environment = bare(witness.home)
        options = ("--mode", "free", "--clock", "internal", "--tempo", "240", "--json", "--record", "a.take")
        program = rig.run(*witness.command("play", "bach-chorale", *options))
        try:
            rig.until_said(program, "stdout", '"bar":2')
        finally:
            os.kill(witness.pid_under(program), signal.SIGTERM)  # strace itself would not hear of it
        program.wait(30)
    finally:
        rig.close()
    assert (tmp_path / "a.take").stat().st_size > 1000
    assert [each for each in witness.found() if "/dev/shm" not in each] == []


def test_a_home_that_cannot_be_written_is_not_complained_of(witness: Witness) -> None:
    witness.home.rmdir()
    witness.home.write_text("no folder")  # a mode of 0555 would not stop root
    said = witness.run("presets")
    assert "\x1b" not in said
    assert all(line.startswith("descant: ") for line in said.splitlines())


def test_who_has_chosen_otherwise_is_left_alone() -> None:
    environment = {"DO_NOT_TRACK": "0"}
    report_nothing(environment)
    assert environment == {**REPORTS_OFF, "DO_NOT_TRACK": "0"}


@pytest.mark.parametrize("package", ["descant_daemon", "descant_export"])
def test_a_library_s_user_reports_nothing_either(package: str, tmp_path: Path) -> None:
    code = f"import os, {package}; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=bare(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"
