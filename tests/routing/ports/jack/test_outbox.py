"""What waits for a full buffer, and what the back-end ends when the effect cannot."""

from __future__ import annotations

from descant_routing.ports.outbox import Outbox
from descant_routing.ports.sounding import Sounding


class Buffer:
    """Has room for so many bytes a cycle; refuses what is out of order, as JACK does."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.written: list[tuple[int, bytes]] = []

    def write(self, offset: int, data: bytes) -> bool:
        assert offset >= (self.written[-1][0] if self.written else 0), "JACK takes no event before another"
        if len(data) > self.room:
            return False
        self.room -= len(data)
        self.written.append((offset, data))
        return True


def cycle(outbox: Outbox, start: int, room: int = 1000) -> list[tuple[int, bytes]]:
    buffer = Buffer(room)
    outbox.write(start, start + 256, buffer.write)
    return buffer.written


def test_each_at_its_frame_the_late_at_once_the_early_not_yet() -> None:
    outbox = Outbox()
    for frame, data in [(900, b"late"), (1000, b"first"), (1255, b"last"), (1256, b"next")]:
        outbox.put(frame, data)
    assert cycle(outbox, 1000) == [(0, b"late"), (0, b"first"), (255, b"last")]
    assert cycle(outbox, 1256) == [(0, b"next")]
    assert len(outbox) == 0


def test_order_is_kept_even_where_frames_are_not_in_order() -> None:
    outbox = Outbox()
    outbox.put(1100, b"on")
    outbox.put(1050, b"off")
    assert cycle(outbox, 1000) == [(100, b"on"), (100, b"off")]


def test_what_finds_no_room_goes_first_in_the_next_cycle() -> None:
    outbox = Outbox()
    for data in (b"aaa", b"bbb", b"ccc"):
        outbox.put(10, data)
    assert cycle(outbox, 0, room=7) == [(10, b"aaa"), (10, b"bbb")]
    outbox.put(256, b"ddd")
    assert cycle(outbox, 256, room=7) == [(0, b"ccc"), (0, b"ddd")]
    assert outbox.refused == 0


def test_what_no_buffer_could_hold_does_not_dam_the_rest() -> None:
    outbox = Outbox()
    for data in (b"aaa", b"x" * 50, b"bbb"):
        outbox.put(0, data)
    assert cycle(outbox, 0, room=7) == [(0, b"aaa")]
    assert cycle(outbox, 256, room=7) == [(0, b"bbb")]
    assert outbox.refused == 1


def test_sounding_ends_exactly_what_sounds() -> None:
    sounding = Sounding()
    for text in ("93 40 50", "90 3c 40", "90 3e 40", "80 3e 00", "90 43 40", "90 43 00", "b0 40 7f"):
        sounding.watch(bytes.fromhex(text))
    assert [data.hex(" ") for data in sounding.end()] == ["80 3c 40", "83 40 40"]
    assert sounding.end() == []
