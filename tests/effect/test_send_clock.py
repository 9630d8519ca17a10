"""The clock that the effect sends, among everything else that leaves."""

from __future__ import annotations

import pytest
from tests.effect.stage import MS

from descant_daemon.effect.effect import Effect
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, Program, Rig
from descant_daemon.time.internal_clock import InternalClock
from descant_routing import message
from descant_routing.ports.jack.ends import SendQueue
from descant_routing.timed import Timed

PERIOD = 5 * MS
BEGIN = 1_000 * MS
COUNT_IN = 100 * MS
ON, OFF = message.note_on(0, 60, 90), message.note_off(0, 60)


def heard(offset: int) -> list[tuple[int, bytes]]:
    """What leaves, and when (ns), by a port that keeps the order: a key is played during the count-in."""
    clock = InternalClock(120)
    track = Instance((Program(Parameters().with_values({"mode": "free"})),))
    effect = Effect(Rig((track,), send_clock=True), clock, offset=offset)
    played = {4: ON, 5: OFF}
    port, sent = SendQueue(), list[tuple[int, bytes]]()
    for cycle in range(60):
        start = BEGIN + cycle * PERIOD
        if cycle == 2:
            clock.start(start + COUNT_IN)
        if cycle in played:
            effect.advance(start + MS)
            effect.feed(Timed(start + MS, played[cycle]))
        effect.advance(start + PERIOD)
        for time, data, _ in effect.messages():
            port.put(time, data)

        def write(at: int, data: bytes, start: int = start) -> bool:
            sent.append((start + at - BEGIN, data))
            return True

        port.write(start, start + PERIOD, write)
    return sent


@pytest.mark.parametrize("offset", [-50 * MS, 0, 50 * MS])
def test_a_key_played_during_the_count_in_does_not_wait_for_start(offset: int) -> None:
    notes = [each for each in heard(offset) if each[1] in (ON, OFF)]
    assert notes == [(4 * PERIOD + MS, ON), (5 * PERIOD + MS, OFF)]


@pytest.mark.parametrize("offset", [-50 * MS, 0, 50 * MS])
def test_start_comes_before_the_clocks_which_come_each_at_its_tick(offset: int) -> None:
    sent = [(time, data) for time, data in heard(offset) if data[0] >= 0xF0]
    assert [data[0] for _, data in sent] == [message.START] + [message.CLOCK] * (len(sent) - 1)
    first = 2 * PERIOD + COUNT_IN + offset
    ticks = [first + tick * 500 * MS / 24 for tick in range(len(sent) - 1)]
    assert [time for time, _ in sent[1:]] == pytest.approx(ticks, abs=1)
