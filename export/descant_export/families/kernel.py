"""The input kernel: what each pitch sees of the step before, and of the notes that are given now.

Kotecha & Young §3.2 (after Johnson 2015), with their traps avoided: beyond the range is silence (no
wrapping index), the rotated context begins at the pitch's own class, the beat is coded 0/1. The kernels of
others, by name, are in ``published_kernels``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from descant_daemon.note_state import PLAY, PitchRange

PITCH_CLASSES = 12
MIDDLE, SPAN = 64.0, 32.0  # the pitch position is (key - 64) / 32: about -1..1 over a piano's middle


@dataclass(frozen=True)
class KernelShape:
    """What the kernel looks at: the model's pitches, ± ``vicinity`` semitones, a bar of ``beat_cycle`` steps.

    ``position``: the MIDI key centred and scaled, as it is, or counted from the lowest pitch. ``classes``:
    whether the pitch class is an input. ``planes``: 2 for (play, articulate), 1 for play alone. ``beat``: bits
    as 0/1, as -1/+1, or none. ``zeros``: inputs at the end that are always 0.
    """

    pitches: PitchRange
    vicinity: int = 12
    beat_cycle: int = 16
    position: Literal["centred", "midi", "index"] = "centred"
    classes: bool = True
    planes: int = 2
    beat: Literal["bits", "signs", "none"] = "bits"
    zeros: int = 0

    @property
    def beat_bits(self) -> int:
        """Bits that number the steps of ``beat_cycle``."""
        return max(1, (self.beat_cycle - 1).bit_length())

    @property
    def window(self) -> int:
        """Pitches in the vicinity, the pitch itself included."""
        return 2 * self.vicinity + 1

    @property
    def time_features(self) -> int:
        """Position, pitch class, vicinity of (play, articulate), rotated class counts, beat."""
        classes = PITCH_CLASSES if self.classes else 0
        beat = 0 if self.beat == "none" else self.beat_bits
        return 1 + classes + self.planes * self.window + PITCH_CLASSES + beat + self.zeros

    @property
    def given_features(self) -> int:
        """Vicinity of given (play, articulate), rotated class counts, how many given below and above."""
        return self.planes * self.window + PITCH_CLASSES + 2


def pitch_position(shape: KernelShape) -> Tensor:
    """``[P, 1]``."""
    keys = torch.arange(shape.pitches.low, shape.pitches.high + 1, dtype=torch.float32)[:, None]
    match shape.position:
        case "centred":
            return (keys - MIDDLE) / SPAN
        case "midi":
            return keys
        case "index":
            return keys - shape.pitches.low


def pitch_class(shape: KernelShape) -> Tensor:
    """``[P, 12]``, one-hot."""
    keys = torch.arange(shape.pitches.low, shape.pitches.high + 1)
    return torch.nn.functional.one_hot(keys % PITCH_CLASSES, PITCH_CLASSES).float()


def window_index(shape: KernelShape) -> Tensor:
    """``[P, window]``: rows of a range padded by ``vicinity`` silent pitches on both sides."""
    return torch.arange(shape.pitches.size)[:, None] + torch.arange(shape.window)[None, :]


def rotation_index(shape: KernelShape) -> Tensor:
    """``[P, 12]``: the class that stands k semitones above the pitch's own."""
    keys = torch.arange(shape.pitches.low, shape.pitches.high + 1)
    return (keys[:, None] + torch.arange(PITCH_CLASSES)[None, :]) % PITCH_CLASSES


def beat_code(shape: KernelShape) -> Tensor:
    """``[beat_cycle, bits]``: the step in the bar as bits, lowest first."""
    steps = torch.arange(shape.beat_cycle)[:, None]
    bits = ((steps >> torch.arange(shape.beat_bits)[None, :]) & 1).float()
    return 2 * bits - 1 if shape.beat == "signs" else bits


class Kernel(torch.nn.Module):
    """States to features, for every pitch and step at once."""

    def __init__(self, shape: KernelShape) -> None:
        """Tables only; nothing is learned here."""
        super().__init__()
        self.shape = shape
        self.position: Tensor
        self.classes: Tensor
        self.window: Tensor
        self.rotation: Tensor
        self.beats: Tensor
        self.register_buffer("position", pitch_position(shape), persistent=False)
        self.register_buffer("classes", pitch_class(shape), persistent=False)
        self.register_buffer("window", window_index(shape), persistent=False)
        self.register_buffer("rotation", rotation_index(shape), persistent=False)
        self.register_buffer("beats", beat_code(shape), persistent=False)

    def time(self, state: Tensor, step_in_bar: Tensor | None) -> Tensor:
        """Previous ``state [..., P, planes]`` and ``step_in_bar [...]`` of the step to come → ``[..., P, F]``.

        In the dtype of ``state``. ``step_in_bar`` may be None where the kernel has no beat.
        """
        lead, pitches = state.shape[:-2], self.shape.pitches.size
        parts = [self.position.expand(*lead, -1, -1)]
        if self.shape.classes:
            parts.append(self.classes.expand(*lead, -1, -1))
        parts += [self._vicinity(state), self._context(state)]
        if self.shape.beat != "none":
            assert step_in_bar is not None
            beat = self.beats[step_in_bar % self.shape.beat_cycle]
            parts.append(beat[..., None, :].expand(*lead, pitches, -1))
        if self.shape.zeros:
            parts.append(state.new_zeros(self.shape.zeros).expand(*lead, pitches, -1))
        return torch.cat([part.to(state.dtype) for part in parts], dim=-1)

    def given(self, given: Tensor) -> Tensor:
        """Given notes of the step itself ``[..., P, 2]`` → ``[..., P, G]``."""
        play = given[..., PLAY]
        below = torch.cumsum(play, -1) - play
        above = play.sum(-1, keepdim=True) - below - play
        counts = torch.stack([below, above], -1)
        return torch.cat([self._vicinity(given), self._context(given), counts], dim=-1)

    def _vicinity(self, state: Tensor) -> Tensor:
        reach = self.shape.vicinity
        padded = torch.nn.functional.pad(state, (0, 0, reach, reach))
        return padded[..., self.window, :].flatten(-2)

    def _context(self, state: Tensor) -> Tensor:
        return (state[..., PLAY] @ self.classes.to(state.dtype))[..., self.rotation]
