"""Asks and answers as bytes, for the memory between io and engine: little-endian, fixed size per model."""

from __future__ import annotations

import struct

import numpy as np

from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.note_state import State

_ASK = struct.Struct("<IqHHq?")
_SAMPLING = struct.Struct("<ddiiiQid")
_ANSWER = struct.Struct("<IqHq")
LONGEST = 1024  # bytes; an ask about 128 pitches takes 845


def encode_ask(ask: Ask) -> bytes:
    """An ask, a byte for each bit of its states: packing them would cost more than it saves."""
    head = _ASK.pack(ask.serial, ask.step, ask.steps_per_bar, ask.instance, ask.ahead, ask.jump)
    return head + _SAMPLING.pack(*ask.sampling) + _pack(ask.given, ask.played, ask.ours)


def decode_ask(frame: bytes, pitches: int) -> Ask:
    """Back from ``encode_ask``."""
    serial, step, steps_per_bar, instance, ahead, jump = _ASK.unpack_from(frame)
    sampling = Sampling(*_SAMPLING.unpack_from(frame, _ASK.size))
    given, played, ours = _unpack(frame[_ASK.size + _SAMPLING.size :], 3, pitches)
    return Ask(serial, step, steps_per_bar, given, played, ours, jump, sampling, instance, ahead)


def encode_answer(answer: Answer) -> bytes:
    """An answer."""
    head = _ANSWER.pack(answer.serial, answer.step, answer.instance, answer.ready)
    return head + _pack(answer.ours)


def decode_answer(frame: bytes, pitches: int) -> Answer:
    """Back from ``encode_answer``."""
    serial, step, instance, ready = _ANSWER.unpack_from(frame)
    (ours,) = _unpack(frame[_ANSWER.size :], 1, pitches)
    return Answer(serial, step, ours, instance, ready)


def _pack(*states: State) -> bytes:
    return np.concatenate(states).astype(np.uint8).tobytes()


def _unpack(packed: bytes, count: int, pitches: int) -> list[State]:
    bits = np.frombuffer(packed, np.uint8, count * pitches * 2)
    return list(bits.reshape(count, pitches, 2).astype(np.float32))
