"""Which knob was moved: a row each, what comes ("cc=value", on channel 1 unless "cc@channel") → what is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.controls.learn_ear import LONGEST, REST, LearnEar
from descant_daemon.settings.source import ButtonKey, Controller, Nrpn, Pair, Source
from descant_routing import message

MS = 1_000_000


def turned(number: int, *values: int) -> str:
    return " ".join(f"{number}={value}" for value in values)


def halves(coarse: int, fine: int, *values: int) -> str:
    return " ".join(f"{coarse}={value >> 7} {fine}={value & 127}" for value in values)


def numbered(nrpn: int, *values: int) -> str:
    return " ".join(f"99={nrpn >> 7} 98={nrpn & 127} 6={value >> 7} 38={value & 127}" for value in values)


FOUND: dict[str, tuple[str, Source | None]] = {
    "a knob": (turned(21, 60, 61, 62), Controller(21)),
    "too little": (turned(21, 60, 61), None),
    "a knob that flickers has not moved": (turned(21, *[60, 61] * 20), None),
    "nor has one that only says where it is": (turned(21, *[60] * 20), None),
    "of two the one that moves most": (turned(21, 60, 61, 62, 63) + " " + turned(22, 10, 30, 50), Controller(22)),
    "whichever comes first": (turned(22, 10, 30, 50) + " " + turned(21, 60, 61, 62, 63), Controller(22)),
    "a pedal and bank select are nobody's": (turned(64, 1, 50, 127) + " " + turned(0, 1, 2, 3, 4), None),
    "channel modes are no knobs": (turned(121, 0, 1, 2, 3), None),
    "two halves": (halves(21, 53, 1000, 1500, 2300, 3000), Pair(21, 53)),
    "two halves, the fine one first": ("53=3 21=7 53=99 21=8 53=2 21=10 53=9 21=11", Pair(21, 53)),
    "two halves, the last of which has not come": ("21=7 53=3 21=8 53=9 21=40", Pair(21, 53)),
    "two halves moved so little that one stands still": (halves(21, 53, 1000, 1001, 1003, 1004), Pair(21, 53)),
    "a fine half alone": (turned(53, 10, 30, 50), Controller(53)),
    "two knobs 32 apart, one after the other": (
        turned(21, 60, 61, 62) + " " + turned(53, 10, 30, 50, 70), Controller(53)),
    "two halves that are not 32 apart are two knobs": (halves(21, 60, 1000, 1500, 2300, 2400), Controller(60)),
    "an NRPN": (numbered(1234, 1000, 1500, 2300), Nrpn(1234)),
    "an NRPN of 7 bits, selected once": ("99=9 98=82 6=10 6=11 6=12", Nrpn(1234)),
    "an NRPN that goes up and down": ("99=9 98=82 96=0 96=0 97=0", Nrpn(1234)),
    "of two NRPNs the one that moves most": (
        numbered(1, 0, 128, 256, 384) + " " + numbered(2, 0, 4000, 9000), Nrpn(2)),
    "data entry without a number": (turned(6, 10, 20, 30), Controller(6)),
    "an NRPN whose knob moved before its number came": (
        turned(6, 0, 64, 127) + " " + numbered(1234, 1000, 1500, 2300), Nrpn(1234)),
    "an RPN, here the range of the bender": ("101=0 100=0 6=2 38=0 6=12 38=0 6=24 38=0", None),
    "after the null": ("99=127 98=127 6=2 6=12 6=24", None),
    "a knob among an NRPN's": (turned(21, 0, 50, 99) + " " + numbered(5, 64, 65, 66), Controller(21)),
    "the same knob of two keyboards is two": ("21@1=10 21@2=20 21@1=11 21@2=21", None),
    "halves of two keyboards do not make one": (
        "21@1=1 53@2=1 21@1=5 53@2=40 21@1=9 53@2=90", Controller(53)),
}  # fmt: skip


def messages(stream: str) -> list[bytes]:
    told: list[bytes] = []
    for each in stream.split():
        where, value = each.split("=")
        number, _, channel = where.partition("@")
        told.append(message.control_change(int(channel or 1) - 1, int(number), int(value)))
    return told


def listen(stream: list[bytes], *, button: bool = False, keys: bool = False) -> Source | None:
    ear = LearnEar(button=button, keys=keys)
    for place, data in enumerate(stream):
        ear.hear(data, 10 * MS * place)
    return ear.verdict(10 * MS * len(stream) + REST)


@pytest.mark.parametrize(("stream", "source"), FOUND.values(), ids=list(FOUND))
def test_what_is_found(stream: str, source: Source | None) -> None:
    assert listen(messages(stream)) == source


def test_item_13_the_touch_notes_of_a_knob_are_not_learnt() -> None:
    """Timing checklist 13: some knobs send a note when they are touched, and more than notes when they move."""
    touch = [message.note_on(0, 0, 127), message.pitch_bend(0, 5), bytes((0xD0, 9)), b"\xf8", b"\xfe"]
    stream = [
        each for data in messages(turned(21, 1, 2, 3)) for each in (*touch, data, message.note_off(0, 0))
    ]
    assert listen(stream) == Controller(21)
    assert listen([*touch, message.note_off(0, 0)] * 5) is None


@pytest.mark.parametrize("values", ["102=127 102=0", "102=127 102=127", "102=1 102=0"])
def test_a_button_is_found_by_one_press_or_by_two_that_nobody_lets_go(values: str) -> None:
    assert listen(messages(values), button=True) == Controller(102)
    assert listen(messages(values)) is None


def test_a_pad_that_sends_a_note_is_found_where_a_key_will_do() -> None:
    pad = [message.note_on(9, 36, 90), bytes((0xA9, 36, 40)), message.note_off(9, 36)]
    assert listen(pad, button=True, keys=True) == ButtonKey(36)
    assert listen(pad, button=True) is None


def test_a_button_that_sends_a_note_with_its_controller_is_found_by_the_controller() -> None:
    press = [message.note_on(0, 36, 90), *messages("102=127 102=0")]
    assert listen(press, button=True, keys=True) == Controller(102)


def test_the_verdict_waits_until_the_hand_rests() -> None:
    ear = LearnEar()
    for place, data in enumerate(messages(turned(21, 1, 2, 3, 4))):
        assert ear.verdict(place * MS) is None
        ear.hear(data, place * MS)
    assert ear.deadline() == 3 * MS + REST
    assert ear.verdict(3 * MS + REST - 1) is None
    assert ear.verdict(3 * MS + REST) == Controller(21)


def test_something_that_moves_on_and_on_is_not_waited_for() -> None:
    """Automation, or a foot on the expression pedal."""
    ear = LearnEar()
    for tick in range(400):
        now = tick * 10 * MS
        ear.hear(message.control_change(0, 11, tick % 3), now)
        if tick < 8:
            ear.hear(message.control_change(0, 21, 16 * tick), now)
    assert ear.deadline() == 2 * 10 * MS + LONGEST
    assert ear.verdict(2 * 10 * MS + LONGEST) == Controller(11)  # it has moved most


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=4), max_size=60))
def test_anything_may_come(stream: list[bytes]) -> None:
    ear = LearnEar()
    for place, data in enumerate(stream):
        if message.is_complete(data):
            ear.hear(data, place)
    ear.verdict(len(stream) + REST)
