"""Dropout by key: the right share, the same for the same row, and nothing when evaluating."""

from __future__ import annotations

import pytest
import torch

from descant_export.training.dropout import KeyedDropout

HERE = torch.device("cpu")
ONES = torch.ones(20, 6 * 10, 30)  # 6 rows of 10 columns


def dropped(keys: list[tuple[int, ...]], chance: float = 0.3) -> torch.Tensor:
    layer = KeyedDropout(chance).train()
    layer.begin(keys, HERE)
    return torch.as_tensor(layer(ONES[:, : 10 * len(keys)]))


KEYS: list[tuple[int, ...]] = [(1, 7, row, 1) for row in range(6)]


def test_share_and_scale() -> None:
    out = dropped(KEYS)
    assert float((out == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(out.mean()) == pytest.approx(1, abs=0.02), "what is kept makes up for what is not"
    assert len(set(out.flatten().tolist())) == 2


def test_a_row_has_its_mask_wherever_it_is_computed() -> None:
    whole, part = dropped(KEYS), dropped([KEYS[4], KEYS[1]])
    columns = whole.view(20, 6, 10, 30)
    assert torch.equal(part.view(20, 2, 10, 30), columns[:, [4, 1]])
    assert not torch.equal(columns[:, 0], columns[:, 1])


def test_layers_and_updates_differ() -> None:
    layer = KeyedDropout(0.5).train()
    layer.begin(KEYS, HERE)
    first, second = layer(ONES), layer(ONES)
    layer.begin([(1, 8, row, 1) for row in range(6)], HERE)
    assert not torch.equal(first, second)
    assert not torch.equal(first, layer(ONES))
    layer.begin(KEYS, HERE)
    assert torch.equal(first, layer(ONES))


def test_off_when_evaluating() -> None:
    assert torch.equal(KeyedDropout(0.5).eval()(ONES), ONES)
