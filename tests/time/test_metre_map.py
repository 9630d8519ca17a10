"""Where bars are: counted by hand, beat by beat."""

from __future__ import annotations

import pytest

from descant_daemon.settings.metre import FOUR_FOUR, Metre
from descant_daemon.time.metre_map import MetreMap

TWO, THREE, SIX = Metre(2, 4), Metre(3, 4), Metre(6, 8)
MAPS = {
    # changes as (quarter, metre); bar and beat of each quarter, both from 1
    "nobody tells": ([], "1.1 1.2 1.3 1.4 2.1 2.2"),
    "three from the third bar": ([(0, FOUR_FOUR), (8, THREE)], "1.1 1.2 1.3 1.4 2.1 2.2 2.3 2.4 3.1 3.2 3.3 4.1"),
    "a bar cut short": ([(0, FOUR_FOUR), (6, THREE)], "1.1 1.2 1.3 1.4 2.1 2.2 3.1 3.2 3.3 4.1"),
    "a pick-up of a beat": ([(0, Metre(1, 4)), (1, FOUR_FOUR)], "1.4 2.1 2.2 2.3 2.4 3.1"),
    "a pick-up in its metre": ([(0, THREE), (2, THREE)], "1.2 1.3 2.1 2.2 2.3 3.1"),
    "eighths": ([(0, TWO), (4, SIX)], "1.1 1.2 2.1 2.2 3.1 3.3 3.5 4.1"),
    "told of later alone": ([(2, THREE)], "1.1 1.2 1.1 1.2 1.3 2.1 2.2"),
    "said twice": ([(0, THREE), (3, THREE), (9, TWO)], "1.1 1.2 1.3 2.1 2.2 2.3 3.1 3.2 3.3 4.1 4.2 5.1"),
}  # fmt: skip


@pytest.mark.parametrize("steps_per_beat", [3, 4, 12])
@pytest.mark.parametrize(("changes", "places"), MAPS.values(), ids=MAPS.keys())
def test_bar_and_beat(changes: list[tuple[int, Metre]], places: str, steps_per_beat: int) -> None:
    metres = MetreMap((quarter * 24, metre) for quarter, metre in changes)
    found = [
        metres.bars(step, steps_per_beat, FOUR_FOUR).bar_and_beat(step)
        for step in range(0, len(places.split()) * steps_per_beat, steps_per_beat)
    ]
    assert " ".join(f"{bar}.{beat}" for bar, beat in found) == places


def test_a_change_between_two_steps_belongs_to_the_nearer() -> None:
    for tick, first in ((94, 16), (98, 16), (100, 17)):
        metres = MetreMap([(0, FOUR_FOUR), (tick, THREE)])
        assert [metres.bars(step, 4, FOUR_FOUR).within(step) for step in (first - 1, first)] == [
            (first - 1) % 16, 0,
        ]  # fmt: skip


def test_what_is_told_anew_makes_forget_what_was_told_of_later() -> None:
    metres = MetreMap([(0, FOUR_FOUR), (192, THREE), (480, TWO)])
    metres.change(288, SIX)
    assert metres.at(470, FOUR_FOUR).metre == metres.at(10_000, FOUR_FOUR).metre == SIX
    assert metres.at(191, FOUR_FOUR).metre == FOUR_FOUR
