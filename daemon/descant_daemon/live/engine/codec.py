"""Asks and answers as bytes, for the memory between io and engine: their fields, then the states of all pitches."""

from __future__ import annotations

import struct

import numpy as np

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.live.engine.field_layout import Layout
from descant_daemon.note_state import State

_PITCHES = struct.Struct("<H?")  # how many, and whether there are velocities
_ASK, _ANSWER = Layout(Ask), Layout(Answer)
LONGEST = 3584  # bytes; an ask about 128 pitches is as long as that almost


def encode_ask(ask: Ask) -> bytes:
    """An ask, its states as they lie in memory: packing them would cost more than it saves."""
    head = _PITCHES.pack(len(ask.given), False)
    return b"".join((head, _ASK.pack(ask), ask.given.data, ask.played.data, ask.ours.data))


def decode_ask(frame: bytes) -> Ask:
    """Back from ``encode_ask``."""
    pitches, _ = _PITCHES.unpack_from(frame)
    given, played, ours = _states(frame, _PITCHES.size + _ASK.size, 3, pitches)
    return _ASK.unpack(frame, _PITCHES.size, given=given, played=played, ours=ours)


def encode_answer(answer: Answer) -> bytes:
    """An answer."""
    loud = b"" if answer.velocities is None else answer.velocities.data
    head = _PITCHES.pack(len(answer.ours), answer.velocities is not None)
    return b"".join((head, _ANSWER.pack(answer), answer.ours.data, loud))


def decode_answer(frame: bytes) -> Answer:
    """Back from ``encode_answer``."""
    pitches, loud = _PITCHES.unpack_from(frame)
    at = _PITCHES.size + _ANSWER.size
    (ours,) = _states(frame, at, 1, pitches)
    velocities = np.frombuffer(frame, np.uint8, pitches, at + ours.nbytes) if loud else None
    return _ANSWER.unpack(frame, _PITCHES.size, ours=ours, velocities=velocities)


def _states(frame: bytes, offset: int, count: int, pitches: int) -> State:
    """``[count, pitches, 2]``, read-only."""
    flat = np.frombuffer(frame, np.float32, count * pitches * 2, offset)
    return flat.reshape(count, pitches, 2)
