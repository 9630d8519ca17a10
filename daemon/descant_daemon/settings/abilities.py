"""What a model can do, as its file says, and the sentences for what it cannot.

Parameters know no model. Where there is one, whatever sets them, a preset, a rig, an option, a knob or OSC, is held
against this one table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from descant_daemon.settings.choices import MODES
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.row import row_named
from descant_routing.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from descant_daemon.settings.parameters import Parameters
    from descant_daemon.settings.row import Row

Ability = Literal["follow", "drafts", "density", "shape"]
Hears = Literal["now", "next"]
"""Whether a model knows what the player holds in the very step that it answers, or in the next one."""
ABILITIES: tuple[Ability, ...] = get_args(Ability)
NEEDS: dict[str, Ability] = {
    "follow": "follow",
    "drafts": "drafts",
    "critic": "drafts",
    "density": "density",
    "density_target": "density",
    "recall": "shape",
    "form": "shape",
    "space": "shape",
    "scale": "shape",
    "key_pull": "shape",
    "chords": "shape",
}
"""Parameter → what the model must be able to do for any value but the default."""
MODELLESS = ("freeze",)
"""Modes that ask nothing of a model."""
NEED_NOW = ("harmonise", "instant")
"""Modes in which what is held is answered in the same step."""


class Abilities(NamedTuple):
    """``family``: the kind of network; ``styles``: by name; ``modes``: in which it plays."""

    family: str = "biaxial"
    styles: tuple[str, ...] = ()
    modes: tuple[str, ...] = MODES
    can: tuple[Ability, ...] = ABILITIES

    @property
    def playable(self) -> tuple[str, ...]:
        """The modes that may be chosen, in the order of the table."""
        return tuple(mode for mode in MODES if mode in self.modes or mode in MODELLESS)

    def able(self, parameter: str) -> bool:
        """Whether this parameter does anything with the model."""
        return parameter not in NEEDS or NEEDS[parameter] in self.can

    def row(self, name: str) -> Row:
        """The row called ``name``, its choices being those of the model. Raises UsageError for an unknown name."""
        row = row_named(name, TABLE)
        if row.kind == "style" and len(self.styles) > 1:
            return row.among(self.styles)
        return replace(row, choices=self.playable) if name == "mode" else row

    def faults(self, parameters: Parameters) -> Iterator[tuple[str, str]]:
        """Each parameter that asks for what the model cannot do, and a sentence that says what works instead.

        A model of one style has nothing to choose from, and plays presets that name others.
        """
        if parameters.mode not in self.playable:
            yield "mode", f"{self._model} does not play in the mode {parameters.mode}{self._modes}"
        for row in TABLE.values():
            value = getattr(parameters, row.name)
            if row.kind == "style" and value:
                try:
                    self.row(row.name).check(value)
                except UsageError as error:
                    yield row.name, str(error)
            elif value != row.default and not self.able(row.name):
                stay = "unset" if row.default == "" else f"at {row.default}"
                yield (
                    row.name,
                    f"{self._model} cannot heed {row.name}, which has to stay {stay}{self._working}",
                )

    def check(self, parameters: Parameters) -> None:
        """Raises UsageError with the first of the ``faults``."""
        for _, sentence in self.faults(parameters):
            raise UsageError(sentence)

    @property
    def _model(self) -> str:
        return f"this model (family {self.family})"

    @property
    def _modes(self) -> str:
        return f"; it plays in {' or '.join(self.playable)}"

    @property
    def _working(self) -> str:
        working = [name for name in NEEDS if self.able(name)]
        return f"; {', '.join(working)} work" if working else "; temperature, voices, low and high work"


ANY_MODEL = Abilities()
"""Of a model that can do everything, and has one style."""
