"""Captures: made beside the keeping, of no more than they need, each with a name of its own."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import mido
import pytest
from tests.tape.studio import MS, Studio, fixed, header, storm

from descant_daemon.live.processes.shared import Shared
from descant_daemon.live.tape import remembered
from descant_daemon.live.tape.captures import Captures
from descant_daemon.live.tape.capturing import write_capture
from descant_daemon.live.tape.reel import Reel, reel_bytes
from descant_daemon.live.tape.remembered import Remembered
from descant_daemon.live.tape.tape_link import TapeLink
from descant_daemon.live.tape.tape_process import Keeper, Orders
from descant_daemon.tape.capture import capture, capture_lines
from descant_daemon.tape.prelude import first_needed, music_of
from descant_daemon.tape.reader import TakeFile

SEED = int(os.environ.get("DESCANT_SEED", "1"))
PATIENCE = 30.0  # s
HEADER = header()
NOW = datetime(2026, 11, 21, 20, 5, 9, tzinfo=UTC)
BEAT = 500 * MS


def tracks(content: bytes) -> list[list[str]]:
    return [[str(each) for each in track] for track in mido.MidiFile(file=BytesIO(content)).tracks]


def song(seed: int, beats: int, jumps: float = 0.0) -> list[bytes]:
    """A take at 120 BPM with notes that last, controllers, pedals, words, pauses and jumps, as lines."""
    dice = random.Random(seed)
    lines, place, running = [b'[0,1,["metre","4/4"],["mark","first"]]\n'], 0, False
    for beat in range(beats):
        now = (beat + 1) * BEAT
        items = []
        if not running or dice.random() < jumps:
            place, running = dice.randrange(40) * 96 if jumps else place, True
            items.append(f'["song",0,{place}]')
        if dice.random() < jumps / 2:
            running = False
            lines.append(b'[%d,1,["stop"]]\n' % now)
            continue
        items.append(f'["beat",0,{place},{place // 96 + 1},{place // 24 % 4 + 1}]')
        place += 24
        for _ in range(dice.randrange(4)):
            status = dice.choice((0x90, 0x90, 0x80, 0xB0, 0xC0, 0xE0)) | dice.randrange(2)
            data = bytes(
                [
                    status,
                    dice.choice((60, 64, 67, 7, 64)),
                    *([] if status & 0xF0 == 0xC0 else [dice.randrange(128)]),
                ]
            )
            items.append(f'["{dice.choice(("in", "out"))}",{dice.randrange(1000)},"{data.hex()}"]')
        if dice.random() < 0.02:
            items.append(f'["mark","{beat} \\"[quoted]"]')
        lines.append(f"[{now},{BEAT},{','.join(items)}]\n".encode())
    return lines


@pytest.mark.parametrize("jumps", [0.0, 0.02, 0.3])
def test_reading_the_last_bars_is_the_same_as_reading_everything(jumps: float) -> None:
    """The oracle reads every line from the first. Catches a held note, a pedal, a metre or a word that gets lost."""
    short = captured = 0
    for number in range(40):
        lines = song(SEED * 1000 + number, 160, jumps)
        bars = random.Random(number).choice((1, 2, 8, 20))
        short += first_needed(lines, bars) > 0
        quick = capture_lines(HEADER, lines, bars)
        whole = capture(HEADER, music_of(HEADER, lines), bars)
        assert quick == whole, (number, bars)
        captured += quick is not None
    assert short > 10
    assert captured > 30


def test_a_storm_through_the_effect_is_captured_alike() -> None:
    for seed in range(3):
        studio = Studio(header(), SEED + seed)
        studio.play(storm(SEED + seed, 1500), fixed())
        quick = capture_lines(studio.header, studio.tape, 2)
        whole = capture(studio.header, music_of(studio.header, studio.tape), 2)
        assert quick is not None
        assert quick == whole


def test_of_a_long_session_only_the_last_bars_are_read() -> None:
    lines = song(SEED, 4000)
    assert len(lines) - first_needed(lines, 8) < 4 * 12


def test_two_captures_in_one_second_are_two_files_and_nothing_is_written_over(tmp_path: Path) -> None:
    lines = song(SEED, 40)
    first = write_capture(HEADER.encode(), lines, tmp_path, 2, NOW)
    (made,) = tmp_path.iterdir()
    made.write_bytes(b"somebody's")
    second = write_capture(HEADER.encode(), lines, tmp_path, 2, NOW)
    third = write_capture(HEADER.encode(), lines, tmp_path, 2, NOW)
    assert made.read_bytes() == b"somebody's"
    assert len({first, second, third}) == 3
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted([made.name, f"{made.stem}-2.mid", f"{made.stem}-3.mid"])


def test_memory_has_an_end_by_lines_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_LINES", 10)
    monkeypatch.setattr(remembered, "MOST_BYTES", 100)
    kept = Remembered()
    for number in range(50):
        kept.append(b"%d\n" % number)
    assert kept.lines() == [b"%d\n" % number for number in range(40, 50)]
    kept.append(b"x" * 95)
    assert kept.lines() == [b"49\n", b"x" * 95]


class Gate:
    """A capture that takes as long as it is told to."""

    def __init__(self) -> None:
        self.made: list[Sequence[bytes]] = []
        self.begun, self.open = threading.Semaphore(0), threading.Event()

    def __call__(self, lines: Sequence[bytes]) -> str:
        self.begun.release()
        assert self.open.wait(PATIENCE)
        self.made.append(lines)
        return f"made of {len(lines)}"


def test_pushes_while_one_is_made_are_answered_by_one_more() -> None:
    gate, said = Gate(), list[str]()
    captures = Captures(gate, said.append)
    captures.ask([b"1"])
    assert gate.begun.acquire(timeout=PATIENCE)
    for number in range(2, 50):
        captures.ask([b"x"] * number)
    gate.open.set()
    assert captures.finish(PATIENCE)
    assert said == ["made of 1", "made of 49"]
    captures.ask([b"1", b"2"])
    assert captures.finish(PATIENCE)
    assert said[2:] == ["made of 2"]


def test_one_that_is_not_done_in_time_is_told_of() -> None:
    gate, said = Gate(), list[str]()
    captures = Captures(gate, said.append)
    captures.ask([b"1"])
    assert not captures.finish(0.0)
    assert said == ["The last capture was not finished in time; what was recorded is whole."]
    gate.open.set()
    assert captures.finish(PATIENCE)


def test_whatever_goes_wrong_in_one_is_said_and_the_next_is_made() -> None:
    said = list[str]()

    def make(lines: Sequence[bytes]) -> str:
        if len(lines) == 1:
            raise ZeroDivisionError("of a kind that nobody thought of")
        return "made"

    captures = Captures(make, said.append)
    for number in (1, 2):
        captures.ask([b"x"] * number)
        assert captures.finish(PATIENCE)
    assert said == ["of a kind that nobody thought of", "made"]


def test_lines_are_kept_while_a_capture_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a keeper that makes captures itself: what came meanwhile was not in the file."""
    gate, said, path = Gate(), list[str](), tmp_path / "a.take"
    path.touch()

    def make(_: Keeper, lines: Sequence[bytes]) -> str:
        return gate(lines)

    monkeypatch.setattr(Keeper, "_capture", make)
    shared = Shared.create(reel_bytes(HEADER.encode()))
    io = Reel(shared)
    io.load(HEADER.encode())
    kept = Keeper(Reel(shared), Orders(path, tmp_path, 8), said.append)
    io.write(b'[0,5,["capture"]]\n')
    kept.turn()
    assert gate.begun.acquire(timeout=PATIENCE)
    io.write(b'[5,5,["mark","meanwhile"]]\n')
    kept.turn()
    assert path.read_bytes().endswith(b'[0,5,["capture"]]\n[5,5,["mark","meanwhile"]]\n')
    gate.open.set()
    kept.finish(PATIENCE)


