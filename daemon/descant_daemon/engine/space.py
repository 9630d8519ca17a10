"""Space: the rests that Descant keeps, drawn for each bar from its place in the song."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# How many times over the chance is taken: oftener where a phrase ends and where the player fills the room.
PHRASE_END, ELSEWHERE = 2.0, 0.8
PLAYER_PLAYS, PLAYER_RESTS = 2.0, 0.5
MOST_BARS = 2  # of silence


class Player(NamedTuple):
    """What the player did: in the beat before, and in the bar before."""

    in_beat: bool = False
    in_bar: bool = False


def rests(
    dice: NDArray[np.float64],
    space: float,
    step_in_bar: int,
    bar: int,
    beat: int,
    *,
    ends: bool,
    player: Player,
) -> bool:
    """Whether Descant is to be silent in a step. ``bar``, ``beat``: their lengths in steps.

    ``dice``: uniforms of this bar, one for each half and then one for each beat. Half of the silence comes
    as half bars, half as beats; on the whole it is the share ``space`` of the bar.
    """
    half = 2 * step_in_bar >= bar
    often = PHRASE_END if ends and half else ELSEWHERE
    if player.in_bar:
        often *= PLAYER_PLAYS if player.in_beat else PLAYER_RESTS
    chance = 1 - (1 - space) ** often
    of_half = chance / 2
    of_beat = (chance - of_half) / (1 - of_half)
    return bool(dice[int(half)] < of_half or dice[2 + step_in_bar // beat] < of_beat)


def too_late(silent: int, step_in_bar: int, beat: int) -> bool:
    """After a beat of silence Descant comes in on a beat or just after it, not at its end."""
    return silent >= beat and 2 * (step_in_bar % beat) >= beat


def overdue(space: float, silent: int, bar: int, beat: int) -> bool:
    """After nearly two bars of silence something must sound, unless silence is all that is asked for."""
    return space < 1 and silent >= MOST_BARS * bar - beat
