"""What a model's files say of it, whatever its family: JSON under ``descant.metadata`` in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from descant_daemon.model.contract import CLASSES, PLANES, VELOCITY, Graph, Role
from descant_daemon.note_state import PitchRange
from descant_daemon.settings.abilities import ABILITIES, NEED_NOW, Abilities, Ability, Hears
from descant_daemon.settings.choices import MODES, Mode

Key = Annotated[int, Field(ge=0, le=127)]
Size = Annotated[int, Field(ge=1, le=8192)]
Units = Annotated[tuple[Size, ...], Field(min_length=1, max_length=16)]
"""Of LSTM layers, from the input up."""


def _planes(planes: tuple[str, ...]) -> tuple[str, ...]:
    if planes not in (PLANES, (*PLANES, VELOCITY)):
        sentence = "They should be 'play' and 'articulate', and then 'velocity' where there is that"
        raise PydanticCustomError("planes", sentence)
    return planes


def _shows(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("shows", "There is a character in it that does not show")
    return text


Text = Annotated[str, AfterValidator(_shows)]
Planes = Annotated[tuple[str, ...], AfterValidator(_planes)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelMetadata(BaseModel, frozen=True):
    """What all families have; each adds its own sizes, and says by them what its graphs are (``graphs``).

    ``ABLE`` and ``HEARS``: what a model of the family can do at most, and when it hears the player at best.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    ABLE: ClassVar[tuple[Ability, ...]] = ABILITIES
    HEARS: ClassVar[Hears] = "now"

    family: str
    pitch_low: Key  # MIDI keys, both included
    pitch_high: Key
    steps_per_beat: Annotated[int, Field(ge=1, le=48)]
    planes: Planes
    hears: Hears = "now"
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = MODES  # type: ignore[assignment]
    can: tuple[Ability, ...] = ABILITIES
    styles: Annotated[tuple[Text, ...], Field(min_length=1, max_length=1024)]
    corpus: Text
    licences: tuple[Text, ...]
    steps: Annotated[int, Field(ge=0)]  # of training
    seconds: Annotated[FiniteFloat, Field(ge=0)]  # of training
    test_log_likelihood: FiniteFloat  # nats a step, on pieces kept from training
    pair: Sha256  # of ``pair_hash``: it ties the graphs of a model together

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.pitch_low > self.pitch_high:
            raise ValueError(f"pitch_low {self.pitch_low} is above pitch_high {self.pitch_high}")
        if self.hears == "now" and self.HEARS == "next":
            raise ValueError(f"a {self.family} model hears what is played in the next step")
        if late := [mode for mode in self.modes if mode in NEED_NOW and self.hears == "next"]:
            raise ValueError(
                f"it hears what is played in the next step, and cannot play in the mode {late[0]}"
            )
        if beyond := [each for each in self.can if each not in self.ABLE]:
            raise ValueError(f"a {self.family} model cannot do '{beyond[0]}'")
        return self

    @property
    def pitches(self) -> PitchRange:
        """The keys that the model knows."""
        return PitchRange(self.pitch_low, self.pitch_high)

    @property
    def velocities(self) -> int:
        """How many classes of velocity it tells apart: 0 where it does not say how loud its notes are."""
        return CLASSES if VELOCITY in self.planes else 0

    @property
    def abilities(self) -> Abilities:
        """What parameters are held against."""
        return Abilities(self.family, self.styles, self.modes, self.can)

    def graphs(self) -> Mapping[Role, Graph]:
        """What its files hold, in order."""
        raise NotImplementedError
