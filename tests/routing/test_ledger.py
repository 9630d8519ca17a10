"""The ledger: scores, and the law of the wire under everything at once.

A score is a list of lines, what happens → what is sent. Notes: ``dry+60`` is the player's key 60 going down,
``gen-60`` the release of a generated one; sent, ``+60`` is a note-on and ``-60`` a note-off, on channel 1
unless ``/2`` says 2.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_routing import message
from descant_routing.ledger import Ledger, Owner

OWNERS = {"dry": Owner.DRY, "gen": Owner.GENERATED}


def spelled(data: bytes) -> str:
    """A sent message in the scores' spelling."""
    channel = f"/{message.channel(data) + 1}" if message.channel(data) else ""
    if message.is_note_on(data):
        return f"+{data[1]}{channel}"
    if message.is_note_off(data):
        return f"-{data[1]}{channel}"
    assert message.is_control_change(data)
    return f"cc{data[1]}={data[2]}{channel}"


def happen(ledger: Ledger, line: str) -> list[bytes]:
    """Do what one line of a score says."""
    if line in ("panic", "close", "release_all"):
        sent: list[bytes] = getattr(ledger, line)()
        return sent
    what, _, part = line.partition("/")
    channel = int(part or 1) - 1
    if what.startswith("cc"):
        controller, _, value = what[2:].partition("=")
        return ledger.pass_dry(message.control_change(channel, int(controller), int(value)))
    owner, sign, key = what[:3], what[3], int(what[4:])
    if owner == "dry":
        data = message.note_on(channel, key, 80) if sign == "+" else message.note_off(channel, key)
        return ledger.pass_dry(data)
    if sign == "+":
        return ledger.strike(OWNERS[owner], channel, key, 80)
    return ledger.release(OWNERS[owner], channel, key)


SCORES: dict[str, list[tuple[str, str]]] = {
    "a note": [("dry+60", "+60"), ("dry-60", "-60")],
    "a generated note": [("gen+60", "+60"), ("gen-60", "-60")],
    "struck twice, released twice": [
        ("dry+60", "+60"),
        ("dry+60", "-60 +60"),
        ("dry-60", "-60"),
        ("dry-60", ""),
    ],
    "released without being struck": [("dry-60", ""), ("gen-60", "")],
    "the player's release leaves the generated note": [
        ("gen+60", "+60"),
        ("dry+60", "-60 +60"),
        ("dry-60", ""),
        ("gen-60", "-60"),
    ],
    "the generated release leaves the player's note": [
        ("dry+60", "+60"),
        ("gen+60", "-60 +60"),
        ("gen-60", ""),
        ("gen-60", ""),
        ("dry-60", "-60"),
    ],
    "channels and keys are apart": [
        ("dry+60", "+60"),
        ("dry+60/2", "+60/2"),
        ("dry-60/2", "-60/2"),
        ("dry+61", "+61"),
        ("dry-60", "-60"),
        ("dry-61", "-61"),
    ],
    "all notes off ends its channel before it passes": [
        ("dry+60", "+60"),
        ("gen+64", "+64"),
        ("gen+64/2", "+64/2"),
        ("cc123=0", "-60 -64 cc123=0"),
        ("dry-60", ""),
        ("cc120=0/2", "-64/2 cc120=0/2"),
        ("gen-64/2", ""),
    ],
    "omni and mono switches end notes too": [("dry+60", "+60"), ("cc126=1", "-60 cc126=1")],
    "panic on a port that nothing has left by": [("panic", "")],
    "panic where notes were": [
        ("dry+60/3", "+60/3"),
        ("gen+55", "+55"),
        ("gen-55", "-55"),
        ("panic", "-60/3 cc64=0 cc64=0/3 cc123=0 cc123=0/3"),
        ("dry-60/3", ""),
        ("panic", "cc64=0 cc64=0/3 cc123=0 cc123=0/3"),  # pressed again: still only there, never 16 channels
    ],
    "panic lifts every pedal": [("cc66=127/2", "cc66=127/2"), ("panic", "cc64=0/2 cc66=0/2 cc123=0/2")],
    "close lifts a pedal that is down": [
        ("cc64=64", "cc64=64"),
        ("gen+60", "+60"),
        ("close", "-60 cc64=0"),
        ("close", ""),
    ],
    "close leaves a pedal that is up": [("cc64=127", "cc64=127"), ("cc64=63", "cc64=63"), ("close", "")],
    "reset of controllers lifts its channel's pedals": [
        ("cc64=127", "cc64=127"),
        ("cc64=127/2", "cc64=127/2"),
        ("cc121=0", "cc121=0"),
        ("close", "cc64=0/2"),
    ],
    "everything ends in order": [
        ("gen+72", "+72"),
        ("dry+48/2", "+48/2"),
        ("dry+60", "+60"),
        ("release_all", "-60 -72 -48/2"),
        ("release_all", ""),
    ],
}


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_score(score: list[tuple[str, str]]) -> None:
    ledger = Ledger()
    played = [(line, " ".join(map(spelled, happen(ledger, line)))) for line, _ in score]
    assert played == score


