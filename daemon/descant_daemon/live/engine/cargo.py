"""The models of an engine, in memory that it shares with io: a file that changes while it is played changes nothing.

However often an engine is started anew, it plays from the very bytes that were checked when the session began.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

from descant_daemon.live.processes.shared import Shared
from descant_daemon.model.contract import Role
from descant_daemon.model.model_files import ModelBytes

_LENGTH = struct.Struct("<Q")


class Cargo:
    """Of one engine; io keeps it as long as that one may have to be started again."""

    def __init__(self, models: Sequence[ModelBytes]) -> None:
        parts = [data for model in models for data in model.graphs.values()]
        bill = json.dumps(
            [[str(model.stem), {role: len(data) for role, data in model.graphs.items()}] for model in models]
        )
        text = bill.encode()
        whole = b"".join((_LENGTH.pack(len(text)), text, *parts))
        self.shared = Shared.create(len(whole))
        self.shared.memory[:] = whole
        self.arguments = [self.shared.handle, str(len(whole))]
        """For ``unload``, in the engine."""


def unload(handle: str, size: str) -> list[ModelBytes]:
    """What io has made ready."""
    memory = memoryview(Shared.attach(handle, int(size)).memory)
    (length,) = _LENGTH.unpack_from(memory)
    at = _LENGTH.size + length
    models: list[ModelBytes] = []
    for stem, lengths in json.loads(bytes(memory[_LENGTH.size : at])):
        graphs: dict[Role, bytes] = {}
        for role, length in lengths.items():
            graphs[role] = bytes(memory[at : at + length])
            at += length
        models.append(ModelBytes(Path(stem), graphs))
    return models
