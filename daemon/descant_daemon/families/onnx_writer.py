"""The network of a writer in ONNX Runtime, a symbol at a time. A family of writers is this and a ``Grammar``."""

from __future__ import annotations

from typing import Any

import numpy as np

from descant_daemon.engine.blend import FIRST_STYLE
from descant_daemon.engine.choice import Array
from descant_daemon.engine.state_cache import Hidden
from descant_daemon.engine.symbol_writer import Condition, Grammar, SymbolWriter
from descant_daemon.families.along_time import WARM_UPS, of_one
from descant_daemon.model.forms import WriterMetadata
from descant_daemon.model.model_files import ModelFiles
from descant_daemon.model.onnx_session import bare_run, fastest_session
from descant_routing.errors import DescantError


class OnnxWriter(SymbolWriter):
    """A writer from its files."""

    def __init__(self, files: ModelFiles, grammar: Grammar) -> None:
        """Checked; raises DescantError when it cannot run."""
        assert isinstance(files.metadata, WriterMetadata)
        self.metadata = files.metadata
        super().__init__(files.metadata.pitches, OnnxSymbols(files, files.metadata), grammar)
        self.worst = files.metadata.worst
        self.once()

    def once(self) -> None:
        """A symbol."""
        self.symbols.step(0, Condition(0), self.symbols.start)

    def warm(self) -> None:
        """Run the network until its first, slow runs are behind."""
        for _ in range(WARM_UPS):
            self.once()


class OnnxSymbols:
    """``Symbols``; ONNX Runtime on one thread, no spinning."""

    def __init__(self, files: ModelFiles, metadata: WriterMetadata) -> None:
        """The ``symbol`` graph."""
        graph = metadata.graphs()["symbol"]
        states = graph.inputs[3:]
        self._states = [port.name for port in states]
        self._outputs = [port.name for port in graph.outputs]
        self._shapes = [of_one(port) for port in graph.outputs]
        self.start: Hidden = tuple(np.zeros(of_one(port), np.float32) for port in states)
        self._run = bare_run(fastest_session(files.files.graphs["symbol"], "symbol graph"))
        self._styles = len(metadata.styles)
        self._blend, self._style = FIRST_STYLE, FIRST_STYLE.weights(self._styles)

    def step(self, symbol: int, condition: Condition, hidden: Hidden) -> tuple[Array, Hidden]:
        """See ``Symbols``. Raises DescantError."""
        if condition.blend != self._blend:
            self._blend, self._style = condition.blend, condition.blend.weights(self._styles)
        feed: dict[str, Any] = dict(zip(self._states, hidden, strict=True))
        feed["symbol"] = np.array([symbol], np.int64)
        feed["step_in_bar"] = np.array([condition.step_in_bar], np.int64)
        feed["style"] = self._style
        try:
            logits, *after = self._run(self._outputs, feed, None)
        except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
            reason = str(error).splitlines()[0]
            raise DescantError(f"ONNX Runtime cannot run the model's symbol graph: {reason}") from error
        found = [each.shape for each in (logits, *after)]
        if found != self._shapes:
            raise DescantError(f"the model's symbol graph gives {[list(each) for each in found]}")
        if not np.isfinite(logits).all():
            raise DescantError("the model's logits are no numbers")
        return logits[0], tuple(after)
