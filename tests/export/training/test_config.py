"""A config as a file: what is written is read again, and what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from descant_daemon.note_state import PitchRange
from descant_export.families import FAMILIES
from descant_export.families.biaxial import BiaxialShape
from descant_export.families.kernel import KernelShape
from descant_export.training.config import Config
from descant_export.training.config_file import changed, load_config, save_config, written
from descant_routing.errors import DescantError, UsageError

OTHER = Config().but(
    time_layers=(5, 6, 7), styles=("a b", "null"), given={"top": 1.0}, dropout=0.25, seed=2**40
)


@pytest.mark.parametrize(
    "config",
    [Config(), OTHER, Config().but(family="tp-nade", hidden=7), Config().but(family="roll", tied=True)],
)
def test_what_is_written_is_read_again(config: Config, tmp_path: Path) -> None:
    save_config(config, tmp_path / "style.yaml")
    assert load_config(tmp_path / "style.yaml") == config
    assert Config.from_dict(config.as_dict()) == config


@pytest.mark.parametrize("family", FAMILIES)
def test_every_value_stands_under_its_meaning(family: str) -> None:
    config = Config().but(family=family)
    lines = written(config).splitlines()
    assert list(yaml.safe_load("\n".join(lines))) == list(config.as_dict())
    for name in config.as_dict():
        at = next(index for index, line in enumerate(lines) if line.startswith(f"{name}:"))
        assert lines[at - 1].startswith("# ")
        assert len(lines[at - 1]) > 10


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text("dropout: 0.25\n")
    assert load_config(tmp_path / "short.yaml") == Config().but(dropout=0.25)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed: 2\ndropout: 1.5", r"style\.yaml, line 2: dropout must be less than 1, not 1\.5"),
        ("dropuot: 0.5", r"line 1: there is no hyperparameter 'dropuot' \(did you mean 'dropout'"),
        ("time_layers: []", r"line 1: time_layers must be a list of at least one, not \[\]"),
        ("time_layers:\n  - 300\n  - many", r"line 3: time_layers\.1 must be a whole number, not 'many'"),
        ("given:\n  nane: 1", r"line 1: given: there is no mask 'nane'; there are none, top"),
        ("given:\n  none: 0", r"line 1: given: shares must not be negative, and one must be above 0"),
        ("given:\n  none: much", r"line 2: given\.none must be a number, not 'much'"),
        ("pitch_low: 99", r"pitch_low must be below pitch_high"),
        ("seed: true", r"line 1: seed must be a whole number, not True"),
        ("velocity: loud", r"line 1: velocity: it must be true, false or auto, not 'loud'"),
        ("velocity: 1", r"line 1: velocity: it must be true, false or auto, not 1"),
        ("optimiser: sgd", r"line 1: optimiser must be 'adamw', 'adadelta' or 'rmsprop', not 'sgd'"),
        ("family: tp-nade\nnote_layers: [8]", r"line 2: there is no hyperparameter 'note_layers'"),
        ("family: gru", r"line 1: family must be 'biaxial', 'tp-nade', 'roll' or 'tables', not 'gru'"),
        ("family: roll\nvelocity: true", r"velocity: a network of the family roll says nothing of it"),
        ("- dropout", r"line 1: a config is a map"),
        ("learning_rate: .inf", r"line 1: '\.inf' is not a number"),
        ("", r"is empty"),
    ],
)
def test_what_no_config_says(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "style.yaml"
    path.write_text(text)
    with pytest.raises(DescantError, match=words):
        load_config(path)


def test_changes_as_they_are_typed() -> None:
    config = changed(Config(), ["time_layers=[300, 300]", "given={top: 1}", "learning_rate=1"])
    assert config == Config().but(time_layers=(300, 300), given={"top": 1.0}, learning_rate=1.0)
    for typed, words in (
        ("dropout=much", "dropout must be a number"),
        ("dropuot=1", "did you mean 'dropout'"),
    ):
        with pytest.raises(UsageError, match=words):
            changed(Config(), [typed])


def test_shape_is_what_the_paper_lets_one_set() -> None:
    config = Config().but(vicinity=7, time_layers=(5, 6, 7), note_layers=(4,), beat_cycle=24, dropout=0.75)
    shape = config.shape()
    assert shape == BiaxialShape(KernelShape(PitchRange(28, 91), 7, 24), (5, 6, 7), (4,), 1, 4, 0.75)
    assert Config.from_dict(config.as_dict()) == config
