"""Asks and answers as bytes, for the memory between io and engine: little-endian, each with its number of pitches."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.plan import Plan
from descant_daemon.note_state import State

_ASK = struct.Struct("<IqHHqHH?qI")
_SAMPLING = struct.Struct("<ddiiiQidH8sd")
_BLEND = struct.Struct("<HHd")
_PLAN = struct.Struct("<d8sHdd16sbH?H?HdHbd10s11s")
_ANSWER = struct.Struct("<IqHqH?")
LONGEST = 3328  # bytes; an ask about 128 pitches takes 3236


def encode_ask(ask: Ask) -> bytes:
    """An ask, its states as they lie in memory: packing them would cost more than it saves."""
    head = _ASK.pack(
        ask.serial,
        ask.step,
        ask.steps_per_bar,
        ask.instance,
        ask.ahead,
        ask.model,
        len(ask.given),
        ask.jump,
        ask.bar_from,
        ask.bars_before,
    )
    *sampling, place, critic, plan = ask.sampling
    fields = _SAMPLING.pack(*sampling, place.encode(), critic) + _encode_plan(plan) + _BLEND.pack(*ask.blend)
    return b"".join((head, fields, ask.given.data, ask.played.data, ask.ours.data))


def decode_ask(frame: bytes) -> Ask:
    """Back from ``encode_ask``."""
    serial, step, steps_per_bar, instance, ahead, model, pitches, jump, *counted = _ASK.unpack_from(frame)
    at = _ASK.size
    *numbers, place, critic = _SAMPLING.unpack_from(frame, at)
    at += _SAMPLING.size
    plan = _decode_plan(*_PLAN.unpack_from(frame, at))
    at += _PLAN.size
    blend = Blend(*_BLEND.unpack_from(frame, at))
    given, played, ours = _states(frame, at + _BLEND.size, 3, pitches)
    manner = Sampling(*numbers)._replace(place=_word(place), critic=critic, plan=plan)
    return Ask(
        serial,
        step,
        steps_per_bar,
        given,
        played,
        ours,
        jump,
        manner,
        instance,
        ahead,
        blend,
        model,
        *counted,
    )


def encode_answer(answer: Answer) -> bytes:
    """An answer."""
    loud = answer.velocities is not None
    head = _ANSWER.pack(answer.serial, answer.step, answer.instance, answer.ready, len(answer.ours), loud)
    return b"".join((head, answer.ours.data, b"" if answer.velocities is None else answer.velocities.data))


def decode_answer(frame: bytes) -> Answer:
    """Back from ``encode_answer``."""
    serial, step, instance, ready, pitches, loud = _ANSWER.unpack_from(frame)
    (ours,) = _states(frame, _ANSWER.size, 1, pitches)
    velocities = np.frombuffer(frame, np.uint8, pitches, _ANSWER.size + ours.nbytes) if loud else None
    return Answer(serial, step, ours, instance, ready, velocities)


def _encode_plan(plan: Plan) -> bytes:
    recall, form, section, space, target, scale, *rest, over_chords, hearing = plan
    return _PLAN.pack(
        recall,
        form.encode(),
        section,
        space,
        target,
        scale.encode(),
        *rest,
        over_chords.encode(),
        hearing.encode(),
    )


def _decode_plan(
    recall: float, form: bytes, section: int, space: float, target: float, scale: bytes, *rest: Any
) -> Plan:
    *numbers, over_chords, hearing = rest
    plan = Plan(recall, _word(form), section, space, target, _word(scale), *numbers)
    return plan._replace(over_chords=_word(over_chords), key_hearing=_word(hearing))


def _word(text: bytes) -> str:
    return text.rstrip(b"\0").decode()


def _states(frame: bytes, offset: int, count: int, pitches: int) -> State:
    """``[count, pitches, 2]``, read-only."""
    flat = np.frombuffer(frame, np.float32, count * pitches * 2, offset)
    return flat.reshape(count, pitches, 2)
