"""The modes: what each does in a step, and in what else it differs. Nobody else asks which mode it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.metre_map import Bars


class StepAction(Enum):
    """What Descant does in a step. The model hears the player whatever it is."""

    AROUND = "around"
    """Voices around what is held; asked again when that changes."""
    FREELY = "freely"
    """Notes of its own."""
    LISTEN = "listen"
    """Nothing."""
    LOOP = "loop"
    """What Descant played some bars ago."""

    @property
    def chooses(self) -> bool:
        """Whether the engine is to choose notes for it."""
        return self in (StepAction.AROUND, StepAction.FREELY)


class StepContext(NamedTuple):
    """A step, and how long no key has been held before it: ``rest`` in steps, 0 while one is."""

    step: int
    rest: int
    parameters: Parameters
    bars: Bars

    @property
    def bar(self) -> int:
        """The bar of the step, counted from 0."""
        return self.bars.number(self.step)


class ModeRow(NamedTuple):
    """A mode: what it does, as far as the song and the player's keys decide it, and the parameters that it heeds."""

    decide: Callable[[StepContext], StepAction]
    off_grid: bool = False
    """A key is answered the moment it is pressed, and its notes end with it; the grid only moves the song on."""
    yields: bool = False
    """Descant's notes end the moment that the player strikes a key."""
    lingers: bool = False
    """``linger``: goes on for so many beats after the last key."""
    bridges: bool = False
    """``bridge``: a gap between keys that is shorter is no rest."""
    over_chords: bool = False
    """``over_chords``: what is played over a chord that is held."""
    needs_player: bool = False
    """Plays nothing to nobody."""
    button: str | None = None
    """The action that leads into it and out again; its light is on meanwhile."""


def _around(_context: StepContext) -> StepAction:
    return StepAction.AROUND


def _freely(_context: StepContext) -> StepAction:
    return StepAction.FREELY


def _loop(_context: StepContext) -> StepAction:
    return StepAction.LOOP


def _respond(context: StepContext) -> StepAction:
    """Call and response, by the bars of the song: it begins with the player's ``phrase``; the next one is ours."""
    ours = context.bar // context.parameters.phrase % 2
    return StepAction.FREELY if ours else StepAction.LISTEN


def _continue(context: StepContext) -> StepAction:
    """Freely, after ``patience`` beats in which no key was held."""
    wait = context.parameters.patience * context.bars.pulse
    return StepAction.FREELY if context.rest >= wait else StepAction.LISTEN


MODE_ROWS: Mapping[str, ModeRow] = {
    "free": ModeRow(_freely, bridges=True),
    "harmonise": ModeRow(_around, lingers=True, bridges=True, over_chords=True, needs_player=True),
    "instant": ModeRow(_around, off_grid=True, needs_player=True),
    "respond": ModeRow(_respond, needs_player=True),
    "continue": ModeRow(_continue, yields=True),
    "freeze": ModeRow(_loop, button="freeze"),
}


def mode_of(parameters: Parameters) -> ModeRow:
    """Its row."""
    return MODE_ROWS[parameters.mode]
