"""Streams of controllers and what they mean: a row each, "number=value" → what is heard after it.

The rules are those of the MIDI 1.0 Detailed Specification 4.2.1, pages 11 to 18.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.controls.decoder import Decoder, Movement
from descant_daemon.settings.source import Controller, Nrpn, Pair, Source

KNOB, FADER, NUMBERED, OTHER = Controller(7), Pair(21, 53), Nrpn(1234), Nrpn(1235)
SELECT = "99=9 98=82"  # 9·128 + 82 = 1234

# Stream → what is heard: "-" not ours, "." ours and no news, else units of 14 bits (of 127 for the knob).
STREAMS = {
    # A controller of 7 bits.
    "7=0 7=127 8=5": "0/127 127/127 -",
    # A pair: the coarse half alone has the whole way, ends and all.
    "21=0 21=64 21=127": "0/127 64/127 127/127",
    # Then the fine half refines the last coarse one; a new coarse one sets it to 0.
    "21=64 53=5 53=6": "64/127 8197/16383 8198/16383",
    "21=64 53=5 21=65 53=9": "64/127 8197/16383 8320/16383 8329/16383",
    "21=127 53=127 53=126": "127/127 127/127 16382/16383",
    # A coarse half that is only said again is no step back.
    "21=64 53=5 21=64 53=6": "64/127 8197/16383 . 8198/16383",
    # The fine half first: it refines what was, and nothing where nothing was.
    "53=5 21=64 53=7 21=65": ". 64/127 8199/16383 8320/16383",
    # An NRPN, its selection said once.
    f"{SELECT} 6=64 38=5 38=6 6=65": "- - 64/127 8197/16383 8198/16383 8320/16383",
    f"{SELECT} 6=0 {SELECT} 6=127": "- - 0/127 - - 127/127",
    "98=82 99=9 6=64": "- - 64/127",
    f"{SELECT} 38=5": "- - .",
    # Half a selection is the other half of the one before.
    "99=9 98=83 6=1 98=82 6=2": "- - - - 2/127",
    "6=64 38=5": "- -",
    "98=82 6=64": "- -",
    # One up and one down: of 7 bits, and of 14 where these were heard; nowhere to go at the ends.
    f"{SELECT} 96=0 6=64 96=0 97=0 97=99": "- - . 64/127 65/127 64/127 63/127",
    f"{SELECT} 6=64 38=5 96=0 97=0 97=0": "- - 64/127 8197/16383 8198/16383 8197/16383 8196/16383",
    f"{SELECT} 6=64 38=127 96=0": "- - 64/127 8319/16383 8320/16383",
    f"{SELECT} 6=127 96=0 6=0 97=0": "- - 127/127 . 0/127 .",
    # The null, and an RPN, end it.
    f"{SELECT} 6=1 99=127 98=127 6=64 96=0": "- - 1/127 - - - -",
    f"{SELECT} 6=1 101=0 100=0 6=64 38=5 97=0": "- - 1/127 - - - - -",
    f"{SELECT} 6=1 101=127 100=127 6=64 98=82 6=64": "- - 1/127 - - - - -",
    f"{SELECT} 6=1 101=0 100=0 {SELECT} 6=2": "- - 1/127 - - - - 2/127",
    # Somebody else's NRPN is his altogether.
    "99=1 98=2 6=64 38=5 96=0": "- - - - -",
    f"99=1 98=2 6=64 {SELECT} 6=1 99=1 98=2 6=64": "- - - - - 1/127 - - -",
    # Two of ours do not refine each other.
    f"{SELECT} 6=64 98=83 38=5 98=82 38=5": "- - 64/127 - - - 8197/16383",
}  # fmt: skip


def shown(heard: Movement) -> str:
    if heard.source is None:
        return "." if heard.ours else "-"
    assert heard.ours
    for top in (127, 16383):
        units = heard.position * top
        if abs(units - round(units)) < 1e-9:
            return f"{round(units)}/{top}"
    return str(heard.position)


def heard(decoder: Decoder, stream: str) -> list[Movement]:
    return [decoder.feed(*map(int, message.split("="))) for message in stream.split()]


@pytest.mark.parametrize(("stream", "expected"), STREAMS.items())
def test_a_stream_is_heard_as(stream: str, expected: str) -> None:
    decoder = Decoder([KNOB, FADER, NUMBERED])
    assert " ".join(map(shown, heard(decoder, stream))) == expected


def test_each_source_is_named() -> None:
    decoder = Decoder([KNOB, FADER, NUMBERED, OTHER])
    named = [each.source for each in heard(decoder, "7=1 21=1 53=1 99=9 98=82 6=1 98=83 6=1 38=5 96=0")]
    assert named == [KNOB, FADER, FADER, None, None, NUMBERED, None, OTHER, OTHER, OTHER]


def test_without_an_nrpn_data_entry_is_a_controller_like_any_other() -> None:
    decoder = Decoder([Controller(6), Controller(98)])
    assert " ".join(map(shown, heard(decoder, "98=82 6=64 38=1"))) == "82/127 64/127 -"


def test_up_and_down_go_on_from_where_the_parameter_was_put() -> None:
    decoder = Decoder([NUMBERED])
    heard(decoder, SELECT)
    decoder.stand(NUMBERED, 100 / 127)
    assert " ".join(map(shown, heard(decoder, "96=0 97=0 97=0"))) == "101/127 100/127 99/127"


def test_a_decoder_takes_over_what_the_last_one_had_selected() -> None:
    """A preset that is switched between 98 and 6."""
    before = Decoder([KNOB])
    heard(before, SELECT)
    assert shown(Decoder([NUMBERED], before.selection).feed(6, 64)) == "64/127"


STREAM = st.lists(
    st.tuples(st.sampled_from([6, 7, 21, 38, 53, *range(94, 102)]), st.integers(0, 127)), max_size=60
)


@settings(deadline=None, max_examples=150)
@given(STREAM)
def test_any_stream_gives_positions_within_the_way_and_never_holds_back_what_selects(
    stream: list[tuple[int, int]],
) -> None:
    decoder = Decoder([KNOB, FADER, NUMBERED])
    for number, value in stream:
        one = decoder.feed(number, value)
        assert 0 <= one.position <= 1
        assert not (one.ours and number not in {6, 7, 21, 38, 53, 96, 97})
        assert one.source is None or number in {6, 38, 96, 97} or number in one.source.numbers


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 16382), st.integers(0, 16383)), min_size=1, max_size=20), st.randoms()
)
def test_a_whole_nrpn_is_heard_to_the_bit_whatever_came_before(
    sent: list[tuple[int, int]], dice: random.Random
) -> None:
    decoder = Decoder([Nrpn(number) for number, _ in sent[::2]])
    ours: set[Source] = {Nrpn(number) for number, _ in sent[::2]}
    for number, value in sent:
        for _ in range(dice.randrange(4)):
            decoder.feed(dice.choice([6, 38, 98, 99, 100, 101]), dice.randrange(128))
        last = [
            decoder.feed(*each)
            for each in ((99, number >> 7), (98, number & 127), (6, value >> 7), (38, value & 127))
        ]
        if Nrpn(number) in ours:
            assert last[-1] == Movement(True, Nrpn(number), value / 16383)
        else:
            assert not any(each.ours for each in last)
