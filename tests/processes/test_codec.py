"""Asks and answers survive the way through the memory."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from descant_daemon.engine.asking import Answer, Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.plan import Plan
from descant_daemon.live.engine.codec import LONGEST, decode_answer, decode_ask, encode_answer, encode_ask
from descant_daemon.note_state import State
from descant_daemon.settings.choices import Form, OverChords, Place, Scale


def a_state(rng: np.random.Generator, pitches: int) -> State:
    play = (rng.random(pitches) < 0.2).astype(np.float32)
    return np.stack([play, play * (rng.random(pitches) < 0.5)], 1).astype(np.float32)


@pytest.mark.parametrize("pitches", [1, 36, 88, 128])
def test_there_and_back(pitches: int) -> None:
    rng = np.random.default_rng(pitches)
    given, played, ours = (a_state(rng, pitches) for _ in range(3))
    plan = Plan(
        0.7,
        "ABACA",
        32,
        0.3,
        64.0,
        "minor_pentatonic",
        -1,
        48,
        True,
        768,
        True,
        192,
        1.5,
        4095,
        11,
        0.5,
        "arpeggiate",
    )
    sampling = Sampling(0.7, 1.98, 21, 108, 16, 2**32 - 1, 127, 3.0, 16, "anywhere", 0.4, plan)
    ask = Ask(
        2**32 - 1,
        -3,
        24,
        given,
        played,
        ours,
        True,
        sampling,
        15,
        125_000_000,
        Blend(7, 1023, 0.3),
        9,
        -16,
        7,
    )
    frame = encode_ask(ask)
    assert len(frame) <= LONGEST
    back = decode_ask(frame)
    for one, other in zip(ask, back, strict=True):
        assert np.array_equal(np.asarray(one, object), np.asarray(other, object))
    velocities = rng.integers(0, 128, pitches).astype(np.uint8)
    answer = Answer(7, 10**9, ours, 9, 2**60, velocities)
    again = decode_answer(encode_answer(answer))
    assert np.array_equal(again.ours, ours)
    assert again.velocities is not None
    assert again.velocities.tolist() == velocities.tolist()
    assert decode_answer(encode_answer(answer._replace(velocities=None))).velocities is None
    assert (again.serial, again.step, again.instance, again.ready) == (7, 10**9, 9, 2**60)


def test_every_word_of_the_table_fits() -> None:
    for word in get_args(Form):
        assert decode_ask(encode_ask(asking(Plan(form=word)))).sampling.plan.form == word
    for word in get_args(Scale):
        assert decode_ask(encode_ask(asking(Plan(scale=word)))).sampling.plan.scale == word
    for word in get_args(OverChords):
        assert decode_ask(encode_ask(asking(Plan(over_chords=word)))).sampling.plan.over_chords == word
    for word in get_args(Place):
        ask = asking(Plan())
        assert decode_ask(encode_ask(ask._replace(sampling=Sampling(place=word)))).sampling.place == word


def asking(plan: Plan) -> Ask:
    silence = np.zeros((1, 2), np.float32)
    return Ask(1, 0, 16, silence, silence, silence, False, Sampling(plan=plan))
