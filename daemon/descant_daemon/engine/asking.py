"""What io and engine say to each other: a question about one step, and its answer."""

from __future__ import annotations

from typing import NamedTuple

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.loudness import Velocities
from descant_daemon.engine.plan import ANYWHERE, Plan
from descant_daemon.note_state import State


class Sampling(NamedTuple):
    """The parameters that a step is sampled with; see ``settings/parameters.py``.

    ``place``: on which side of what is given notes are chosen. ``critic``: how far drafts are judged by more than their
    likelihood.
    """

    temperature: float = 1.0
    density: float = 1.0
    low: int = 0
    high: int = 127
    voices: int = 4
    seed: int = 1
    variation: int = 0
    follow: float = 0.0
    drafts: int = 1
    place: str = ANYWHERE
    critic: float = 0.0
    plan: Plan = Plan()


class Ask(NamedTuple):
    """A question: what to play in ``step``?

    ``given``: what the player holds in the step, ``[P, 2]``. ``played``: all that sounded in the step
    before, the player's and ours; ``ours``: Descant's part of it, both ``[P, 2]``. ``jump``: the song was
    relocated to here. ``steps_per_bar`` places the step in its bar. ``instance`` says which of several
    instances asks. ``ahead``: ns from now to the step's tick, so that the engine can be warm by then.
    ``blend``: of styles, for the step after this one, whose time axis can then run ahead; where the song has
    jumped to, for this step too. ``model``: which of the engine's models is asked.
    ``bar_from``: where bars of ``steps_per_bar`` began, after ``bars_before`` others.
    """

    serial: int
    step: int
    steps_per_bar: int
    given: State
    played: State
    ours: State
    jump: bool
    sampling: Sampling
    instance: int = 0
    ahead: int = 0
    blend: Blend = FIRST_STYLE
    model: int = 0
    bar_from: int = 0
    bars_before: int = 0

    @property
    def bar(self) -> int:
        """The number of its bar, from 0."""
        return self.bars_before + (self.step - self.bar_from) // self.steps_per_bar

    @property
    def step_in_bar(self) -> int:
        """0 on the bar line."""
        return (self.step - self.bar_from) % self.steps_per_bar

    def at(self, bar: int) -> int | None:
        """The step at this place of another bar; None where bars were longer or shorter."""
        return None if bar < self.bars_before else self.step + (bar - self.bar) * self.steps_per_bar


class Answer(NamedTuple):
    """Descant's notes of the step, ``[P, 2]``, and how loud they are, ``[P]``: 0 where the model does not say.

    After a jump they may hold (10) what this bar was entered with when it was played before; whoever
    plays them strikes what is not sounding. ``ready``: when it lay in the shared memory (``time.monotonic_ns``).
    """

    serial: int
    step: int
    ours: State
    instance: int = 0
    ready: int = 0
    velocities: Velocities | None = None


def rounds(asks: list[Ask]) -> list[list[Ask]]:
    """Questions that have piled up, in order, as batches in which each instance asks once.

    Of two questions about one step the later one says it all; steps follow one another.
    """
    batches: list[dict[int, Ask]] = []
    for ask in asks:
        last = next((batch for batch in reversed(batches) if ask.instance in batch), None)
        if last is not None and last[ask.instance].step == ask.step and not ask.jump:
            last[ask.instance] = ask._replace(jump=last[ask.instance].jump)
            continue
        place = batches.index(last) + 1 if last is not None else 0
        if place == len(batches):
            batches.append({})
        batches[place][ask.instance] = ask
    return [list(batch.values()) for batch in batches]
