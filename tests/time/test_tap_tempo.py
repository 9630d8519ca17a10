"""Tapping the tempo, in virtual time."""

from __future__ import annotations

import pytest

from descant_daemon.time.auto_clock import AutoClock
from descant_daemon.time.internal_clock import InternalClock
from descant_daemon.time.tap_tempo import Taps, TapTempo
from descant_daemon.time.timeline import Timeline
from descant_routing import message
from descant_routing.errors import UsageError

MS = 1_000_000
SECOND = 1_000_000_000


def taps(*ms: float) -> list[float | None]:
    tempo = TapTempo()
    return [tempo.tap(round(each * MS)) for each in ms]


def test_the_fourth_tap_sets_the_tempo() -> None:
    assert taps(0, 500, 1000, 1500, 2000) == [None, None, None, 120, 120]


def test_one_stumble_among_many_taps_is_forgiven() -> None:
    assert taps(0, 500, 1000, 1500, 2170, 2500, 3000)[-1] == pytest.approx(120, abs=0.1)


def test_a_pause_begins_anew() -> None:
    assert taps(0, 500, 1000, 1500, 4000, 4600, 5200, 5800)[4:] == [None, None, None, 100]


def test_a_slow_tempo_can_be_tapped_and_a_fast_one() -> None:
    assert taps(0, 6000, 12000, 18000)[-1] == 10
    assert taps(0, 61, 122, 183)[-1] == pytest.approx(983.6, abs=0.1)


def test_a_bouncing_switch_taps_once() -> None:
    assert taps(0, 20, 500, 1000, 1030, 1500)[-1] == 120


def test_faster_than_music_is_no_tempo() -> None:
    assert taps(0, 55, 110, 165, 220)[-1] is None


def test_the_median_follows_when_the_player_goes_faster() -> None:
    played = [0.0, 500, 1000, 1500, 2000]
    played += [2000 + 400 * each for each in range(1, 6)]
    assert taps(*played)[-1] == 150


def test_taps_move_the_tempo_and_not_the_place() -> None:
    clock = InternalClock(90)
    clock.start(0)
    clock.advance(0)
    before, now = 0.0, 0
    for tap in range(5):
        now = round((10.13 + tap * 0.75) * SECOND)
        assert clock.timeline is not None
        before = clock.timeline.tick_at(now)
        assert not clock.tap(now)
    assert clock.timeline is not None
    assert clock.bpm == pytest.approx(80)
    assert clock.timeline.tick_at(now) == pytest.approx(before, abs=6)


def test_a_beat_that_is_near_moves_under_the_tap() -> None:
    clock = InternalClock(120)
    clock.start(0)
    for tap in range(8):
        clock.tap(round((2.04 + tap * 0.5) * SECOND))
    assert clock.timeline == Timeline(264, 5.54 * SECOND, SECOND / 48)


def test_a_beat_that_is_far_stays_where_it_is() -> None:
    clock = InternalClock(120)
    clock.start(0)
    for tap in range(8):
        clock.tap(round((2.25 + tap * 0.5) * SECOND))
    assert clock.timeline is not None
    assert clock.timeline.time_of(240) == pytest.approx(5 * SECOND, abs=MS)


def test_tapping_before_the_song_sets_its_tempo_and_does_not_begin_it() -> None:
    clock = AutoClock(100)
    for tap in range(4):
        clock.tap(round(tap * 0.4 * SECOND))
    assert not clock.running
    clock.key_pressed(3 * SECOND)
    assert clock.bpm == pytest.approx(150)


def test_a_master_is_not_to_be_tapped() -> None:
    clock = AutoClock(100)
    clock.feed(bytes([message.START]), 0)
    for tick in range(48):
        clock.feed(bytes([message.CLOCK]), round(tick * SECOND / 48))
    for tap in range(5):
        clock.tap(SECOND + round(tap * 0.3 * SECOND))
    assert clock.bpm == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize("bpm", [0, -3, 9.9, 999.1, float("nan")])
def test_a_tempo_that_no_music_has_is_refused(bpm: float) -> None:
    with pytest.raises(UsageError, match="10 to 999"):
        InternalClock(bpm)


def test_what_is_a_tap() -> None:
    by_cc, by_note = Taps(cc=80), Taps(note=36)
    assert by_cc.takes(message.control_change(3, 80, 127))
    assert by_cc.is_tap(message.control_change(3, 80, 127))
    assert by_cc.takes(message.control_change(3, 80, 0)), "letting go is no tap, but is taken too"
    assert not by_cc.is_tap(message.control_change(3, 80, 0))
    assert not by_cc.takes(message.control_change(3, 81, 127))
    assert by_note.is_tap(message.note_on(9, 36, 1))
    assert by_note.takes(message.note_off(9, 36))
    assert not by_note.is_tap(message.note_off(9, 36))
    assert not by_note.takes(message.note_on(9, 37, 90))
    assert not Taps().takes(message.note_on(9, 36, 90))
