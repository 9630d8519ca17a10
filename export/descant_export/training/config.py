"""What a training run is made of: every hyperparameter that the papers list, each with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from descant_daemon.model.contract import CLASSES
from descant_daemon.note_state import PitchRange
from descant_export.model.biaxial import Shape
from descant_export.model.kernel import KernelShape
from descant_export.training.faults import FAULTS, TOUCHES
from descant_export.training.masks import MASKS


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _shares(shares: Mapping[str, float]) -> Mapping[str, float]:
    unknown = [name for name in shares if name not in MASKS]
    if unknown:
        raise _wrong(f"there is no mask '{unknown[0]}'; there are {', '.join(MASKS)}")
    if min(shares.values(), default=0) < 0 or sum(shares.values()) <= 0:
        raise _wrong("shares must not be negative, and one must be above 0")
    return {name: float(shares[name]) for name in MASKS if shares.get(name)}


def _part_of(known: Mapping[str, Any], what: str) -> Any:
    """A check of shares that may leave a rest."""

    def check(shares: Mapping[str, float]) -> Mapping[str, float]:
        unknown = [name for name in shares if name not in known]
        if unknown:
            raise _wrong(f"there is no {what} '{unknown[0]}'; there are {', '.join(known)}")
        if min(shares.values(), default=0) < 0 or sum(shares.values()) > 1:
            raise _wrong("shares must not be negative, nor above 1 together")
        return {name: float(shares[name]) for name in known if shares.get(name)}

    return AfterValidator(check)


def _velocity(value: object) -> object:
    if not isinstance(value, bool) and value != "auto":
        raise _wrong(f"it must be true, false or auto, not {value!r}")
    return value


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence})


Key = Annotated[int, Field(ge=0, le=127)]
Layers = Annotated[
    tuple[Annotated[int, Field(ge=1, le=4096)], ...], BeforeValidator(_listed), Field(min_length=1)
]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
Share = Annotated[float, Field(ge=0, lt=1)]


def _row(default: Any, meaning: str) -> Any:
    return Field(default=default, description=meaning)


GIVEN: Mapping[str, float] = {
    "none": 0.3,
    "top": 0.2,
    "voice": 0.05,
    "voices": 0.2,
    "skyline": 0.05,
    "bass": 0.05,
    "above": 0.05,
    "below": 0.03,
    "between": 0.02,
    "random": 0.05,
}


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Config:
    """One run. The order is that of the YAML file, which shows each description above its value."""

    pitch_low: Key = _row(28, "The lowest MIDI key of the model; 21 to 108 is a piano.")
    pitch_high: Key = _row(91, "The highest.")
    vicinity: Annotated[int, Field(ge=1, le=64)] = _row(
        12, "How many semitones to each side a pitch sees of the step before (Kotecha & Young §3.2)."
    )
    beat_cycle: Annotated[int, Field(ge=1, le=1024)] = _row(
        16, "Steps in a bar: the network is told where in it a step lies."
    )
    time_layers: Layers = _row((200, 200), "Units of the LSTM layers along time.")
    note_layers: Layers = _row((128, 64), "Units of the LSTM layers along pitch.")
    style_size: Annotated[int, Field(ge=1)] = _row(4, "Numbers that stand for a style inside the network.")
    styles: Names = _row(("bach-chorale",), "The styles, in the order of the pieces' numbers.")
    velocity: Annotated[bool | Literal["auto"], PlainValidator(_velocity)] = _row(
        False, "Whether the network says how loud notes are; auto: where the corpus has dynamics."
    )
    dropout: Share = _row(
        0.5,
        "Share of each layer's outputs left out in training. The papers: 0.5; lower if it learns too slowly.",
    )

    optimiser: Literal["adamw", "adadelta", "rmsprop"] = _row(
        "adamw",
        "adamw, adadelta (Kotecha & Young, at rate 1.0) or rmsprop (Johnson 2017, Nesterov, at 0.001).",
    )
    learning_rate: Annotated[float, Field(gt=0)] = _row(2e-3, "The highest learning rate.")
    schedule: Literal["cosine", "constant"] = _row(
        "cosine", "cosine: down to a hundredth at the last update; constant: as the papers."
    )
    warm_up: Annotated[int, Field(ge=0)] = _row(50, "Updates until that rate: such LSTMs jump without it.")
    clip: Annotated[float, Field(gt=0)] = _row(1.0, "The longest gradient, as a norm.")
    precision: Literal["bf16", "fp32"] = _row("bf16", "Of the matrix products; weights are kept in float32.")

    updates: Annotated[int, Field(ge=1)] = _row(
        2000, "How many updates; on chorales validation stops improving here."
    )
    batch: Annotated[int, Field(ge=1)] = _row(8, "Segments an update, over all processes.")
    segment: Annotated[int, Field(ge=2)] = _row(
        128, "Steps a segment; 128 sixteenths are Johnson's eight bars."
    )
    transpose: Annotated[int, Field(ge=0, le=64)] = _row(
        6, "Semitones up and down that a segment is moved by at random, as far as the range allows."
    )
    balance: Annotated[float, Field(ge=0, le=1)] = _row(
        0.5, "Of several styles: 1 draws each as often as it has music, 0 all alike."
    )
    given: Annotated[Mapping[str, float], AfterValidator(_shares)] = _row(
        GIVEN, "How often which notes of a segment are given, as the player will give them (see masks.py)."
    )
    recover: Annotated[Mapping[str, float], _part_of(FAULTS, "fault")] = _row(
        {},
        "In which shares of segments the network's own past is wrong for some bars: moved by an interval, thinned, or "
        "of foreign music. Its targets stay right, so it learns to come back (see faults.py).",
    )
    touch: Annotated[Mapping[str, float], _part_of(TOUCHES, "touch")] = _row(
        {}, "In which shares of segments the given notes are played detached or legato instead of as written."
    )
    entering: Share = _row(
        0.0, "Share of segments in which the player enters late or leaves early; else he plays throughout."
    )
    curriculum: Share = _row(
        0.0,
        "Share of the run that leads from short segments of easy pieces to all (Kotecha & Young §4.3); 0: none.",
    )

    evaluate_every: Annotated[int, Field(ge=1)] = _row(
        100, "Updates between two looks at the held-out pieces."
    )
    look_at: Annotated[int, Field(ge=64)] = _row(
        12_000, "Steps of held-out music at a look, at most; several styles share them."
    )
    patience: Annotated[int, Field(ge=0)] = _row(
        0, "Looks without a better one until the run ends; 0: never."
    )
    keep_every: Annotated[float, Field(ge=0)] = _row(60.0, "Seconds of work at most that a killed run loses.")
    sample_bars: Annotated[int, Field(ge=0, le=64)] = _row(8, "Bars of music written at each look; 0: none.")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = _row(1, "The same seed gives the same run.")
    begin_from: str = _row(
        "",
        "A run's folder, a checkpoint or a preset whose weights this one begins with; a style is known by its name.",
    )

    def __post_init__(self) -> None:
        """What no value can say by itself."""
        if self.pitch_low >= self.pitch_high:
            raise _wrong("pitch_low must be below pitch_high")

    def shape(self) -> Shape:
        """The sizes of the network."""
        kernel = KernelShape(PitchRange(self.pitch_low, self.pitch_high), self.vicinity, self.beat_cycle)
        return Shape(
            kernel,
            self.time_layers,
            self.note_layers,
            len(self.styles),
            self.style_size,
            self.dropout,
            CLASSES if self.velocity is True else 0,
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for files."""
        return {name: list(at) if isinstance(at, tuple) else at for name, at in asdict(self).items()}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Config:
        """Back from ``as_dict``. Raises pydantic's ValidationError."""
        return Config(**values)
