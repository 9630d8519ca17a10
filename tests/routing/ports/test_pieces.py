"""Messages put together from pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from descant_routing import message
from descant_routing.ports.pieces import Pieces


def sysex(data: list[int]) -> bytes:
    return b"\xf0" + bytes(data) + b"\xf7"


DATA = st.integers(0, 127)
MESSAGES = st.one_of(
    st.builds(message.note_on, st.integers(0, 15), DATA, st.integers(1, 127)),
    st.builds(message.program_change, st.integers(0, 15), DATA),
    st.builds(sysex, st.lists(DATA, max_size=40)),
    st.sampled_from([b"\xf6", b"\xf1\x05", b"\xf2\x01\x02"]),
)


@given(st.lists(MESSAGES), st.lists(st.integers(1, 9)), st.data())
def test_whatever_the_pieces_the_messages_are_the_same(
    messages: list[bytes], cuts: list[int], draw: st.DataObject
) -> None:
    """Cut anywhere, and with real-time bytes strewn in: the same messages come out, and the clocks too."""
    stream = bytearray(b"".join(messages))
    clocks = draw.draw(st.lists(st.integers(0, len(stream)), max_size=5))
    for place in sorted(clocks, reverse=True):
        stream[place:place] = b"\xf8"
    pieces, joined = Pieces(), list[bytes]()
    for cut in [*cuts, len(stream)]:
        joined += pieces.join(bytes(stream[:cut]))
        del stream[:cut]
    assert [data for data in joined if data != b"\xf8"] == messages
    assert joined.count(b"\xf8") == len(clocks)
    assert pieces.torn == 0


@given(st.lists(st.binary(max_size=20)))
def test_rubbish_yields_whole_messages_or_none(rubbish: list[bytes]) -> None:
    pieces = Pieces()
    assert all(message.is_complete(data) for piece in rubbish for data in pieces.join(piece))
    assert pieces.join(b"\xf7\x90\x3c\x40")[-1] == b"\x90\x3c\x40", "it must recover"


def test_a_message_that_breaks_off_is_counted() -> None:
    pieces = Pieces()
    assert pieces.join(b"\xf0\x01\x02\x90\x3c\x40") == [b"\x90\x3c\x40"]
    assert pieces.torn == 1
