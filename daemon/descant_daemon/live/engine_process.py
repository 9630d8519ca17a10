"""The engine process: reads asks from its standard input, writes answers to its standard output.

Started by ``live/link.py``; ends when its input does, so it never outlives io.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import IO

from descant_daemon.engine.engine import Engine
from descant_daemon.live.codec import decode_ask, encode_answer, read_frame, write_frame
from descant_daemon.model.runtime import OnnxNetwork
from descant_routing.errors import DescantError

READY, REFUSED = b"ready", b"refused "


def serve(stem: Path, asks: IO[bytes], answers: IO[bytes]) -> None:
    """Load and warm the model, say ready (or refused and why), then answer until the asks end."""
    try:
        network = OnnxNetwork.load(stem)
    except DescantError as error:
        write_frame(answers, REFUSED + str(error).encode())
        return
    network.warm()
    engine = Engine(network)
    gc.collect()
    gc.freeze()
    write_frame(answers, READY)
    while (frame := read_frame(asks)) is not None:
        answer = engine.answer(decode_ask(frame, network.pitches.size))
        write_frame(answers, encode_answer(answer))
        engine.think_ahead()


def main() -> None:
    """``python -m descant_daemon.live.engine_process STEM``."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but answers may reach the pipe, whatever a library prints
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # io is gone: so are we
        serve(Path(sys.argv[1]), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
