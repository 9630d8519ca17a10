"""Messages through shared memory: once each, in order, and nobody waits."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from descant_daemon.live.processes.ring import BOARD_SLOTS, Board, Ring, ring_bytes
from descant_daemon.live.processes.shared import Shared

SLOTS, LONGEST = 4, 32


def pair() -> tuple[Ring, Ring, bytearray]:
    memory = bytearray(ring_bytes(SLOTS, LONGEST))
    return Ring(memoryview(memory), SLOTS, LONGEST), Ring(memoryview(memory), SLOTS, LONGEST), memory


@given(st.lists(st.one_of(st.binary(max_size=LONGEST), st.none()), max_size=60))
def test_every_message_once_and_in_order(script: list[bytes | None]) -> None:
    """None: the reader looks; bytes: the writer writes. Against a list that a person would keep."""
    writer, reader, _ = pair()
    waiting: list[bytes] = []
    for action in script:
        if action is None:
            assert reader.read() == (waiting.pop(0) if waiting else None)
        else:
            taken = writer.write(action)
            assert taken == (len(waiting) < SLOTS)
            if taken:
                waiting.append(action)
    assert [*reader.read_all(100)] == waiting


def test_a_reader_that_is_a_whole_ring_behind_loses_nothing_that_was_taken() -> None:
    writer, reader, _ = pair()
    assert [writer.write(bytes([n])) for n in range(6)] == [True] * 4 + [False] * 2
    assert [*reader.read_all(9)] == [bytes([n]) for n in range(4)]
    assert writer.write(b"again")
    assert reader.read() == b"again"


def test_a_torn_message_has_not_come_yet() -> None:
    """Whatever byte of it has not been written, when the number has."""
    slot = 64 + 16 + LONGEST  # of message number 1: a margin, and a slot before it
    for at in range(slot, slot + 16 + 5):
        writer, reader, memory = pair()
        writer.write(b"hello")
        whole = memory[at]
        memory[at] ^= 0xFF
        assert reader.read() is None
        memory[at] = whole
        assert reader.read() == b"hello"


def test_a_message_from_the_last_round_is_not_taken_for_a_new_one() -> None:
    writer, reader, _ = pair()
    for number in range(3 * SLOTS):
        assert writer.write(b"same")
        assert reader.read() == b"same"
        assert reader.read() is None, number


def test_a_message_that_is_too_long_is_refused_and_does_no_harm() -> None:
    writer, reader, _ = pair()
    assert not writer.write(bytes(LONGEST + 1))
    assert writer.write(b"whole")
    assert reader.read() == b"whole"
    memory = memoryview(bytearray(ring_bytes(BOARD_SLOTS, LONGEST)))
    board = Board(memory, LONGEST)
    assert board.write(b"short")
    assert not board.write(bytes(LONGEST + 1))
    assert (board.read(), board.count) == (b"short", 1)


def test_a_board_shows_the_latest() -> None:
    memory = memoryview(bytearray(ring_bytes(BOARD_SLOTS, LONGEST)))
    writer, reader = Board(memory, LONGEST), Board(memory, LONGEST)
    assert reader.read() is None
    for number in range(11):
        writer.write(bytes([number]))
    assert reader.read() == bytes([10])
    assert reader.read() == bytes([10])


CHILD = """
import sys
from descant_daemon.live.processes.ring import Ring, ring_bytes
from descant_daemon.live.processes.shared import Shared
memory = memoryview(Shared.attach(sys.argv[1], 2 * ring_bytes(64, 64)).memory)
there, back = Ring(memory[:ring_bytes(64, 64)], 64, 64), Ring(memory[ring_bytes(64, 64):], 64, 64)
number = 0
while number < 20000:
    message = there.read()
    if message is not None:
        assert message == b"%d" % number, message
        while not back.write(message):
            pass
        number += 1
"""


def test_two_processes_pass_twenty_thousand_messages_to_and_fro() -> None:
    shared = Shared.create(2 * ring_bytes(64, 64))
    memory = memoryview(shared.memory)
    there, back = Ring(memory[: ring_bytes(64, 64)], 64, 64), Ring(memory[ring_bytes(64, 64) :], 64, 64)
    child = subprocess.Popen([sys.executable, "-c", CHILD, shared.handle], pass_fds=shared.descriptors)
    shared.close()
    sent = received = 0
    while received < 20000:
        if sent < 20000 and there.write(b"%d" % sent):
            sent += 1
        message = back.read()
        if message is not None:
            assert message == b"%d" % received
            received += 1
        assert child.poll() in (None, 0)
    assert child.wait(10) == 0
