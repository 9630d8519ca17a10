"""Many takes, rendered by two processes, each of which loads a preset once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from typing import NamedTuple

from descant_daemon.settings.metre import Metre
from descant_export.corpus.piece import Piece
from descant_export.evaluate.takes.melody import Melody
from descant_export.evaluate.takes.style import Style, load_style
from descant_export.evaluate.takes.take import TEMPO, render_take
from descant_export.workers import fresh_pool
from descant_routing.errors import DescantError

PROCESSES = 2


class Job(NamedTuple):
    """A take to be rendered: ``bars`` bars of a preset over a melody, or of its own."""

    preset: str
    settings: tuple[str, ...]
    seed: int
    bars: int
    melody: Melody | None = None
    tempo: float = TEMPO


class PlayedJob(NamedTuple):
    """What came of a job: melody and answer, or the answer alone, in its metre."""

    piece: Piece
    metre: Metre


def played(jobs: Sequence[Job]) -> Iterator[PlayedJob]:
    """Of each job, in their order. Jobs of one preset stand together best. DescantError when a process dies."""
    if len(jobs) == 1:
        yield play(jobs[0])
        return
    with fresh_pool(PROCESSES) as pool:
        try:
            yield from pool.map(play, jobs)
        except BrokenProcessPool as error:
            raise DescantError("A process that rendered takes has died.") from error
        finally:
            pool.shutdown(cancel_futures=True)


def play(job: Job) -> PlayedJob:
    """One take, as ``descant render`` would play it."""
    style = _style(job.preset, job.settings)
    take = render_take(style, job.seed, job.bars, job.melody, job.tempo)
    return PlayedJob(take.piece, take.metre)


@lru_cache(1)
def _style(preset: str, settings: tuple[str, ...]) -> Style:
    return load_style(preset, settings)
