"""A network along time in ONNX Runtime, a step at a time: what all sweepers have."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.choice import Array, Choice, Chosen, Line
from descant_daemon.engine.critic import Critic
from descant_daemon.engine.state_cache import Hidden
from descant_daemon.engine.sweeper import Sweeper
from descant_daemon.families.sweep import sweep
from descant_daemon.model.contract import BATCH, Port
from descant_daemon.model.model_files import ModelFiles
from descant_daemon.model.onnx_session import bare_run, fastest_session
from descant_daemon.note_state import State
from descant_routing.errors import DescantError

WARM_UPS = 50
NEVER = 1e9  # a die, as a logit, that no note beats


class AlongTime(Sweeper):
    """The ``time`` graph of a model; its first output is what it says of each pitch, and ``found`` is what is kept.

    ONNX Runtime on one thread, no spinning.
    """

    worst = 1

    def __init__(self, files: ModelFiles) -> None:
        """Raises DescantError when it cannot run."""
        self.metadata = files.metadata
        self.pitches = files.metadata.pitches
        graph = files.metadata.graphs()["time"]
        told = {"state", "step_in_bar", "style"}
        states = [port for port in graph.inputs if port.name not in told]
        self._states = [port.name for port in states]
        self.time_start = tuple(np.zeros(of_one(port), np.float32) for port in states)
        self._outputs = [port.name for port in graph.outputs[:1]] + [f"{name}_next" for name in self._states]
        self._shapes = [of_one(graph.outputs[0]), *map(of_one, states)]
        self._run_time = bare_run(fastest_session(files.files.graphs["time"], "time axis"))
        self._blend, self._style = FIRST_STYLE, FIRST_STYLE.weights(len(self.metadata.styles))

    def found(self, output: Array) -> Array:
        """What is kept of the graph's output, ``[P, ...]``: all that can be worked out before the tick."""
        return output

    def along_time(
        self, before: State, step_in_bar: int, hidden: Hidden, blend: Blend = FIRST_STYLE
    ) -> tuple[Array, Hidden]:
        """See ``Sweeper``."""
        if blend != self._blend:
            self._blend, self._style = blend, blend.weights(len(self.metadata.styles))
        feed: dict[str, Any] = dict(zip(self._states, hidden, strict=True))
        feed["state"] = before[None]
        feed["step_in_bar"] = np.array([step_in_bar], np.int64)
        feed["style"] = self._style
        try:
            output, *after = self._run_time(self._outputs, feed, None)
        except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
            reason = str(error).splitlines()[0]
            raise DescantError(f"ONNX Runtime cannot run the model's time axis: {reason}") from error
        if output.shape != self._shapes[0]:  # machine code reads it without looking at its size
            raise DescantError(f"the model's {self._outputs[0]} comes out as {list(output.shape)}")
        return self.found(output[0]), tuple(after)

    @abstractmethod
    def draw(self, lines: Sequence[Line]) -> tuple[Array, Array]:
        """See ``sweep.Draw``."""

    def choose(self, lines: Sequence[Line]) -> list[Chosen]:
        """See ``Sweeper``."""
        return sweep(self.draw, lines)

    def once(self) -> None:
        """A step: along time, and up all pitches."""
        silence = np.zeros((self.pitches.size, 2), np.float32)
        every = np.ones(self.pitches.size, np.bool_)
        critic = Critic(1.0, (~every, ~every), ~every, self.pitches.low, beat=True)
        choice = Choice(np.full((2, *silence.shape), NEVER), every, ~every, 1.0, 1.0, 1, critic=critic)
        found, _ = self.along_time(silence, 0, self.time_start)
        self.choose([Line(found, silence, choice)])

    def warm(self) -> None:
        """Run a step until its first, slow runs are behind."""
        for _ in range(WARM_UPS):
            self.once()

    def try_out(self) -> None:
        """One step on silence. Raises DescantError when it does not run, or the states come out otherwise."""
        _, hidden = self.along_time(np.zeros((self.pitches.size, 2), np.float32), 0, self.time_start)
        wrong = [each for each, shape in zip(hidden, self._shapes[1:], strict=True) if each.shape != shape]
        if wrong:
            raise DescantError(f"a state of the model comes out as {list(wrong[0].shape)}")


def of_one(port: Port) -> tuple[int, ...]:
    """The shape of a port for one instance."""
    return tuple(1 if dim == BATCH else int(dim) for dim in port.dims)
