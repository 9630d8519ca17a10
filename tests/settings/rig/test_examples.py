"""The examples of docs/rigs.md: they play, they are drawn as the page shows them, and there is nothing to beware of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from descant_daemon.settings.rig.cautions import cautions
from descant_daemon.settings.rig.diagram import draw
from descant_daemon.settings.rig.grammar import InputForm, InstanceForm, OutputForm, RigForm
from descant_daemon.settings.rig.rig_file import parse_rig

PAGE = (Path(__file__).parents[3] / "docs" / "rigs.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```\n\n```\n(.*?)```", PAGE, re.DOTALL)


def test_there_are_three() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize(("text", "drawing"), EXAMPLES)
def test_an_example_is_drawn_as_the_page_shows_it(text: str, drawing: str) -> None:
    rig = parse_rig(text, Path("stage.yaml"))
    assert draw(rig) + "\n" == drawing
    assert cautions(rig) == []


@pytest.mark.parametrize("form", [RigForm, InputForm, OutputForm, InstanceForm])
def test_the_page_has_every_key(form: type[RigForm | InputForm | OutputForm | InstanceForm]) -> None:
    told = {
        key for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for key in re.findall(r"`(.*?)`", row)
    }
    assert set(form.model_fields) <= told
