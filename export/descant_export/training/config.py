"""What a training run is made of: every hyperparameter that the papers list, each with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, TypeAdapter
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from descant_daemon.model.contract import CLASSES
from descant_export.families import KINDS
from descant_export.families.biaxial import BiaxialSizes
from descant_export.families.network import Names, Network, Share, Sizes, row
from descant_export.training.corruption import FAULTS, TOUCHES
from descant_export.training.masks import MASKS


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

    network: Sizes = Field(default_factory=BiaxialSizes, description="The network's family and sizes.")
    styles: Names = row(("bach-chorale",), "The styles, in the order of the pieces' numbers.")
    velocity: Annotated[bool | Literal["auto"], PlainValidator(_velocity)] = row(
        False, "Whether the network says how loud notes are; auto: where the corpus has dynamics."
    )

    optimiser: Literal["adamw", "adadelta", "rmsprop"] = row(
        "adamw",
        "adamw, adadelta (Kotecha & Young, at rate 1.0) or rmsprop (Johnson 2017, Nesterov, at 0.001).",
    )
    learning_rate: Annotated[float, Field(gt=0)] = row(2e-3, "The highest learning rate.")
    schedule: Literal["cosine", "constant"] = row(
        "cosine", "cosine: down to a hundredth at the last update; constant: as the papers."
    )
    fall: Annotated[float, Field(gt=0, le=1)] = row(
        1.0, "What the rate is multiplied by when patience is lost."
    )
    warm_up: Annotated[int, Field(ge=0)] = row(50, "Updates until that rate: such LSTMs jump without it.")
    weight_decay: Annotated[float, Field(ge=0)] = row(0.01, "Of adamw.")
    beta2: Share = row(0.999, "Of adamw: how long it remembers the squares of gradients.")
    clip: Annotated[float, Field(gt=0)] = row(1.0, "The longest gradient, as a norm.")
    precision: Literal["bf16", "fp32"] = row("bf16", "Of the matrix products; weights are kept in float32.")

    updates: Annotated[int, Field(ge=1)] = row(
        2000, "How many updates; on chorales validation stops improving here."
    )
    batch: Annotated[int, Field(ge=1)] = row(8, "Segments an update, over all processes.")
    segment: Annotated[int, Field(ge=2)] = row(
        128, "Steps a segment; 128 sixteenths are Johnson's eight bars."
    )
    transpose: Annotated[int, Field(ge=0, le=64)] = row(
        6, "Semitones up and down that a segment is moved by at random, as far as the range allows."
    )
    balance: Annotated[float, Field(ge=0, le=1)] = row(
        0.5, "Of several styles: 1 draws each as often as it has music, 0 all alike."
    )
    given: Annotated[Mapping[str, float], AfterValidator(_shares)] = row(
        GIVEN, "How often which notes of a segment are given, as the player will give them (see masks.py)."
    )
    recover: Annotated[Mapping[str, float], _part_of(FAULTS, "fault")] = row(
        {},
        "In which shares of segments the network's own past is wrong for some bars: moved by an interval, thinned, or "
        "of foreign music. Its targets stay right, so it learns to come back (see faults.py).",
    )
    touch: Annotated[Mapping[str, float], _part_of(TOUCHES, "touch")] = row(
        {}, "In which shares of segments the given notes are played detached or legato instead of as written."
    )
    entering: Share = row(
        0.0, "Share of segments in which the player enters late or leaves early; else he plays throughout."
    )
    curriculum: Share = row(
        0.0,
        "Share of the run that leads from short segments of easy pieces to all (Kotecha & Young §4.3); 0: none.",
    )

    evaluate_every: Annotated[int, Field(ge=1)] = row(
        100, "Updates between two looks at the held-out pieces."
    )
    look_at: Annotated[int, Field(ge=64)] = row(
        12_000, "Steps of held-out music at a look, at most; several styles share them."
    )
    patience: Annotated[int, Field(ge=0)] = row(
        0, "Looks without a better one until patience is lost; 0: never."
    )
    falls: Annotated[int, Field(ge=1)] = row(1, "How often patience is lost until the run ends.")
    average: Share = row(
        0.0, "Decay of a running mean of the weights, which is looked at and kept in their place; 0: none."
    )
    keep_every: Annotated[float, Field(ge=0)] = row(60.0, "Seconds of work at most that a killed run loses.")
    sample_bars: Annotated[int, Field(ge=0, le=64)] = row(8, "Bars of music written at each look; 0: none.")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = row(1, "The same seed gives the same run.")
    begin_from: str = row(
        "",
        "A run's folder, a checkpoint or a preset whose weights this one begins with; a style is known by its name.",
    )

    def __post_init__(self) -> None:
        """What no value can say by itself."""
        if self.network.pitch_low >= self.network.pitch_high:
            raise _wrong("pitch_low must be below pitch_high")
        if self.velocity is True and not self.network.tells_velocity:
            raise _wrong(f"velocity: a network of the family {self.network.family} says nothing of it")

    def shape(self) -> Any:
        """Every size of the network, a ``Shape`` of its family."""
        return self.network.shape(len(self.styles), CLASSES if self.velocity is True else 0)

    def build(self) -> Network:
        """The network, with random weights."""
        return self.network.network(self.shape())

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for files: the family, its sizes, and all else, side by side."""
        values = asdict(self)
        flat = {"family": self.network.family, **values.pop("network"), **values}
        return {name: list(at) if isinstance(at, tuple) else at for name, at in flat.items()}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Config:
        """Back from ``as_dict``; what names no family is biaxial. Raises pydantic's ValidationError."""
        sizes = KINDS[_Family(family=values.get("family", BiaxialSizes.family)).family]
        ours = {each.name for each in fields(sizes)}
        network = sizes(**{name: at for name, at in values.items() if name in ours})
        rest = {name: at for name, at in values.items() if name not in ours and name != "family"}
        return Config(network=network, **rest)

    def but(self, **changes: Any) -> Config:
        """With other values, of the network or of the run. Of another family, sizes that it has not are left out."""
        values = self.as_dict()
        if changes.get("family", self.network.family) != self.network.family:
            known = meanings(_Family(family=changes["family"]).family)
            values = {name: at for name, at in values.items() if name in known}
        return Config.from_dict({**values, **changes})


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class _Family:
    family: Literal["biaxial", "tp-nade", "roll", "tables"]


def meanings(family: str) -> dict[str, str]:
    """What each value of a config of that family means, in the order of ``as_dict``."""
    parts = (TypeAdapter(kind).json_schema()["properties"] for kind in (KINDS[family], Config))
    sizes, run = ({name: str(each.get("description", "")) for name, each in part.items()} for part in parts)
    del run["network"]
    return {"family": "The kind of network: descant train --family help.", **sizes, **run}
