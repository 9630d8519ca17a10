"""What io notes is in the file: every line once, whoever is killed, whatever the disk says."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tape.page import tracks
from tests.tape.studio import header

from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.tape.reel import LONGEST, SLOTS, Reel, reel_bytes
from descant_daemon.live.tape.tape_link import TapeLink
from descant_daemon.live.tape.tape_process import Keeper, Orders
from descant_daemon.tape.reader import TakeFile
from descant_daemon.tape.take_line import Cycle

PATIENCE = 20.0  # s
HEADER = header().encode()


def line(number: int, size: int = 40) -> bytes:
    return f'[{number},5,["mark","{"x" * (size - 20)}"]]\n'.encode()


def memory() -> Shared:
    shared = Shared.create(reel_bytes(HEADER))
    Reel(shared).load(HEADER)
    return shared


def keeper(
    shared: Shared, path: Path | None, said: list[str], captures: Path = Path(), bars: int = 8
) -> Keeper:
    return Keeper(Reel(shared), Orders(path, captures, bars), said.append)


ACTS = st.one_of(st.sampled_from(["look", "kill", "kill while it writes"]), st.integers(22, 3 * LONGEST))


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=60))
def test_every_line_once_though_its_keeper_is_killed(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str | int]
) -> None:
    """A number: io writes a line of that size."""
    path = tmp_path_factory.getbasetemp() / "a.take"
    path.write_bytes(b"")
    shared, said, written = memory(), list[str](), list[bytes]()
    io, kept = Reel(shared), keeper(shared, path, said)
    for number, act in enumerate(acts):
        if act == "look":
            kept.turn()
            continue
        if act != "kill":
            written.append(line(number, act if isinstance(act, int) else 50))
            assert io.write(written[-1])
        if isinstance(act, str):
            if act != "kill":
                with path.open("ab") as file:
                    file.write(written[-1][:30])
            kept = keeper(shared, path, said)
    kept.turn()
    assert path.read_bytes() == HEADER + b"".join(written)
    assert said == []


def test_where_there_is_no_room_a_line_is_refused_whole() -> None:
    shared = memory()
    io, other = Reel(shared), Reel(shared)
    other.resume()
    short, long = line(1), line(2, 5 * LONGEST)
    assert all(io.write(short) for _ in range(SLOTS - 3))
    assert not io.write(long)
    assert [io.write(short) for _ in range(5)] == [True] * 3 + [False] * 2
    assert list(other.lines()) == [short] * SLOTS
    assert not io.write(short), "read, but not kept yet"
    other.kept(1)
    assert io.write(long)
    assert list(other.lines()) == [long]


def test_what_was_heard_before_a_death_is_still_there_to_be_captured(tmp_path: Path) -> None:
    shared, said = memory(), list[str]()
    io, first = Reel(shared), keeper(shared, None, said)
    for number in range(3 * SLOTS):
        io.write(line(number))
        if number % 1000 == 0:
            first.turn()
    first.turn()
    before, size = Reel(shared).resume()
    assert size == 0
    assert len(before) > SLOTS - 2
    assert before[-1] == line(3 * SLOTS - 1)
    assert set(before) <= {line(number) for number in range(3 * SLOTS)}


class Disk:
    """A file on a disk that has ``room`` bytes left, and takes what fits, be it half a line."""

    room = 1 << 30

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> Disk:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def seek(self, place: int) -> None:
        self.file.seek(place)

    def truncate(self) -> None:
        self.file.truncate()

    def write(self, data: memoryview) -> int:
        if not Disk.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: Disk.room]
        Disk.room -= len(part)
        return int(self.file.write(part))


def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.take"
    path.touch()
    shared, said = memory(), list[str]()
    io, kept = Reel(shared), keeper(shared, path, said)
    opened = Path.open

    def limited(path: Path, mode: str, buffering: int) -> Disk:
        return Disk(opened(path, mode, buffering))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", limited)
        io.write(line(0))
        kept.turn()
        patched.setattr(Disk, "room", 50)
        for number in range(1, 10):
            io.write(line(number))
            kept.turn()
    assert said == [f"{path} cannot be written (No space left on device); the music goes on."]
    kept.turn()
    assert path.read_bytes() == HEADER + b"".join(line(number) for number in range(10))


def test_a_capture_is_written_where_it_is_wanted_and_where_it_cannot_be_that_is_told(tmp_path: Path) -> None:
    shared, said = memory(), list[str]()
    io, kept = Reel(shared), keeper(shared, None, said, tmp_path / "music" / "Descant", 2)
    io.write(b'[0,5,["capture"]]\n')
    kept.turn()
    kept.finish(PATIENCE)
    assert said == ["There is nothing to capture: nothing was heard."]
    io.write(b'[1000000,5,["in",0,"903c40"],["song",0,0],["beat",0,0,1,1]]\n')
    io.write(b'[2001000000,5,["beat",0,96,2,1],["capture"]]\n')
    kept.turn()
    kept.finish(PATIENCE)
    (made,) = (tmp_path / "music" / "Descant").iterdir()
    assert said[1] == f"Captured: {made}"
    assert made.name.endswith("-bars-1-1.mid")
    assert tracks(made.read_bytes())[1] == ["0 name Player", "0 1:+60", "3840 1:-60", "3840 end"]
    again = keeper(shared, None, said, made / "below", 2)
    io.write(b'[2002000000,5,["capture"]]\n')
    again.turn()
    again.finish(PATIENCE)
    assert said[2:] == [f"{made / 'below'} cannot be made: Not a directory."]


def until(enough: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_a_process_that_is_killed_is_replaced_and_goes_on_in_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "a.take"
    path.touch()
    link = TapeLink(header(), Orders(path, tmp_path, 8))
    written = 0

    def write(count: int) -> None:
        nonlocal written
        for _ in range(count):
            written += link.write(line(written))

    try:
        for _ in range(3):
            pid, size = link.pid, path.stat().st_size
            write(500)
            until(partial(_grown, path, size))
            os.kill(pid, signal.SIGKILL)
            write(500)
            until(partial(_another, link, pid))
    finally:
        link.close()
    assert written == 3000
    lines = list(TakeFile(path).lines())
    assert [cycle.begin - header().origin for cycle in lines if isinstance(cycle, Cycle)] == list(range(3000))
    with pytest.raises(ProcessLookupError):
        os.kill(link.pid, 0)


def _grown(path: Path, size: int) -> bool:
    return path.stat().st_size > size


def _another(link: TapeLink, pid: int) -> bool:
    return link.pid != pid


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="Windows has no such signals")
def test_signals_that_are_for_io_do_not_end_its_children(tmp_path: Path) -> None:
    """A foot switch's script may send them to every process of ours."""
    path = tmp_path / "a.take"
    path.touch()
    link = TapeLink(header(), Orders(path, tmp_path, 8))
    try:
        pid = link.pid
        link.write(line(0))
        until(partial(_grown, path, 0))
        for each in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            os.kill(pid, each)
        size = path.stat().st_size
        link.write(line(1))
        until(partial(_grown, path, size))
        assert link.pid == pid
    finally:
        link.close()
    assert TakeFile(path).count() == 2
