"""A piece of a track is whole in itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.tape.cut import Event, cut
from descant_routing import message
from descant_routing.message import control_change, note_off, note_on, program_change

EVENTS: list[Event] = [
    (0, program_change(0, 5)),
    (0, control_change(0, 0, 2)),
    (5, control_change(0, 64, 127)),
    (10, note_on(0, 60, 90)),
    (20, note_on(0, 64, 80)),
    (100, note_off(0, 60)),
    (103, note_off(0, 64)),
    (130, note_on(0, 67, 70)),
    (170, control_change(1, 64, 10)),
    (200, note_on(0, 72, 1)),
]


def test_what_stood_and_sounded_begins_with_it_and_ends_with_it() -> None:
    assert cut(EVENTS, 50, 150, 960) == [
        (0, control_change(0, 0, 2)),
        (0, control_change(0, 64, 127)),
        (0, program_change(0, 5)),
        # 60 and 64 end before a sixteenth of a quarter is over: they belong to what was before
        (80, note_on(0, 67, 70)),
        (100, note_off(0, 67)),
        (100, control_change(0, 64, 0)),
    ]


def test_a_note_that_ends_on_the_cut_is_not_in_it_and_one_that_begins_there_is() -> None:
    events = [(0, note_on(0, 60, 9)), (50, note_off(0, 60)), (50, note_on(0, 62, 9)), (90, note_off(0, 62))]
    assert cut(events, 50, 99, 16) == [(0, note_on(0, 62, 9)), (40, note_off(0, 62))]


def test_controllers_that_were_reset_and_halves_of_numbers_are_not_set_again() -> None:
    events = [(0, control_change(0, number, 9)) for number in (1, 6, 101, 120)]
    events += [(1, control_change(1, 7, 9)), (2, control_change(1, 121, 0))]
    assert cut(events, 5, 9, 16) == [(0, control_change(0, 1, 9))]


KEYS = st.tuples(st.integers(0, 1), st.integers(60, 62))
NOTES = st.one_of(KEYS.map(lambda key: note_on(*key, 64)), KEYS.map(lambda key: note_off(*key)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), NOTES), max_size=30), st.integers(0, 60), st.integers(1, 60))
def test_every_on_has_exactly_one_off(events: list[Event], begin: int, length: int) -> None:
    written = cut(sorted(events, key=lambda event: event[0]), begin, begin + length, 32)
    sounding: set[bytes] = set()
    assert [at for at, _ in written] == sorted(at for at, _ in written)
    for at, data in written:
        assert 0 <= at <= length
        place = bytes([message.channel(data), data[1]])
        assert message.is_note_on(data) == (place not in sounding)
        sounding ^= {place}
    assert not sounding
