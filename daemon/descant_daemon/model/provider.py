"""CPU or CUDA: whichever answers sooner on this machine, measured, and no word about a GPU that is not there.

A step of a small recurrent model costs a GPU more in launches than a processor in arithmetic, so CUDA has
to prove itself. Asking for it where it is missing costs time and prints errors, so first the driver is
looked for (its device file, or its library).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_DRIVERS = {"linux": Path("/dev/nvidiactl"), "win32": Path("C:/Windows/System32/nvcuda.dll")}
RUNS, WARM_UPS = 20, 5
CLEARLY = 2.0  # times as fast: the two round differently, so the choice must not change from day to day

Make = Callable[[list[str]], Any]
"""Providers, best first → an inference session."""


def fastest(make: Make, run: Callable[[Any], object], available: list[str]) -> Any:
    """The session on the provider that runs ``run`` sooner. ``available``: what ONNX Runtime was built for."""
    processor = make([CPU])
    if CUDA not in available or not driver_is_there():
        return processor
    try:
        graphics = make([CUDA, CPU])
    except Exception:  # noqa: BLE001 - whatever keeps CUDA from working, the processor does
        return processor
    if CUDA not in graphics.get_providers():  # ONNX Runtime falls back without a word
        return processor
    return graphics if CLEARLY * _median(graphics, run) < _median(processor, run) else processor


def driver_is_there(platform: str = sys.platform) -> bool:
    """Whether NVIDIA's driver is on this machine."""
    driver = _DRIVERS.get(platform)
    return driver is not None and driver.exists()


def _median(session: Any, run: Callable[[Any], object]) -> float:
    for _ in range(WARM_UPS):
        run(session)
    taken = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run(session)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)
