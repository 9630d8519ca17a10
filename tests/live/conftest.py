"""Real programs: a JACK server, jack_midi_clock as the DAW, Descant, and an independent witness.

No test here may fail because the machine is busy. What must be exact is played while JACK freewheels: time waits
for every answer. What plays in real time asserts order, pairing and place; an onset may miss its frame only in a
step that Descant has counted (``excused``). How fast a machine is, ``descant bench`` and ``doctor`` say.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jack
import pytest

HERE = Path(__file__).parent
PATIENCE = 30  # s that a program may take to come up
Message = tuple[int, bytes]
"""(frame, MIDI message)"""


class Rig:
    """One JACK server and the programs on it."""

    def __init__(self, folder: Path, period: int) -> None:
        self.folder = folder
        self.server = f"descant-live-{os.getpid()}"
        self.environment = {**os.environ, "JACK_DEFAULT_SERVER": self.server, "JACK_NO_START_SERVER": "1"}
        self.programs: list[subprocess.Popen[str]] = []
        self.period = period

    def start(self) -> None:
        for program, package in (("jackd", "jackd2"), ("jack_midi_clock", "jack-midi-clock")):
            assert shutil.which(program), f"{program} is not installed: apt install {package}"
        # --sync: without it a client that is late loses a period's messages, and no test could be exact.
        command = f"jackd -n {self.server} --no-realtime --sync -d dummy -r 48000 -p {self.period}"
        server = self.run(*command.split())
        self.until_said(server, "stdout", "JACK server starting")
        subprocess.run(["jack_wait", "-s", self.server, "-w", "-t", str(PATIENCE)],
                       check=True, env=self.environment, capture_output=True)  # fmt: skip

    def run(self, *command: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            command, env=self.environment, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT if command[0] == "jackd" else subprocess.PIPE,
        )  # fmt: skip
        self.programs.append(program)
        return program

    def until_said(self, program: subprocess.Popen[str], stream: str, words: str) -> None:
        """Wait for a line with these words; then let the rest of the stream flow away."""
        said = threading.Event()
        lines: list[str] = []

        def read() -> None:
            for line in getattr(program, stream):
                lines.append(line)
                if words in line:
                    said.set()

        threading.Thread(target=read, daemon=True).start()
        assert said.wait(PATIENCE), f"{program.args!r} never said {words!r}, but: {''.join(lines)}"

    def master(self, bpm: int) -> None:
        """jack_midi_clock follows JACK's transport."""
        self.run("jack_midi_clock", "-b", str(bpm))

    def descant(self, *options: str, **environment: str) -> subprocess.Popen[str]:
        self.environment |= environment
        program = self.run(sys.executable, "-m", "descant_daemon.cli", "play", "bach-chorale", *options)
        self.until_said(program, "stderr", "ready to be played")
        return program

    def marathon(self, plan: dict[str, Any]) -> dict[str, Any]:
        """See marathon.py; returns its report."""
        score, report = self.folder / "plan.json", self.folder / "marathon.json"
        score.write_text(json.dumps({"server": self.server, **plan}))
        program = self.run(sys.executable, str(HERE / "marathon.py"), str(score), str(report))
        _, complaint = program.communicate(timeout=plan["seconds"] + PATIENCE)
        assert program.returncode == 0, complaint
        totals: dict[str, Any] = json.loads(report.read_text())
        return totals

    def witness(self, notes: list[list[int]], ticks: int, *, freewheel: bool = False) -> Performance:
        """Play notes (tick, length in ticks, key) for some ticks, listening; returns what was heard."""
        return self.begin_witness(notes, ticks, freewheel=freewheel)()

    def begin_witness(
        self,
        notes: list[list[int]],
        ticks: int,
        *,
        then: str = "stop",
        listen: float = 0.5,
        limit: float = 180,
        freewheel: bool = False,
    ) -> Callable[[], Performance]:
        """As ``witness``, but returns when the music has begun, with a way to wait for its end."""
        score, report = self.folder / "score.json", self.folder / "report.json"
        facts: dict[str, Any] = {"server": self.server, "notes": notes, "ticks": ticks, "then": then}
        facts |= {"listen": listen, "limit": limit, "freewheel": freewheel}
        score.write_text(json.dumps(facts))
        program = self.run(sys.executable, str(HERE / "witness.py"), str(score), str(report))
        assert program.stdout is not None
        line = program.stdout.readline()
        assert line == "playing\n", f"{line}{program.stderr.read() if program.stderr else ''}"

        def wait() -> Performance:
            _, complaint = program.communicate(timeout=limit + 60)
            assert program.returncode == 0, complaint
            heard = json.loads(report.read_text())
            heard["heard"] = [(frame, bytes(data)) for frame, data in heard["heard"]]
            return Performance(**heard)

        return wait

    def stopwatch(self) -> jack.Client:
        """A client that tells JACK's present ``frame_time`` at once; to be closed."""
        return jack.Client("Stopwatch", no_start_server=True, servername=self.server)

    def close(self) -> None:
        for program in reversed(self.programs):
            if program.poll() is None:
                # Terminated, it leaves JACK without a word, and JACK waits 6 s for it before it ends.
                rude = "jack_midi_clock" in str(program.args)
                program.send_signal(signal.SIGINT if rude else signal.SIGTERM)
                try:
                    program.wait(10)
                except subprocess.TimeoutExpired:
                    program.kill()
                    program.wait()
            for stream in (program.stdout, program.stderr):
                if stream is not None and not stream.closed:
                    stream.close()