def test_the_players_own_bytes_pass() -> None:
    ledger = Ledger()
    for text in ("90 3c 01", "80 3c 7f", "93 3c 63", "93 3c 00", "e0 00 20", "d0 11", "a0 3c 05", "c0 04"):
        assert ledger.pass_dry(bytes.fromhex(text)) == [bytes.fromhex(text)]
    for text in ("b0 63 01", "f0 7d 01 02 f7", "f6"):
        assert ledger.pass_dry(bytes.fromhex(text)) == [bytes.fromhex(text)]


@pytest.mark.parametrize("text", ["f8", "fa", "fb", "fc", "f2 00 00", "f1 00", "f3 00"])
def test_timing_goes_no_further(text: str) -> None:
    data = bytes.fromhex(text)
    assert Ledger().pass_dry(data) == []


def test_active_sensing_never_passes() -> None:
    assert Ledger().pass_dry(b"\xfe") == []


def test_system_reset_ends_the_notes_first() -> None:
    ledger = Ledger()
    ledger.strike(Owner.GENERATED, 0, 60, 80)
    assert ledger.pass_dry(b"\xff") == [message.note_off(0, 60), b"\xff"]
    assert ledger.close() == []


@pytest.mark.parametrize("text", ["", "90", "90 3c", "90 80 40", "90 3c ff", "3c 40", "f0 01 02"])
def test_torn_messages_stay_and_are_counted(text: str) -> None:
    ledger = Ledger()
    assert ledger.pass_dry(bytes.fromhex(text)) == []
    assert ledger.torn == 1
    assert ledger.sounding == []


def test_who_holds_what_can_be_asked() -> None:
    ledger = Ledger()
    ledger.strike(Owner.GENERATED, 1, 72, 80)
    ledger.strike(Owner.GENERATED, 0, 60, 80)
    ledger.strike(Owner.DRY, 0, 60, 80)
    assert ledger.sounding == [(0, 60), (1, 72)]
    assert ledger.held_by(Owner.DRY) == [(0, 60)]
    assert ledger.held_by(Owner.GENERATED) == [(0, 60), (1, 72)]


@pytest.mark.parametrize("wrong", [(0, 60, 0), (0, 60, 128), (0, 128, 80), (16, 60, 80), (0, -1, 80)])
def test_a_strike_that_midi_cannot_say_changes_nothing(wrong: tuple[int, int, int]) -> None:
    ledger = Ledger()
    with pytest.raises(ValueError, match=r"not \S"):
        ledger.strike(Owner.GENERATED, *wrong)
    assert ledger.sounding == []


# Few keys and channels, so that owners meet on them.
CHANNELS = st.sampled_from([0, 15])
KEYS = st.sampled_from([0, 60, 127])
VELOCITIES = st.integers(1, 127)
CONTROLLERS = st.integers(60, 127)
GENERATED = st.just(Owner.GENERATED)
DRY_MESSAGES = st.one_of(
    st.builds(message.note_on, CHANNELS, KEYS, VELOCITIES),
    st.builds(message.note_off, CHANNELS, KEYS),
    st.builds(message.control_change, CHANNELS, CONTROLLERS, VELOCITIES),
    st.binary(max_size=4),
)
# What is called on the ledger: a method and its arguments.
ACTS: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just(Ledger.strike), GENERATED, CHANNELS, KEYS, VELOCITIES),
    st.tuples(st.just(Ledger.release), GENERATED, CHANNELS, KEYS),
    st.tuples(st.just(Ledger.pass_dry), DRY_MESSAGES),
    st.tuples(st.just(Ledger.release_channel), CHANNELS),
    st.tuples(st.sampled_from([Ledger.panic, Ledger.release_all])),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTS, max_size=60))
def test_on_and_off_alternate_on_the_wire_whatever_happens(acts: list[tuple[Any, ...]]) -> None:
    ledger = Ledger()
    sounding: set[tuple[int, int]] = set()
    pedals: set[int] = set()
    for method, *values in [*acts, (Ledger.close,)]:
        for data in method(ledger, *values):
            assert message.is_complete(data)
            place = (message.channel(data), data[1]) if len(data) > 1 else (0, 0)
            if message.is_note_on(data):
                assert place not in sounding, "a second note-on without a note-off between"
                sounding.add(place)
            elif message.is_note_off(data):
                assert place in sounding, "a note-off for what does not sound"
                sounding.remove(place)
            elif message.is_control_change(data) and data[1] == message.SUSTAIN:
                (pedals.add if data[2] >= 64 else pedals.discard)(message.channel(data))
            elif message.is_control_change(data) and data[1] == message.RESET_CONTROLLERS:
                pedals.discard(message.channel(data))
            elif data == b"\xff":
                pedals.clear()
        assert sorted(sounding) == ledger.sounding
    assert sounding == set(), "something sounds on after the port is closed"
    assert pedals == set(), "a pedal is left down"


@given(st.lists(ACTS, max_size=40))
def test_a_note_sounds_exactly_while_someone_holds_it(acts: list[tuple[Any, ...]]) -> None:
    ledger = Ledger()
    for method, *values in acts:
        method(ledger, *values)
        held = ledger.held_by(Owner.DRY) + ledger.held_by(Owner.GENERATED)
        assert sorted(set(held)) == ledger.sounding
