"""The critic's second thought, on progressions that anyone who has learned harmony would mend."""

from __future__ import annotations

import numpy as np
import pytest

from descant_daemon.engine.critic import Critic
from descant_daemon.engine.revision import as_played, revised
from descant_daemon.note_state import ARTICULATE, PLAY, State

LOW, PITCHES = 36, 48
C, D, E, F, G, A, B = (48 + each for each in (0, 2, 4, 5, 7, 9, 11))


def draft(*struck: int, held: tuple[int, ...] = ()) -> State:
    state = np.zeros((PITCHES, 2), np.float32)
    state[[key - LOW for key in struck]] = 1
    state[[key - LOW for key in held], PLAY] = 1
    return state


def mended(
    before: tuple[int, ...],
    played: State,
    given: tuple[int, ...] = (),
    *,
    his: tuple[int, ...] = (),
    odds: float = -1.0,
    beat: bool = True,
    high: int = 127,
) -> tuple[set[int], set[int]]:
    """Which keys sound after all, and which of these are struck."""
    rows = [draft(*each)[:, PLAY] > 0 for each in (his, before, given)]
    judge = Critic(1.0, (rows[0], rows[1]), rows[2], LOW, beat)
    free = (np.arange(PITCHES) + LOW <= high) & ~rows[2]
    chances = np.where(played[:, PLAY] > 0, 1.0, odds)
    found = as_played(played, revised(judge, played, chances, free, rows[1]), rows[1])
    keys, struck = (
        {LOW + int(row) for row in np.flatnonzero(found[:, plane])} for plane in (PLAY, ARTICULATE)
    )
    return keys, struck


@pytest.mark.parametrize("beat", [True, False])
def test_parallel_fifths_are_led_otherwise(beat: bool) -> None:
    """C to D minor in root position, all voices up a tone: the oldest mistake."""
    keys, struck = mended((C, E, G), draft(D, F, A), beat=beat)
    assert keys != {D, F, A}
    assert len(keys) == len(struck) == 3
    assert {key % 12 for key in keys} == {D % 12, F % 12, A % 12}


def test_octaves_with_the_player_are_led_otherwise() -> None:
    keys, _ = mended((C, E, G), draft(B - 12, D, F), (D + 12,), his=(E + 12,))
    assert keys != {B - 12, D, F}


def test_what_has_no_fault_stays_as_it_is() -> None:
    assert mended((C, E, G), draft(B - 12, D, G)) == ({B - 12, D, G}, {B - 12, D, G})


def test_where_the_network_will_have_nothing_else_it_has_its_way() -> None:
    assert mended((C, E, G), draft(D, F, A), odds=-40.0)[0] == {D, F, A}


def test_nothing_is_set_where_it_may_not_lie() -> None:
    keys, _ = mended((C, E, G), draft(D, F, A), high=A)
    assert max(keys) <= A


def test_a_held_note_is_led_on_where_it_comes_to_clash_on_a_beat() -> None:
    """C major is held while the tune goes to F sharp and G leaves: no chord, until one of the three moves."""
    held = draft(held=(C, E, G))
    assert mended((C, E, G), held, (F + 13,), beat=False) == ({C, E, G}, set())
    keys, struck = mended((C, E, G), held, (F + 13,), odds=0.5)
    assert len(keys) == 3
    assert struck == keys - {C, E, G} != set()
