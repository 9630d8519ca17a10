"""Bars and beats as timebase masters fill them in, well or badly."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from descant_routing.ports.jack.transport import Bar, Transport, transport_of

RATE = 48000
BBT, OFFSET = 0x10, 0x40  # jack/transport.h
GOOD = {
    "valid": BBT,
    "frame": 96000,
    "bar": 2,
    "beat": 3,
    "tick": 960,
    "beats_per_bar": 4.0,
    "beat_type": 4.0,
    "ticks_per_beat": 1920.0,
    "beats_per_minute": 120.0,
    "bbt_offset": 0,
}
UNTOLD = Transport(rolling=True, time=7, seconds=2.0)


def told(**changes: float) -> Transport:
    return transport_of(1, SimpleNamespace(**{**GOOD, **changes}), 7, RATE)


def test_bar_beat_and_tick_are_quarters_from_the_beginning() -> None:
    assert told() == UNTOLD._replace(bar=Bar(1, 4, 4, 4.0, 2.5, 1 / 1920), bpm=120.0)
    assert told().quarters == 6.5


def test_a_beat_that_is_an_eighth_is_half_a_quarter() -> None:
    assert told(beat_type=8.0) == UNTOLD._replace(bar=Bar(1, 4, 8, 2.0, 1.25, 1 / 3840), bpm=60.0)
    assert told(beat_type=8.0).quarters == 3.25


def test_a_bar_begins_where_its_tick_says_whatever_the_metre_of_those_before() -> None:
    """Three bars of 4/4 and then 3/4: bar 5 begins after 15 quarters. Catches (bar - 1) times the present metre."""
    assert told(bar=5, beats_per_bar=3.0, bar_start_tick=15 * 1920.0).quarters == 17.5
    assert told(bar=5, beats_per_bar=3.0, bar_start_tick=0.0).quarters == 14.5, (
        "where nobody has filled it in"
    )


def test_bars_and_beats_of_a_moment_before_the_cycle_are_carried_on_to_it() -> None:
    """A quarter lasts 24,000 frames at 120 BPM."""
    assert told(valid=BBT | OFFSET, bbt_offset=6000).quarters == pytest.approx(6.75)


def test_an_offset_that_is_not_said_to_be_valid_is_none() -> None:
    assert told(bbt_offset=6000).quarters == 6.5


@pytest.mark.parametrize(
    "nonsense",
    [
        {"valid": 0},
        {"ticks_per_beat": 0.0},
        {"ticks_per_beat": float("nan")},
        {"beats_per_minute": 0.0},
        {"beats_per_minute": 1e-300},
        {"beats_per_minute": 1e12},
        {"beats_per_minute": float("nan")},
        {"beats_per_bar": float("inf")},
        {"beats_per_bar": float("nan")},
        {"beat_type": float("nan"), "beats_per_bar": float("nan")},
    ],
)
def test_bars_and_beats_that_cannot_be_meant_are_as_if_nobody_told_them(nonsense: dict[str, float]) -> None:
    assert told(**nonsense) == UNTOLD


def test_without_a_beat_type_a_beat_is_a_quarter() -> None:
    assert told(beat_type=0.0).quarters == 6.5
