"""The tables that the effect plays by are whole."""

from __future__ import annotations

from descant_daemon.effect.modes import MODE_ROWS
from descant_daemon.effect.steps import TABLE, Act, RequestStanding, StepMoment
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.choices import MODES


def test_every_mode_that_can_be_chosen_has_its_row() -> None:
    """Catches a mode that a preset may name and that raises on the first step."""
    assert [*MODE_ROWS] == [*MODES]
    assert {row.button for row in MODE_ROWS.values() if row.button} <= {*ACTIONS}


def test_every_moment_of_a_step_has_its_acts_and_every_act_its_moment() -> None:
    """Catches a moment that nobody meets, and an act that is never done."""
    assert {*TABLE} == {*StepMoment}
    assert {act for acts in TABLE.values() for act in acts.values()} == {*Act}
    ahead, late = TABLE[StepMoment.AHEAD], TABLE[StepMoment.DEADLINE]
    assert {*ahead} == {*late} == {*RequestStanding}, (
        "whatever the keys do, a step is asked for, and is not waited for for ever"
    )
