"""A rig file that is changed to what no model can play: said, and never handed to who plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from descant_daemon.cli.taping import rig_facts
from descant_daemon.live.rig_watch import LOOKS, RigWatch
from descant_daemon.tape.cycle import NewRig

GOOD = "instances: {one: {preset: palette}}\n"
WRONG = "instances: {one: {preset: palette, parameters: {style: polka}}}\n"


class Stand:
    """For the engines and the ports: everything is there at once."""

    inputs: dict[str, str] = {"": "in"}  # noqa: RUF012
    outputs: dict[str, str] = {"": "out"}  # noqa: RUF012

    def load(self, stems: object) -> None: ...

    def loaded(self) -> bool:
        return True

    def number(self, stem: Path) -> int:
        return 0

    def rewire(self, cables: object) -> None: ...

    def wake(self) -> None: ...


def test_a_style_that_the_model_has_not_is_said_and_goes_no_further(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, stand = tmp_path / "stage.yaml", Stand()
    path.write_text("# empty\n")
    handed: list[NewRig] = []
    double: Any = stand
    watch = RigWatch(path, double, double, handed.append, rig_facts)
    for text, rigs in ((GOOD, 1), (WRONG, 1), (GOOD + "title: again\n", 2)):
        path.write_text(text)
        for _ in range(2 * LOOKS):
            watch.look()
        assert len(handed) == rigs
    told = capsys.readouterr().err
    assert "style must be" in told
    assert "the rig that plays is kept" in told
