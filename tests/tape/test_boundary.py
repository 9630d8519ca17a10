"""Whatever other processes, files and devices do to io's cycle: nothing raises in it, and every note has its end."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.effect.stage import Wire
from tests.tape import studio as studios
from tests.tape.studio import ORIGIN, TRACKS, Hands, SlowEngine, Studio, fixed, header, storm

from descant_daemon.effect.events import EngineLost, NewRig
from descant_daemon.engine.asking import Answer, Ask
from descant_routing import message


class TornEngine(SlowEngine):
    """Its memory holds rubbish now and then, as a process that was killed in the middle leaves it."""

    def ask(self, ask: Ask, now: int = 0) -> bool:
        if self.random.random() < 0.05:
            raise ValueError("a message of 9999 bytes is longer than 3328")
        return super().ask(ask, now)

    def ring(self) -> None:
        if self.random.random() < 0.02:
            raise OSError("the bell is gone")

    def answers(self) -> Iterator[Answer | EngineLost]:
        for answer in super().answers():
            dice = self.random.random()
            if dice < 0.05:
                raise struct.error("unpack_from requires a buffer of at least 27 bytes")
            if dice < 0.2 and isinstance(answer, Answer):  # another model's: other pitches
                more = np.concatenate([answer.ours, answer.ours])
                yield answer._replace(ours=more, velocities=None)
            else:
                yield answer


class WildHands(Hands):
    """Says what no command can be, and does not take what it is shown."""

    WANTS = (
        *Hands.WANTS,
        {"set": {"x/voices": 1}},
        {"set": {"9/voices": 1}},
        {"set": {"1/voices": float("inf")}},
        {"set": {"metre": [7, 8]}},
        {"set": {"voices": None, "mode": 7}},
        {"act": "no such action"},
    )

    def commands(self, most: int) -> list[dict[str, Any]]:
        if self.random.random() < 0.01:
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
        return super().commands(most)

    def show(self, status: object) -> None:
        if self.random.random() < 0.5:
            raise ValueError("a message of 30644 bytes is longer than 16384")


@pytest.mark.parametrize("seed", range(4))
def test_rubbish_from_outside_is_left_out_and_the_music_goes_on(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studios, "SlowEngine", TornEngine)
    monkeypatch.setattr(studios, "Hands", WildHands)
    studio = Studio(header("internal", TRACKS), seed)
    studio.live.request_start(ORIGIN)
    nothing: Any = None
    studio.live.request_rig(NewRig(nothing, '["rig",{}]'))
    studio.live.unplugged("no such cable", ORIGIN)
    studio.play(storm(seed, 600), fixed())
    wire = Wire()
    for event in studio.sent:
        wire.hear(event.data)
    assert not wire.sounding
    ours = [
        event for event in studio.sent if message.is_note_on(event.data) and event.data[0] & 0x0F in (2, 8)
    ]
    assert len(ours) > 20, "it played"
    said = {studio.live.faults.get_nowait() for _ in range(studio.live.faults.qsize())}
    assert {each.partition(":")[0] for each in said} >= {
        "ValueError",
        "error",
        "UnicodeDecodeError",
        "OSError",
    }


def test_a_recorder_that_fails_stops_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[list[tuple[int, bytes]]] = []
    for fails in (False, True):
        studio = Studio(header("internal", TRACKS), 3)
        if fails:
            monkeypatch.setattr(studio, "tape", None)  # so that writing a line raises
        studio.live.request_start(ORIGIN)
        studio.play(storm(3, 300), fixed())
        heard.append([(event.time, event.data) for event in studio.sent])
    assert heard[0] == heard[1]
