"""A run begins with the weights of an exported model: what was written comes back, each style by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.export.toy import metadata
from tests.export.training.tiny import TINY

from descant_daemon.model.model_files import check_model_files
from descant_export.families.biaxial import Biaxial
from descant_export.onnx_graphs.export import export
from descant_export.onnx_graphs.weights import read_weights
from descant_export.training.beginnings import begin_with
from descant_export.training.config import Config
from descant_routing.errors import UsageError

TWO = TINY.but(styles=("slow", "quick"), time_layers=(8, 7), note_layers=(6, 5))


@pytest.fixture
def written(tmp_path: Path) -> Biaxial:
    """Its preset lies in ``tmp_path``, under the name of the folder."""
    torch.manual_seed(3)
    model = Biaxial(TWO.shape()).eval()
    facts = metadata(model).model_copy(update={"styles": TWO.styles})
    export(model, facts, tmp_path / "tiny")
    (tmp_path / "preset.yaml").write_text("title: Tiny\nmodel: tiny\n")
    return model


def test_the_weights_that_were_exported_come_back(written: Biaxial, tmp_path: Path) -> None:
    found, weights = read_weights(tmp_path / "tiny")
    assert found == check_model_files(tmp_path / "tiny").metadata
    ours = {
        name: value
        for name, value in written.state_dict().items()
        if name in dict(written.named_parameters())
    }
    assert set(weights) == set(ours)
    for name, value in ours.items():
        assert torch.equal(weights[name], value), name


def test_a_run_begins_from_a_preset_with_each_style_by_its_name(written: Biaxial, tmp_path: Path) -> None:
    config = TWO.but(styles=("quick", "new"))
    model = Biaxial(config.shape())
    begin_with(model, config, str(tmp_path))
    slow, quick = written.style.weight.T
    assert torch.equal(model.style.weight[:, 0], quick)
    assert torch.equal(model.style.weight[:, 1], (slow + quick) / 2)
    name = "time_axis.layers.1.weight_hh_l0"
    assert torch.equal(model.state_dict()[name], written.state_dict()[name])


@pytest.mark.parametrize("config", [TWO.but(note_layers=(6, 4)), TWO.but(style_size=3), TWO.but(vicinity=3)])
def test_another_network_is_refused(written: Biaxial, tmp_path: Path, config: Config) -> None:
    with pytest.raises(UsageError, match="its network has other sizes"):
        begin_with(Biaxial(config.shape()), config, str(tmp_path))
