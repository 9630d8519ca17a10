"""Styles as a player meets them: by name, by controller, and what is said of a name that the model has not."""

from __future__ import annotations

import pytest
from tests.effect.stage import Stage, by_step

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.settings.abilities import Abilities
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_routing import message
from descant_routing.errors import UsageError

STYLES = ("chorale", "hymn", "rag")
CC = {row.default_cc: row.name for row in TABLE.values() if row.default_cc is not None}
STEP = 125.0  # ms


def blends(stage: Stage, steps: int) -> dict[int, Blend]:
    """The last blend that was asked for in each step."""
    stage.roll(steps)
    stage.run(steps * STEP)
    return {ask.step: ask.blend for ask in stage.engine.heard}


def test_names_become_numbers_of_the_model() -> None:
    stage = Stage(by_step({}), styles=STYLES, mode="free", style="rag", morph_to="hymn", morph=0.25)
    assert set(blends(stage, 4).values()) == {Blend(2, 1, 0.25)}


def test_nothing_chosen_is_the_first_style_and_the_knob_leads_nowhere() -> None:
    stage = Stage(by_step({}), styles=STYLES, mode="free", morph=1.0)
    assert {tuple(blend.weights(3)[0]) for blend in blends(stage, 4).values()} == {(1, 0, 0)}


def test_a_model_of_one_style_ignores_what_a_preset_names() -> None:
    stage = Stage(by_step({}), styles=("chorale",), mode="free", style="rag", morph_to="x", morph=0.5)
    assert set(blends(stage, 4).values()) == {FIRST_STYLE}


def test_a_controller_moves_the_morph_and_picks_styles_by_number() -> None:
    stage = Stage(by_step({}), styles=STYLES, mode="free", cc=CC)
    knobs = {name: number for number, name in CC.items()}
    for step, name, value in ((2, "morph_to", 64), (4, "morph", 127), (14, "style", 127), (16, "style", 0)):
        stage.at(step * STEP, message.control_change(0, knobs[name], value))
    found = blends(stage, 20)
    # Asked half a step ahead: a knob turned on the tick of a step is heard in the ask for the next.
    assert found[2] == Blend(0, 0, 0)
    assert found[3] == found[4] == Blend(0, 1, 0)
    assert [found[step] for step in range(5, 12)] == [Blend(0, 1, eighth / 8) for eighth in range(2, 9)]
    assert found[15] == Blend(2, 1, 1)
    assert found[17] == Blend(0, 1, 1)


def test_a_controller_does_no_harm_where_there_is_one_style() -> None:
    for styles in ((), ("chorale",)):
        stage = Stage(by_step({}), styles=styles, mode="free", cc=CC)
        stage.at(STEP, message.control_change(0, TABLE["style"].default_cc or 0, 127))
        assert set(blends(stage, 4).values()) == {FIRST_STYLE}


def test_a_style_turned_before_the_song_begins_is_asked_for_again() -> None:
    stage = Stage(by_step({}), styles=STYLES, mode="free", cc=CC)
    stage.at(-600, message.control_change(0, TABLE["style"].default_cc or 0, 64))
    stage.run(-400)
    assert [ask.blend for ask in stage.engine.heard if ask.step == 0] == [Blend(0, 0), Blend(1, 1)]


def test_an_unknown_style_is_named_and_changes_nothing() -> None:
    sentence = "^morph_to must be chorale or hymn or rag, not 'polka'$"
    with pytest.raises(UsageError, match=sentence):
        Stage(by_step({}), styles=STYLES, morph_to="polka")
    stage = Stage(by_step({}), styles=STYLES, style="hymn")
    with pytest.raises(UsageError, match=sentence):
        stage.effect.change({"style": "rag", "morph_to": "polka"}, 0)
    assert stage.effect.parameters.style == "hymn"


def test_names_are_checked_where_there_is_a_choice() -> None:
    Abilities(styles=STYLES).check(Parameters())
    Abilities(styles=("chorale",)).check(Parameters().with_settings(["style=anything"]))
    with pytest.raises(UsageError, match="style must be chorale or hymn or rag, not 'anything'"):
        Abilities(styles=STYLES).check(Parameters().with_settings(["style=anything"]))
    for wrong in (3, "a\nb", "x" * 101):
        with pytest.raises(UsageError, match=r"^style must be the name of a style, not"):
            Parameters().with_values({"style": wrong})


def test_a_knob_gives_each_style_an_equal_share() -> None:
    row = Abilities(styles=STYLES).row("style")
    turned = [row.from_position(position / 127) for position in range(128)]
    assert [turned.count(style) for style in STYLES] == [43, 43, 42]
    assert [row.from_position(row.to_cc(style) / 127) for style in STYLES] == list(STYLES)
    with pytest.raises(UsageError, match="until a model says"):
        TABLE["style"].from_position(0 / 127)
