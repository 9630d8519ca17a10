"""What waits for a full buffer."""

from __future__ import annotations

from descant_routing.ports.jack.ends import SendQueue


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


def cycle(queue: SendQueue, start: int, room: int = 1000) -> list[tuple[int, bytes]]:
    buffer = Buffer(room)
    queue.write(start, start + 256, buffer.write)
    return buffer.written


def test_each_at_its_frame_the_late_at_once_the_early_not_yet() -> None:
    queue = SendQueue()
    for frame, data in [(900, b"late"), (1000, b"first"), (1255, b"last"), (1256, b"next")]:
        queue.put(frame, data)
    assert cycle(queue, 1000) == [(0, b"late"), (0, b"first"), (255, b"last")]
    assert cycle(queue, 1256) == [(0, b"next")]
    assert len(queue) == 0


def test_order_is_kept_even_where_frames_are_not_in_order() -> None:
    queue = SendQueue()
    queue.put(1100, b"on")
    queue.put(1050, b"off")
    assert cycle(queue, 1000) == [(100, b"on"), (100, b"off")]


def test_what_finds_no_room_goes_first_in_the_next_cycle() -> None:
    queue = SendQueue()
    for data in (b"aaa", b"bbb", b"ccc"):
        queue.put(10, data)
    assert cycle(queue, 0, room=7) == [(10, b"aaa"), (10, b"bbb")]
    queue.put(256, b"ddd")
    assert cycle(queue, 256, room=7) == [(0, b"ccc"), (0, b"ddd")]
    assert queue.refused == 0


def test_what_no_buffer_could_hold_does_not_dam_the_rest() -> None:
    queue = SendQueue()
    for data in (b"aaa", b"x" * 50, b"bbb"):
        queue.put(0, data)
    assert cycle(queue, 0, room=7) == [(0, b"aaa")]
    assert cycle(queue, 256, room=7) == [(0, b"bbb")]
    assert queue.refused == 1