@dataclass
class Performance:
    """What the witness wrote down, in JACK frames."""

    rate: int
    period: int
    ticks: list[int]
    transport: list[list[int]]
    heard: list[Message]
    stopped: int

    @property
    def grid(self) -> list[int]:
        """The sixteenths: every sixth tick."""
        return self.ticks[::6]

    def strikes(self, channel: int) -> list[tuple[int, int]]:
        """(frame, key) of the note-ons of a channel, 0 to 15."""
        return [(frame, data[1]) for frame, data in self.heard if data[0] == 0x90 | channel and data[2]]

    def lateness(self, channel: int) -> list[int]:
        """Frames by which each note-on came after its sixteenth."""
        return [frame - self.grid[self.step(frame)] for frame, _ in self.strikes(channel)]

    def step(self, frame: int) -> int:
        return bisect_right(self.grid, frame) - 1

    def off_grid(self, channel: int) -> list[int]:
        """The sixteenths in which a note-on of a channel missed its frame, each once."""
        late = zip(self.strikes(channel), self.lateness(channel), strict=True)
        return sorted({self.step(frame) for (frame, _), frames in late if frames})

    def silence(self, channel: int, since: int) -> int:
        """The first frame from ``since`` on with a note-off after which nothing sounds on a channel."""
        ends = [frame for frame, data in self.heard if frame >= since and data[0] & 0xF0 == 0x80]
        return next(frame for frame in ends if not self.sounding(frame, channel))

    def sounding(self, frame: int, channel: int) -> set[int]:
        """The keys that sound on a channel after everything up to ``frame``."""
        keys: set[int] = set()
        for at, data in self.heard:
            if at <= frame and data[0] & 0x0F == channel and data[0] & 0xE0 == 0x80:
                (keys.add if data[0] & 0x10 and data[2] else keys.discard)(data[1])
        return keys

    def voices(self, channel: int) -> float:
        """Notes that sound on a channel in the middle of a sixteenth, on average."""
        half = (self.grid[1] - self.grid[0]) // 2
        counts, keys, events = [], set[int](), iter(self.heard)
        waiting = next(events, None)
        for start in self.grid[:-1]:
            while waiting is not None and waiting[0] <= start + half:
                _, data = waiting
                if data[0] & 0x0F == channel and data[0] & 0xE0 == 0x80:
                    (keys.add if data[0] & 0x10 and data[2] else keys.discard)(data[1])
                waiting = next(events, None)
            counts.append(len(keys))
        return sum(counts) / len(counts)


def excused(status: dict[str, Any]) -> int:
    """How many steps were not on time, as Descant itself has counted them."""
    return int(status["waited"]) + int(status["late"])


class StatusLines:
    """What ``descant play --json`` says, read as it comes."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self.latest: dict[str, Any] = {}
        self._come = threading.Condition()
        self._program = program
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._program.stdout is not None
        for line in self._program.stdout:
            with self._come:
                self.latest = json.loads(line)
                self._come.notify_all()

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first status from now on that is as wanted."""
        with self._come:
            self.latest = {}
            came = self._come.wait_for(lambda: bool(self.latest) and wanted(self.latest), PATIENCE)
            assert came, self.latest
            return self.latest

    def settle(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The last status, or the first from now on, that is as wanted: nothing is said while nothing changes."""
        with self._come:
            came = self._come.wait_for(lambda: bool(self.latest) and wanted(self.latest), PATIENCE)
            assert came, self.latest
            return self.latest


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[Callable[[int], Rig]]:
    rigs: list[Rig] = []

    def make(period: int = 256) -> Rig:
        rig = Rig(tmp_path, period)
        rigs.append(rig)  # before anything is started, so that whatever was started is ended
        rig.start()
        return rig

    yield make
    for rig in rigs:
        rig.close()
