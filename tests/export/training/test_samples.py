"""The network that plays the samples is the one that is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.training.tiny import TINY

from descant_daemon.midi_file import read_song
from descant_export.corpus.piece import Piece
from descant_export.families import FAMILIES
from descant_export.onnx_graphs.export import played
from descant_export.training.samples import write_samples


@pytest.mark.parametrize("family", FAMILIES)
def test_samples_are_music_and_pictures(family: str, pieces: list[Piece], tmp_path: Path) -> None:
    model = TINY.but(family=family).build().eval()
    write_samples(model, pieces, 2, tmp_path / "000004", "Update 4")
    written = {f"000004-{kind}.{ending}" for kind in ("free", "melody") for ending in ("mid", "png")}
    assert {path.name for path in tmp_path.iterdir()} == written
    assert [track.name for track in read_song(tmp_path / "000004-melody.mid").tracks][-2:] == [
        "melody",
        "descant",
    ]


def test_what_plays_them_has_the_weights_of_now(pieces: list[Piece]) -> None:
    model = TINY.build().eval()
    silence = np.zeros((36, 2), np.float32)
    found = []
    for step in range(2):
        with torch.no_grad():
            next(model.stacks[0].parameters())[0] += step
        network = played(model)
        found.append(network.along_time(silence, 0, network.time_start)[0])
    assert not np.allclose(found[0], found[1])
