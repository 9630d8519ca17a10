"""Files that change while they are played: what is new is handed over, what is wrong is said and goes no further."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from descant_daemon.effect.events import NewRig
from descant_daemon.live.rig_watch import LOOKS, RigWatch
from descant_daemon.model.known import Models
from descant_daemon.settings.rig.rig_file import load_rig
from descant_daemon.settings.rig.values import ModelFacts
from descant_daemon.settings.shelf import find

GOOD = "instances: {one: {preset: palette}}\n"
BEFORE = "instances: {two: {preset: palette}}\n"
WRONG = "instances: {one: {preset: palette, parameters: {style: polka}}}\n"


class Stand:
    """For the engines and the ports: everything is there at once."""

    inputs: dict[str, str] = {"": "in"}  # noqa: RUF012
    outputs: dict[str, str] = {"": "out"}  # noqa: RUF012

    def load(self, models: object) -> None: ...

    def keep_loaded(self) -> None: ...

    def keep_old(self) -> None: ...

    def loaded(self) -> bool:
        return True

    def as_loaded(self, model: ModelFacts) -> ModelFacts:
        return model

    def rewire(self, cables: object) -> None: ...

    def wake(self) -> None: ...


def test_a_style_that_the_model_has_not_is_said_and_goes_no_further(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, stand = tmp_path / "stage.yaml", Stand()
    path.write_text(BEFORE)
    handed: list[NewRig] = []
    double: Any = stand
    watch = RigWatch(
        load_rig(path), lambda models: load_rig(path, look=models.look), double, double, handed.append
    )
    for text, rigs in ((GOOD, 1), (WRONG, 1), (GOOD + "title: again\n", 2)):
        path.write_text(text)
        for _ in range(2 * LOOKS):
            watch.look()
        assert len(handed) == rigs
    told = capsys.readouterr().err
    assert "style must be" in told
    assert "the rig that plays is kept" in told


MINE = "title: Mine\nmodel: palette\nparameters: {{temperature: {temperature}}}\n"


def test_a_preset_s_own_file_is_looked_at_too(tmp_path: Path) -> None:
    for file in find("palette").parent.glob("palette.*"):
        (tmp_path / file.name).symlink_to(file)
    preset, rig = tmp_path / "preset.yaml", tmp_path / "stage.yaml"
    preset.write_text(MINE.format(temperature=1))
    rig.write_text("instances: {one: {preset: preset.yaml}}\n")
    handed: list[NewRig] = []
    double: Any = Stand()
    watch = RigWatch(
        load_rig(rig), lambda models: load_rig(rig, look=models.look), double, double, handed.append
    )

    def after(write: Callable[[], object]) -> list[float]:
        write()
        for _ in range(2 * LOOKS):
            watch.look()
        return [new.rig.instances[0].programs[0].parameters.temperature for new in handed]

    assert after(rig.touch) == [1.0]
    assert after(lambda: preset.write_text(MINE.format(temperature=0.5))) == [1.0, 0.5]
    assert after(preset.unlink) == [1.0, 0.5]  # an editor may be writing it anew
    assert after(lambda: preset.write_text("title: [")) == [1.0, 0.5]
    assert after(lambda: preset.write_text(MINE.format(temperature=0.75))) == [1.0, 0.5, 0.75]
    assert after(lambda: None) == [1.0, 0.5, 0.75]


def test_a_clock_that_cannot_change_now_is_said_to_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = tmp_path / "stage.yaml"
    rig.write_text(GOOD)
    double: Any = Stand()
    watch = RigWatch(
        load_rig(rig), lambda models: load_rig(rig, look=models.look), double, double, lambda _: None
    )
    for text, stays in ((GOOD + "title: Other\n", False), (GOOD + "tempo: 90\n", True)):
        rig.write_text(text)
        for _ in range(2 * LOOKS):
            watch.look()
        assert ("its clock stays as it was at the start" in capsys.readouterr().err) == stays


def test_whatever_a_file_does_to_its_reader_the_old_rig_plays_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "stage.yaml"
    path.write_text(GOOD)
    handed: list[NewRig] = []
    double: Any = Stand()

    def read(models: Models) -> Any:
        if "three" in path.read_text():
            raise RecursionError("maximum recursion depth exceeded")
        return load_rig(path, look=models.look)

    watch = RigWatch(load_rig(path), read, double, double, handed.append)
    for text, rigs in ((GOOD + "title: three\n", 0), (GOOD + "title: Two\n", 1)):
        path.write_text(text)
        for _ in range(2 * LOOKS):
            watch.look()
        assert len(handed) == rigs
    told = capsys.readouterr().err
    assert told.count("RecursionError") == 1
    assert told.count("the rig that plays is kept") == 1
