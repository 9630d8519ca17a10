"""The mean of runs that went on from one another."""

from __future__ import annotations

import pytest
import torch

from descant_export.families.biaxial import Biaxial
from descant_export.training.checkpoint import Checkpoint, Standing, mean_of
from descant_export.training.config import Config
from descant_routing.errors import UsageError

CONFIG = Config().but(pitch_low=60, pitch_high=71, time_layers=(6,), note_layers=(5,), styles=("a",))


def checkpoint(seed: int, config: Config = CONFIG) -> Checkpoint:
    torch.manual_seed(seed)
    return Checkpoint(config, "music21:bach", Biaxial(config.shape()).state_dict(), {}, Standing(seed))


def test_weights_are_averaged_one_by_one_and_all_else_is_the_firsts() -> None:
    one, two, three = (checkpoint(seed) for seed in (1, 2, 3))
    mean = mean_of([one, two, three])
    for name, weights in mean.network().state_dict().items():
        expected = (one.model[name] + two.model[name] + three.model[name]) / 3
        assert torch.allclose(weights, expected, atol=1e-7), name
    assert (mean.update, mean.config) == (1, CONFIG)
    assert torch.equal(mean_of([two]).model["output.weight"], two.model["output.weight"])


@pytest.mark.parametrize("other", [{"time_layers": (7,)}, {"styles": ("b",)}, {"pitch_high": 72}], ids=str)
def test_unlike_networks_have_none(other: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="of one shape and the same styles"):
        mean_of([checkpoint(1), checkpoint(2, CONFIG.but(**other))])
