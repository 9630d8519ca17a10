"""Asks and answers as bytes, for the pipes between io and engine: little-endian, fixed size per model."""

from __future__ import annotations

import struct
from typing import IO

import numpy as np

from descant_daemon.engine.engine import Answer, Ask, Sampling
from descant_daemon.note_state import State

_LENGTH = struct.Struct("<I")
_ASK = struct.Struct("<IqH?")
_SAMPLING = struct.Struct("<ddiiiQid")
_ANSWER = struct.Struct("<Iq")
LONGEST = 1 << 16  # a frame beyond this is not ours


def write_frame(pipe: IO[bytes], frame: bytes) -> None:
    """One length-prefixed frame, out at once."""
    pipe.write(_LENGTH.pack(len(frame)) + frame)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next frame; None when the other side is gone."""
    prefix = pipe.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    if length > LONGEST:
        return None
    frame = pipe.read(length)
    return frame if len(frame) == length else None


def encode_ask(ask: Ask) -> bytes:
    """An ask, states packed to bits."""
    head = _ASK.pack(ask.serial, ask.step, ask.steps_per_bar, ask.jump)
    return head + _SAMPLING.pack(*ask.sampling) + _pack(ask.given, ask.played, ask.ours)


def decode_ask(frame: bytes, pitches: int) -> Ask:
    """Back from ``encode_ask``."""
    serial, step, steps_per_bar, jump = _ASK.unpack_from(frame)
    sampling = Sampling(*_SAMPLING.unpack_from(frame, _ASK.size))
    given, played, ours = _unpack(frame[_ASK.size + _SAMPLING.size :], 3, pitches)
    return Ask(serial, step, steps_per_bar, given, played, ours, jump, sampling)


def encode_answer(answer: Answer) -> bytes:
    """An answer."""
    return _ANSWER.pack(answer.serial, answer.step) + _pack(answer.ours)


def decode_answer(frame: bytes, pitches: int) -> Answer:
    """Back from ``encode_answer``."""
    return Answer(*_ANSWER.unpack_from(frame), *_unpack(frame[_ANSWER.size :], 1, pitches))


def _pack(*states: State) -> bytes:
    return np.packbits(np.stack(states) > 0).tobytes()


def _unpack(packed: bytes, count: int, pitches: int) -> list[State]:
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=count * pitches * 2)
    return list(bits.reshape(count, pitches, 2).astype(np.float32))
