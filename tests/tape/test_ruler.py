"""Where a moment is in the file: bars fall on bars, and time stays time."""

from __future__ import annotations

import random

import pytest
from tests.tape.page import Page
from tests.tape.studio import MS, ORIGIN, header

from descant_daemon.tape.ruler import PPQ, Ruler, lay_out

BAR = 4 * PPQ


def ruler(page: Page) -> Ruler:
    return lay_out(page.music, 120)


def time_of(laid: Ruler, at: int) -> float:
    """Ms from the origin of the take, as a player of the file has it."""
    return (laid.origin + laid.tempo_map.time_of(at) - ORIGIN) / MS


def test_a_steady_tempo_is_one_though_a_clock_jitters() -> None:
    dice = random.Random(1)
    page = Page(header())
    page.at(0, ("song", 0, 0))
    for beat in range(400):
        page.at(500 * beat + dice.uniform(-0.3, 0.3), ("beat", 0, 24 * beat, beat // 4 + 1, beat % 4 + 1))
    assert ruler(page).tempo_map.tempos == [(0, 500_000)]


def test_a_tempo_that_changes_is_followed() -> None:
    page = Page(header())
    page.song(0, 0, 8)
    page.song(4000, 192, 9, quarter=400)
    laid = ruler(page)
    assert [(at // PPQ, tempo) for at, tempo in laid.tempo_map.tempos] == [(0, 500_000), (8, 400_000)]
    assert [at for at, _ in laid.bars] == [0, BAR, 2 * BAR, 3 * BAR, 4 * BAR]


def test_no_beat_is_more_than_a_millisecond_off_however_the_tempo_wanders() -> None:
    dice = random.Random(2)
    page = Page(header())
    page.at(0, ("song", 0, 0))
    now, quarter, times = 0.0, 500.0, list[float]()
    for beat in range(600):
        page.at(now, ("beat", 0, 24 * beat, beat // 4 + 1, beat % 4 + 1))
        times.append(now)
        quarter = min(900, max(300, quarter * dice.uniform(0.97, 1.03)))
        now += quarter
    laid = ruler(page)
    assert max(abs(time_of(laid, PPQ * beat) - ms) for beat, ms in enumerate(times)) < 1.01


def test_what_is_heard_before_the_song_lies_in_whole_bars_before_it() -> None:
    page = Page(header())
    page.key(60, 100, 200)
    page.song(3000, 0, 8)
    laid = ruler(page)
    assert laid.bars[0] == (2 * BAR, 1)
    assert time_of(laid, 2 * BAR) == pytest.approx(3000)
    assert time_of(laid, laid.at(ORIGIN + 100 * MS)) == pytest.approx(100, abs=0.3)


def test_a_song_that_begins_in_the_middle_of_a_bar_does_so_in_the_file() -> None:
    page = Page(header())
    page.song(0, 48, 8)
    assert ruler(page).bars[0] == (BAR, 2)
    assert ruler(page).begins == [(BAR // 2, 1)]


def test_after_a_pause_the_song_goes_on_at_its_place_of_the_bar() -> None:
    page = Page(header())
    page.song(0, 0, 6)  # to the middle of bar 2
    page.at(3000, ("stop",))
    page.key(60, 5000, 5200)
    page.song(10_234, 0, 4)
    laid = ruler(page)
    again = laid.bars[-1][0]
    assert again % BAR == 0
    assert time_of(laid, again) == pytest.approx(10_234, abs=1)
    assert time_of(laid, laid.at(ORIGIN + 5000 * MS)) == pytest.approx(5000, abs=1), "time stays time"


def test_a_loop_of_whole_bars_goes_on_without_a_seam() -> None:
    page = Page(header())
    for turn in range(5):
        page.song(4000 * turn, 384, 8)
    laid = ruler(page)
    assert laid.tempo_map.tempos == [(0, 500_000)]
    assert [(at // BAR, number) for at, number in laid.bars] == [
        (2 * turn + half, 5 + half) for turn in range(5) for half in (0, 1)
    ]


def test_a_jump_into_the_middle_of_a_bar_keeps_its_time() -> None:
    page = Page(header())
    page.song(0, 0, 5)
    page.song(2250, 384, 4)
    laid = ruler(page)
    assert laid.bars[-1] == (round(4.5 * PPQ), 5)
    assert time_of(laid, laid.bars[-1][0]) == pytest.approx(2250, abs=0.5)


def test_without_a_song_the_tempo_that_was_asked_for_serves() -> None:
    page = Page(header())
    page.key(60, 250, 900)
    laid = ruler(page)
    assert laid.at(ORIGIN + 750 * MS) == PPQ
    assert laid.bars == []
