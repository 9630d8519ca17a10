"""MIDI's facts, each against the bytes of the specification."""

from __future__ import annotations

from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from descant_routing import message

CHANNELS = st.integers(0, 15)
VALUES = st.integers(0, 127)


@given(CHANNELS, VALUES, st.integers(1, 127), VALUES)
def test_builders_agree_with_mido(channel: int, key: int, velocity: int, value: int) -> None:
    def bytes_of(name: str, **fields: Any) -> bytes:
        return bytes(mido.Message(name, channel=channel, **fields).bytes())

    assert message.note_on(channel, key, velocity) == bytes_of("note_on", note=key, velocity=velocity)
    assert message.note_off(channel, key, value) == bytes_of("note_off", note=key, velocity=value)
    assert message.control_change(channel, key, value) == bytes_of("control_change", control=key, value=value)
    assert message.program_change(channel, key) == bytes_of("program_change", program=key)
    bend = key * 128 + value - 8192
    assert message.pitch_bend(channel, bend) == bytes_of("pitchwheel", pitch=bend)


@given(st.integers(0, 16383))
def test_song_position_there_and_back(sixteenths: int) -> None:
    data = message.song_position(sixteenths)
    assert data == bytes(mido.Message("songpos", pos=sixteenths).bytes())
    assert message.is_song_position(data)
    assert message.sixteenths(data) == sixteenths


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: message.note_on(0, 60, 0),  # would be a note-off on the wire
        lambda: message.note_on(16, 60, 1),  # would be another kind of message
        lambda: message.note_on(0, 128, 1),
        lambda: message.note_off(0, -1),
        lambda: message.control_change(0, 7, 128),
        lambda: message.pitch_bend(0, 8192),
        lambda: message.song_position(16384),
    ],
)
def test_what_midi_cannot_say_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match="not"):
        wrong()


QUESTIONS = {
    # hex: the questions whose answer is yes
    "90 3c 64": {"is_note_on", "is_of_key"},
    "9f 00 01": {"is_note_on", "is_of_key"},
    "90 3c 00": {"is_note_off", "is_of_key"},  # velocity 0
    "80 3c 40": {"is_note_off", "is_of_key"},
    "b0 40 7f": {"is_control_change"},
    "c3 05": {"is_program_change"},
    "f8": {"is_realtime", "is_timing"},
    "fa": {"is_realtime", "is_timing"},
    "fb": {"is_realtime", "is_timing"},
    "fc": {"is_realtime", "is_timing"},
    "fe": {"is_realtime"},
    "ff": {"is_realtime"},
    "f2 01 02": {"is_song_position", "is_timing"},
    "f1 10": {"is_timing"},
    "f3 01": {"is_timing"},
    "f0 7d 01 f7": set[str](),
    "e0 00 40": set[str](),
}


@pytest.mark.parametrize(("text", "yes"), QUESTIONS.items())
def test_questions(text: str, yes: set[str]) -> None:
    data = bytes.fromhex(text)
    assert message.is_complete(data)
    questions = [name for name in vars(message) if name.startswith("is_") and name != "is_complete"]
    assert {name for name in questions if getattr(message, name)(data)} == yes


@pytest.mark.parametrize(
    "torn",
    [
        *("", "90", "90 3c", "90 3c 80", "90 3c 64 00", "c0", "c0 80", "3c 64", "f0", "f0 01", "f0 90 f7"),
        *("f2 01", "f4", "f5", "f7", "f9", "fd", "f8 f8"),
    ],
)
def test_torn_messages_are_seen(torn: str) -> None:
    data = bytes.fromhex(torn)
    assert not message.is_complete(data)
    assert message.describe(data) in ("empty message", f"torn message {torn}")


@given(st.binary(max_size=5))
def test_no_bytes_break_a_question_or_a_description(data: bytes) -> None:
    assert not (message.is_note_on(data) and message.is_note_off(data))
    assert message.describe(data)


DESCRIPTIONS = {
    "90 3c 64": "note on C4 velocity 100, channel 1",
    "9f 3d 00": "note off C♯4 velocity 0, channel 16",
    "80 15 40": "note off A0 velocity 64, channel 1",
    "b1 40 7f": "control change 64 = 127, channel 2",
    "c0 00": "program change 1, channel 1",
    "f2 10 00": "song position 16",
    "f8": "clock",
}


@pytest.mark.parametrize(("text", "words"), DESCRIPTIONS.items())
def test_descriptions(text: str, words: str) -> None:
    assert message.describe(bytes.fromhex(text)) == words
