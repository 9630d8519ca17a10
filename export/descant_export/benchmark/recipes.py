"""The networks of the benchmark by name: shape, optimiser and how long to go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from descant_daemon.note_state import PitchRange
from descant_export.benchmark.sets import PIANO_16THS, RollSet
from descant_export.families.kernel import KernelShape
from descant_export.families.published_kernels import KERNELS, PIANO
from descant_export.families.roll import LstmShape, RollLstm
from descant_export.families.table_biaxial import RollBiaxial, RollShape
from descant_export.families.tp_nade import NadeShape, TpNade

SEGMENT = 128  # steps a crop; far longer than what is heard at once, short enough to draw many
SEGMENTS = {"jsb": 64}  # a chorale's median is 57
MARGIN = 3  # semitones around what training plays, for a network that leaves out the rest


@dataclass(frozen=True)
class Recipe:
    """How a network is made and trained.

    ``segment``: steps a crop; the set's own where it is None. ``update_steps``: steps of all crops of an update,
    where the machine has no reason for more. ``warm_up``: updates. ``clip``: the gradient's largest norm.
    ``average``: decay of the running mean of the weights that is scored in their place. ``fall``: what the rate is
    multiplied by after ``patience`` evaluations without a better one; the run ends after ``falls`` such times.
    ``sets``: those that it trains on; None is the four.
    """

    shape: Callable[[RollSet], Any]
    optimiser: str
    rate: float
    segment: int | None = None
    update_steps: int = 512
    warm_up: int = 0
    clip: float | None = None
    average: float | None = None
    patience: int = 12
    fall: float = 1.0
    falls: int = 1
    sets: tuple[str, ...] | None = None
    network: Callable[[Any], Any] = RollBiaxial
    evaluate_steps: int | None = None

    def crop_steps(self, name: str) -> int:
        """Steps a crop of the set called ``name``."""
        return self.segment or SEGMENTS.get(name, SEGMENT)


def _johnson_2017(_: RollSet) -> RollShape:
    # The MIDI number centred and scaled: the first layer undoes an affine map, but begins better with it.
    return RollShape(replace(KERNELS["johnson-2017"], position="centred"))


def _kotecha_young(_: RollSet) -> RollShape:
    return RollShape(
        KERNELS["kotecha-young-2018"], time_layers=(300, 300), note_layers=(100, 50), held_masks=False
    )


def _descant_1(roll_set: RollSet) -> RollShape:
    # As dear a step as Johnson's network. A pitch that training never comes near is not computed: see scoring.
    played = roll_set.rates()[:, 0] > 1.5 / (roll_set.train_steps + 2)
    rows = [row for row, plays in enumerate(played) if plays]
    low = max(PIANO.low, roll_set.pitches.low + rows[0] - MARGIN)
    high = min(PIANO.high, roll_set.pitches.low + rows[-1] + MARGIN)
    return RollShape(
        KernelShape(PitchRange(low, high), planes=1, beat="none"),
        time_layers=(184, 184),
        lags=(2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64),
        counted=True,
        below=True,
        pitch_bias=True,
    )


def _tp_nade(window: Literal["centred", "below"]) -> Callable[[RollSet], NadeShape]:
    kernel = replace(KERNELS["johnson-2017"], position="centred")
    return lambda _: NadeShape(kernel, window=window, held_masks=True)


def _roll_lstm(_: RollSet) -> LstmShape:
    return LstmShape(KernelShape(PIANO, planes=1, beat="none"), held_masks=True)


RECIPES: Mapping[str, Recipe] = {
    # Johnson 2017 §3.1. He does not say the length of a crop, the size of a batch, nor when he stopped.
    "johnson-2017": Recipe(_johnson_2017, "rmsprop-nesterov", 0.001),
    # Kotecha & Young §3.1; batch and crop from their notebook, its layers from Johnson's blog.
    "kotecha-young-2018": Recipe(
        _kotecha_young, "adadelta", 1.0, segment=128, update_steps=5 * 128, sets=(PIANO_16THS,)
    ),
    # Johnson 2017 §3.1, as above; he does not say whether the two octaves lie around the pitch or below it.
    "johnson-2017-tp-nade": Recipe(_tp_nade("centred"), "rmsprop-nesterov", 0.001, network=TpNade),
    "johnson-2017-tp-nade-below": Recipe(_tp_nade("below"), "rmsprop-nesterov", 0.001, network=TpNade),
    "roll-lstm": Recipe(
        _roll_lstm,
        "adamw",
        0.002,
        update_steps=2048,
        warm_up=50,
        clip=1.0,
        average=0.99,
        patience=5,
        fall=0.5,
        falls=3,
        network=RollLstm,
        evaluate_steps=60_000,
    ),
    "descant-1": Recipe(
        _descant_1,
        "adamw",
        0.002,
        warm_up=100,
        clip=1.0,
        average=0.998,
        patience=5,
        fall=0.5,
        falls=4,
    ),
}