def test_a_storm_of_captures_and_an_end_in_the_midst_of_it_lose_nothing(tmp_path: Path) -> None:
    """Dense playing, pushes of the pad all the time, a last key, and the end at once: the real process."""
    dice = random.Random(SEED)
    path, captures = tmp_path / "a.take", tmp_path / "captures"
    path.touch()
    lines = song(SEED, 3000)
    written = 0
    link = TapeLink(HEADER, Orders(path, captures, 8))
    try:
        for number, line in enumerate(lines):
            end = time.monotonic() + PATIENCE
            while not link.write(line):
                assert time.monotonic() < end
                time.sleep(0.002)
            written += 1
            if dice.random() < 0.05 or number == len(lines) - 1:
                assert link.write(b'[%d,1,["capture"]]\n' % ((number + 1) * BEAT))
                written += 1
        assert link.write(b'[%d,5,["in",0,"90407f"]]\n' % ((len(lines) + 1) * BEAT))
        written += 1
    finally:
        link.close()
    assert TakeFile(path).count() == written
    assert path.read_bytes().endswith(b'"90407f"]]\n')
    made = sorted(captures.iterdir())
    assert 1 <= len(made) <= 160
    assert not any(each.name.startswith(".") for each in made)
    for each in made:
        assert len(tracks(each.read_bytes())) in (3, 4)


def test_an_empty_memory_has_nothing_to_capture() -> None:
    assert capture_lines(HEADER, [], 8) is None
