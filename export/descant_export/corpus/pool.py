"""Many files read by several processes, in order, surviving whatever a file does to its reader."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from descant_export.workers import fresh_pool
from descant_routing.errors import DescantError

Result = TypeVar("Result")
CHUNK = 16  # files a message; few enough that what waits in memory stays small
AHEAD = 2  # chunks a process
TRIES = 2  # readers that a file must have killed: one may have been killed for what others did


def read_in_order(
    read: Callable[[str], Result],
    names: Sequence[str],
    lost: Callable[[str], Result],
    processes: int | None = None,
) -> Iterator[Result]:
    """``read(name)`` for each name, in their order, however many processes there are.

    A name whose reading kills its process, and a second one, gives ``lost(name)``, and the rest are read as if it
    were not there. ``read`` and its results must pickle. Only a few chunks are under way at a time. DescantError
    when processes die before they have read anything: that is no file's fault.
    """
    chunks = deque(names[at : at + CHUNK] for at in range(0, len(names), CHUNK))
    count = max(1, min(processes or os.cpu_count() or 1, len(chunks)))
    while chunks:
        with fresh_pool(count) as pool:
            try:
                for results in _through(pool, read, chunks, AHEAD * count):
                    yield from results
                continue
            except BrokenProcessPool:
                pass
        # One file of the chunks under way did it; the first chunk is read again, file by file.
        yield from _one_by_one(read, chunks.popleft(), lost)


def _through(
    pool: ProcessPoolExecutor, read: Callable[[str], Result], chunks: deque[Sequence[str]], ahead: int
) -> Iterator[list[Result]]:
    """Results chunk by chunk; a chunk leaves ``chunks`` when its results are there."""
    under_way: deque[Future[list[Result]]] = deque()
    try:
        while chunks:
            while len(under_way) < min(ahead, len(chunks)):
                under_way.append(pool.submit(_read_chunk, read, chunks[len(under_way)]))
            results = under_way.popleft().result()
            chunks.popleft()
            yield results
    finally:
        for future in under_way:
            future.cancel()


def _read_chunk(read: Callable[[str], Result], names: Sequence[str]) -> list[Result]:
    return [read(name) for name in names]


def _one_by_one(
    read: Callable[[str], Result], names: Sequence[str], lost: Callable[[str], Result]
) -> Iterator[Result]:
    waiting = deque(names)
    died = 0
    while waiting:
        with fresh_pool(1) as pool:
            try:
                pool.submit(os.getpid).result()
            except BrokenProcessPool:
                raise DescantError(
                    "The processes that read files end as soon as they begin: is there too little memory? "
                    "(A Python script that calls this needs its `if __name__ == '__main__':`.)"
                ) from None
            try:
                while waiting:
                    result = pool.submit(read, waiting[0]).result()
                    waiting.popleft()
                    died = 0
                    yield result
            except BrokenProcessPool:
                died += 1
        if died == TRIES:
            yield lost(waiting.popleft())
            died = 0
