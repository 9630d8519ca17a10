"""The playhead of one instance: the step that the song is at, and what it is played by there."""

from __future__ import annotations

from descant_daemon.controls.surface import Surface
from descant_daemon.effect.common import Common
from descant_daemon.effect.grid import Grid, swing
from descant_daemon.effect.input.program_changes import Programs
from descant_daemon.effect.modes import StepAction, StepContext, mode_of
from descant_daemon.note_state import State
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Program
from descant_daemon.time.metre_map import Bars


class Playhead:
    """Times are ns. It only says where the instance is: whoever moves it does what is to be done there."""

    def __init__(self, common: Common, offset: int, programs: Programs, surface: Surface) -> None:
        """Before the song. ``offset``: ns by which the instance plays later, beside what all do."""
        self.step = -1
        """The last step whose tick has passed."""
        self.step_time = 0
        """When it began."""
        self.latest = 0
        """When a step was last met."""
        self.parameters = programs.current.parameters
        """As they are now."""
        self.offset = common.offset + offset
        self._held_until = -1  # the last step in which a key was held
        self._programs, self._surface = programs, surface
        self._clock, self._metres = common.clock, common.metres
        self._play_by(programs.current)

    # -- where it is -----------------------------------------------------------------------------------

    @property
    def bars(self) -> Bars:
        """Those that the song is among."""
        return self.bars_of(max(self.step, 0))

    @property
    def bar_and_beat(self) -> tuple[int, int]:
        """Where the song is, both counted from 1."""
        return self.bars.bar_and_beat(max(self.step, 0))

    def bars_of(self, step: int) -> Bars:
        """Those that ``step`` is among."""
        return self._metres.bars(step, self._programs.current.model.steps_per_beat, self.parameters.metre)

    def go_to(self, first: int, now: int) -> None:
        """The song goes on with the step ``first``."""
        self.step = self._held_until = first - 1
        self.latest = now

    def tick(self, now: int) -> None:
        """The next step begins, whose tick was a guard before ``now``."""
        self.step += 1
        self.step_time, self.latest = now - self._clock.guard, now

    def meet(self, now: int) -> None:
        """The step is met at ``now``, and no moment of it comes earlier."""
        self.latest = max(self.latest, now)

    # -- by what it is played ----------------------------------------------------------------------------

    @property
    def off_grid(self) -> bool:
        """Whether keys are answered off the grid."""
        return self.mode.off_grid

    def decide(self, step: int, given: State) -> StepAction:
        """What the mode has done in ``step``, in which ``given`` is held."""
        rested = 0 if given.any() else max(0, step - self._held_until - 1)
        return self.mode.decide(StepContext(step, rested, self.parameters, self.bars_of(step)))

    def heard(self, given: State) -> None:
        """This was held in the step that has begun."""
        if not self.off_grid and given.any():
            self._held_until = self.step

    def take_on(self, parameters: Parameters) -> bool:
        """From here on it is played by these; False where they are those that it is played by."""
        if parameters is self.parameters:
            return False
        self.parameters, self.mode = parameters, mode_of(parameters)
        self._bend_grid()
        return True

    def with_knobs(self, *, settled: bool) -> Parameters:
        """The parameters a step further on their way to where the player's knobs are; ``settled``: there."""
        move = self._surface.settle if settled else self._surface.step
        return move(self.parameters)

    def in_metre(self, step: int) -> Parameters:
        """The parameters in the metre of ``step``: whoever tells it is believed rather than the parameter."""
        metre = self.bars_of(step).metre
        if metre == self.parameters.metre:
            return self.parameters
        return self.parameters.with_values({"metre": metre})

    def begins(self, step: int) -> bool:
        """Whether a program that was chosen begins with ``step``."""
        return self._programs.begins(step, self.bars_of(step))

    def begin(self, step: int | None) -> Program | None:
        """The program that begins with ``step`` (None: out of time, any begins)."""
        return self._programs.begin(step, self.bars if step is None else self.bars_of(step))

    def become(self, program: Program) -> None:
        """From the next step on another program plays, which may count otherwise."""
        per_step = self.grid.ticks_per_step
        self._surface.rebind(program.bindings, program.model.abilities)
        self._play_by(program)
        self.step = self.grid.first_from((self.step + 1) * per_step) - 1
        self._held_until = self.grid.first_from(self._held_until * per_step)

    def _play_by(self, program: Program) -> None:
        self.parameters = program.parameters
        self.mode = mode_of(program.parameters)
        self.lead = program.model.lead
        self.grid = Grid(self._clock, program.model.steps_per_beat, self.offset)
        self._bend_grid()

    def _bend_grid(self) -> None:
        parameters, grid = self.parameters, self.grid
        grid.swing = swing(parameters.swing, parameters.swing_unit, grid.ticks_per_step)
