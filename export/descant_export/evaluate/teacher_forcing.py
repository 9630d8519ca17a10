"""A network that says how likely true music is: teacher-forced on both axes, a stretch at a time.

The state of the time axis goes on from stretch to stretch, so that a piece of any length needs the memory of
one stretch and gets the likelihood that it would get whole.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from descant_daemon.note_state import ARTICULATE, PIANO, PLAY, PitchRange, State
from descant_export.evaluate.roll_baselines import marginal
from descant_export.evaluate.rolls import Roll, as_pieces
from descant_export.evaluate.scores import Floats
from descant_export.families.network import Network as Model

STRETCH = 256  # steps: 88 pitches and layers of 300 units take about 100 MB


class Network(Protocol):
    """What the two protocols ask of a network."""

    pitches: PitchRange
    past: int  # how many frames it hears besides the last

    def restart(self) -> None:
        """Forget everything: what comes next is the beginning of a piece."""
        ...

    def logits(self, before: Tensor, now: Tensor, step_in_bar: Tensor, style: int) -> Tensor:
        """The next stretch: states ``[past + T, P, 2]`` up to its last step but one, ``[T, P, 2]`` of its steps.

        Logits ``[T, P, 1 or 2]`` of play, and of articulate where the network has that output.
        """
        ...


class Carried:
    """The states of all LSTMs in a part of a network: each call begins where the last one ended."""

    def __init__(self, part: nn.Module) -> None:
        """Listens to every LSTM of ``part`` from now on."""
        self._states: dict[nn.Module, tuple[Tensor, Tensor]] = {}
        for layer in part.modules():
            if isinstance(layer, nn.LSTM):
                layer.register_forward_pre_hook(self._begin)
                layer.register_forward_hook(self._keep)

    def clear(self) -> None:
        """The next call begins from the zero state."""
        self._states.clear()

    def _begin(self, layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0], self._states.get(layer))

    def _keep(self, layer: nn.Module, _inputs: object, outputs: tuple[Any, tuple[Tensor, Tensor]]) -> None:
        self._states[layer] = outputs[1]


class AlongTime:
    """A network of any family as a ``Network``."""

    def __init__(self, model: Model) -> None:
        """Works on a copy: the model stays as it is."""
        self._model = copy.deepcopy(model).float().eval()
        self._carried = Carried(self._model.stacks[0])
        self.pitches: PitchRange = model.shape.kernel.pitches
        self.past = 0

    def restart(self) -> None:
        """The next stretch begins a piece."""
        self._carried.clear()

    @torch.no_grad()
    def logits(self, before: Tensor, now: Tensor, step_in_bar: Tensor, style: int) -> Tensor:
        """``[T, P, outputs]``, on the CPU; nothing is given."""
        device = next(self._model.parameters()).device
        styles = nn.functional.one_hot(torch.tensor([style]), self._model.shape.styles).float()
        inputs = (before[None], now[None], torch.zeros_like(now)[None], step_in_bar[None], styles)
        logits, _ = self._model.heads(*(tensor.to(device) for tensor in inputs))
        return logits[0].float().cpu()


def log_likelihoods(
    network: Network,
    now: State,
    step_in_bar: NDArray[np.integer],
    style: int = 0,
    stretch: int = STRETCH,
) -> Floats:
    """ln p of each step of a whole piece ``now [T, P, 2]`` out of silence: ``[T, 2]`` of (play, articulate).

    Articulate counts only where a note plays (Kotecha & Young §3.2, Fig. 3); without that output it is 0.
    """
    network.restart()
    silence = np.zeros((network.past + 1, *now.shape[1:]), np.float32)
    heard = torch.from_numpy(np.concatenate([silence, now])[:-1])
    whole = torch.from_numpy(now)
    bar = torch.from_numpy(step_in_bar.astype(np.int64))
    each = np.zeros((len(now), 2))
    for begin in range(0, len(now), stretch):
        end = min(begin + stretch, len(now))
        true = whole[begin:end]
        logits = network.logits(heard[begin : end + network.past], true, bar[begin:end], style)
        # In double: a sum over many thousand steps keeps its last digits.
        chance = -nn.functional.binary_cross_entropy_with_logits(
            logits.double(), true[..., : logits.shape[-1]].double(), reduction="none"
        )
        each[begin:end, PLAY] = chance[..., PLAY].sum(-1)
        if logits.shape[-1] > 1:
            each[begin:end, ARTICULATE] = (chance[..., ARTICULATE] * true[..., PLAY]).sum(-1)
    return each


class RollNetwork:
    """A network under the published protocol: play only; a pitch counts as struck where its run begins.

    Pitches that the network does not know play as often as they do in training.
    """

    def __init__(self, network: Network, training: Sequence[Roll]) -> None:
        """``training``: the rolls that say how often the other pitches play."""
        self._network = network
        pitches = np.arange(PIANO.low, PIANO.high + 1)
        self._unknown = (pitches < network.pitches.low) | (pitches > network.pitches.high)
        self._others = marginal([roll[:, self._unknown] for roll in training])

    def log_likelihoods(self, roll: Roll) -> Floats:
        """``[steps]``."""
        (piece,) = as_pieces("roll", [roll])
        known = log_likelihoods(self._network, piece.state([0], self._network.pitches), piece.step_in_bar)
        return known[:, PLAY] + self._others.log_likelihoods(roll[:, self._unknown])
