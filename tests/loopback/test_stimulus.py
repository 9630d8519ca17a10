"""What is played: a clock that any follower would take, keys where the analysis expects them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from descant_daemon.loopback.stimulus import Stimulus, echo_score, grid_score, harmony_score
from descant_routing import message

RATES = [44_100, 48_000, 96_000, 1_000_000_000]


def times(score: Stimulus, status: int) -> list[int]:
    return [cue.time for cue in score.cues if cue.data[0] == status]


@pytest.mark.parametrize("rate", RATES)
def test_the_clock_runs_evenly_from_start_to_stop(rate: int) -> None:
    for score in (grid_score(8, rate), harmony_score(4, rate)):
        assert [cue.data[0] for cue in score.cues][:2] == [message.START, message.CLOCK]
        assert score.cues[-1].data[0] == message.STOP
        clocks = times(score, message.CLOCK)
        assert len({b - a for a, b in pairwise(clocks)}) == 1
        assert len(clocks) % 6 == 0
        bpm = 60 * rate / (clocks[24] - clocks[0])
        assert bpm == pytest.approx(150, rel=0.002)


@pytest.mark.parametrize("rate", RATES)
def test_the_grid_is_every_sixth_clock_after_a_bar(rate: int) -> None:
    score = grid_score(8, rate)
    assert list(score.grid) == times(score, message.CLOCK)[96::6]
    assert len(score.grid) == 8


@pytest.mark.parametrize("rate", RATES)
def test_keys_come_within_20_ms_after_their_sixteenth_and_evenly_so(rate: int) -> None:
    score = harmony_score(64, rate)
    late = [min(key.time - line for line in score.grid if line <= key.time) / rate for key in score.keys]
    assert len(late) == 64
    assert max(late) < 0.020
    assert set(Counter(int(each / 0.005) for each in late).values()) <= {15, 16, 17}
    assert all(key.until in score.grid for key in score.keys)


@pytest.mark.parametrize("score", [echo_score(30, 48_000), harmony_score(30, 48_000)])
def test_every_key_is_struck_once_and_let_go_before_the_next(score: Stimulus) -> None:
    down: set[int] = set()
    struck = []
    for cue in score.cues:
        if message.is_note_on(cue.data):
            assert not down, "two keys at once"
            down.add(cue.data[1])
            struck.append((cue.time, cue.data[1]))
        elif message.is_note_off(cue.data):
            down.remove(cue.data[1])
    assert not down
    assert struck == [(key.time, key.key) for key in score.keys]
    assert all(key.time < key.until for key in score.keys)
    assert [cue.time for cue in score.cues] == sorted(cue.time for cue in score.cues)


def test_it_takes_about_as_long_as_it_says() -> None:
    assert echo_score(64, 48_000).seconds < 2
    assert grid_score(64, 48_000).seconds == pytest.approx((16 + 64) * 0.1, abs=0.05)
    assert harmony_score(64, 48_000).seconds == pytest.approx((16 + 2 * 64 + 2) * 0.1, abs=0.05)
