"""Form: which bar a bar returns to, which one it keeps away from, and where phrases end."""

from __future__ import annotations

from typing import NamedTuple

from descant_daemon.engine.plan import FREE, Plan

PHRASE = 4  # bars, where no form says otherwise


class Spot(NamedTuple):
    """Where a bar stands, counted in bars of the song from 0.

    ``returns_to``: bars that it may return to, the best first. ``avoids``: the bar that it is to be told
    apart from. ``begins``: the first bar of its section (0 in ``free``), ``ends``: whether it is the last of
    its section or phrase.
    """

    returns_to: tuple[int, ...]
    avoids: int | None
    begins: int
    ends: bool


def spot(plan: Plan, bar: int) -> Spot:
    """A section returns to the first of its letter; a letter that is new keeps away from what was before.

    Where the first was never played (the song began later), the nearest of its letter will do.
    """
    if plan.form == FREE:
        return Spot((), None, 0, (bar + 1) % PHRASE == 0)
    number, within = divmod(bar, plan.section)
    begins, ends = bar - within, within == plan.section - 1
    form, turns = plan.form, len(plan.form)
    letter = form[number % turns]
    first = form.index(letter)
    if number <= first:
        return Spot((), bar - plan.section if number else None, begins, ends)
    nearest = [
        each for each in range(number - 1, max(first, number - turns - 1), -1) if form[each % turns] == letter
    ]
    return Spot(tuple(each * plan.section + within for each in (first, *nearest)), None, begins, ends)
