"""Training, from top to bottom: draw a batch, follow its gradient, now and then look at held-out music.

What an update does depends on the seed, its number and the weights before it, and on nothing else. So the same
seed gives the same curve, a killed run goes on as if it had not been, and several processes (see ``ranks.py``)
do together what one would do alone.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from descant_daemon.whole_file import make_folder
from descant_export.corpus.piece import Piece
from descant_export.evaluate.scores import Score
from descant_export.families.network import Network
from descant_export.freed_memory import keep_freed_memory
from descant_export.training import checkpoint
from descant_export.training.checkpoint import Checkpoint, Standing
from descant_export.training.config import Config
from descant_export.training.config_file import save_config
from descant_export.training.curriculum import learning_rate, lesson
from descant_export.training.dropout import key_dropout
from descant_export.training.fitted import settled
from descant_export.training.logbook import Logbook, LogRow
from descant_export.training.material import Material, PieceMaterial
from descant_export.training.optimisers import optimiser
from descant_export.training.ranks import Ranks, joined
from descant_export.training.speed import Speed
from descant_export.training.update import Heads, backward
from descant_routing.errors import DescantError, UsageError

READ_EVERY = {"cpu": 1, "cuda": 10}  # updates; reading a loss makes a GPU wait


class RanAwayError(DescantError):
    """The training is past help."""

    def __init__(self, update: int) -> None:
        """Told after ``update`` updates."""
        super().__init__(f"The training ran away at update {update}: try a lower learning_rate.")
        self.update = update


class UpdateReport(NamedTuple):
    """Where the run stands; ``validation`` (of pieces: alone, under the melody) only when it was just measured.

    ``train``: nats a step of the last update. ``note_steps``: pitches × steps learned a second of training;
    ``busy``: the share of the matrix rate that this is.
    """

    update: int
    train: float
    validation: tuple[float, ...] | None
    best: float
    seconds: float
    note_steps: float
    busy: float


def train(
    config: Config,
    corpus: str,
    training: Sequence[Piece],
    validation: Sequence[Piece],
    folder: Path,
    report: Callable[[UpdateReport], None],
    *,
    tensorboard: bool = False,
) -> Path:
    """Train on pieces; see ``train_on``."""
    config = settled(config, training)
    material = PieceMaterial(config, corpus, training, validation)
    return train_on(config, corpus, material, folder, report, tensorboard=tensorboard)


def train_on(
    config: Config,
    corpus: str,
    material: Material,
    folder: Path,
    report: Callable[[UpdateReport], None],
    *,
    over: Callable[[], bool] = lambda: False,
    tensorboard: bool = False,
) -> Path:
    """Run, or go on with, the training in ``folder``; returns the path of the best checkpoint.

    ``last.pt`` is written at every look at ``validation`` and every ``keep_every`` seconds, ``best.pt`` whenever
    validation improves: the sum of the log-likelihoods per step of the material's looks. ``over``: whether the run
    shall stop where it is.
    """
    with joined() as ranks:
        return _Run(config, corpus, material, folder, ranks, tensorboard).to_the_end(report, over)


class _Run:
    """The article: ``to_the_end`` first, then what it calls, in order."""

    def __init__(
        self,
        config: Config,
        corpus: str,
        material: Material,
        folder: Path,
        ranks: Ranks,
        tensorboard: bool,
    ) -> None:
        if ranks.world > config.batch:
            raise UsageError(f"{ranks.world} processes cannot share a batch of {config.batch} segments.")
        keep_freed_memory()
        torch.manual_seed(config.seed)
        self._config, self._corpus, self._ranks = config, corpus, ranks
        self._material = material
        self._last, self._best = folder / "last.pt", folder / "best.pt"
        self._samples = folder / "samples"
        self._model = config.build()
        if not self._last.exists():
            material.begin(self._model)
        self._mean = copy.deepcopy(self._model).to(ranks.device) if config.average else None
        self._dropout = key_dropout(self._model)
        self._model.to(ranks.device)
        learned = [weight for weight in self._model.parameters() if weight.requires_grad]
        self._optimiser = optimiser(config, learned)
        self._standing = self._found()
        self._heads = ranks.wrap(Heads(self._model))
        self._speed = Speed(config, self._model, ranks, self._standing.seconds)
        self._unread: list[tuple[int, Tensor]] = []  # updates whose losses are still on the device
        if ranks.first:
            make_folder(self._samples)
            save_config(config, folder / "config.yaml")
            loud = bool(self._model.shape.velocities)
            self._log = Logbook(folder, self._standing.update, velocity=loud, tensorboard=tensorboard)

    def to_the_end(self, report: Callable[[UpdateReport], None], over: Callable[[], bool]) -> Path:
        """Update after update."""
        config = self._config
        self._model.train()
        for update in range(self._standing.update, config.updates):
            if self._lost_patience():
                break
            if over():
                self._keep(update)
                break
            self._update(update)
            done = update + 1
            look = done % config.evaluate_every == 0 or done == config.updates
            if look:
                self._look(done, report)
            elif len(self._unread) >= READ_EVERY[self._ranks.device.type]:
                report(self._progress(done, self._read(), None))
            if self._ranks.first and (look or self._speed.since_kept() > config.keep_every):
                self._keep(done)
        return self._best

    def _update(self, update: int) -> None:
        """One update."""
        config, ranks = self._config, self._ranks
        self._speed.go()
        rows = ranks.share(lesson(config, update).rows)
        for axis, dropout in enumerate(self._dropout):
            dropout.begin([(config.seed, update, row, 1 + axis) for row in rows], ranks.device)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate(update)
        batch = self._material.batch(update, rows).on(ranks.device)
        self._optimiser.zero_grad()
        likelihood = backward(self._heads, batch, ranks, fast=config.precision == "bf16")
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), config.clip)
        self._optimiser.step()
        self._follow(update)
        self._unread.append((update, likelihood))
        self._speed.learned(batch.now)

    def _look(self, done: int, report: Callable[[UpdateReport], None]) -> None:
        """Score the held-out pieces, keep the best, and write what can be seen and heard of it."""
        fast = self._config.precision == "bf16"
        self._unread = [(update, loss.cpu()) for update, loss in self._unread]
        self._speed.halt()
        scores = self._material.look(self._kept(), self._ranks, fast=fast)
        values = tuple(score.total for score in scores)
        train = self._read(*scores)
        self._standing = self._at(done).looked(sum(values), self._config.patience)
        report(self._progress(done, train, values))
        if not self._ranks.first:
            return
        if self._standing.best_update == done:
            self._checkpoint(self._kept()).save(self._best)
        self._log.draw()
        self._material.sample(self._kept(), self._samples / f"{done:06d}", f"Update {done}")

    @torch.no_grad()
    def _follow(self, update: int) -> None:
        """The mean of the weights forgets fast in the beginning, and at the config's decay later on."""
        if self._mean is not None:
            decay = min(self._config.average, (2 + update) / (11 + update))
            for mean, weight in zip(self._mean.parameters(), self._model.parameters(), strict=True):
                mean.lerp_(weight, 1 - decay)

    def _kept(self) -> Network:
        """The network that is looked at, and kept."""
        return self._model if self._mean is None else self._mean

    def _rate(self, update: int) -> float:
        return learning_rate(self._config, update) * self._config.fall**self._standing.fallen

    def _read(self, *looked: Score) -> float:
        """Bring the losses in and write them down; the last row is that of a look, if there was one."""
        rows: list[LogRow] = []
        for update, losses in self._unread:
            notes, loud = losses.tolist()
            rows.append(LogRow(update + 1, self._rate(update), notes, train_velocity=loud))
        if not math.isfinite(rows[-1].train):
            raise RanAwayError(rows[-1].update)
        if looked:
            alone, *under = looked
            melody = under[0].total if under else None
            rows[-1] = rows[-1]._replace(alone=alone.total, under_melody=melody, velocity=alone.velocity)
        self._unread = []
        if self._ranks.first:
            self._log.write(rows)
        return rows[-1].train

    def _keep(self, done: int) -> None:
        """``last.pt``, after the rows that it stands for are written; weights that ran away are not kept."""
        if not all(torch.isfinite(weight).all() for weight in self._model.parameters()):
            raise RanAwayError(done)
        if self._unread:
            self._read()
        self._standing = self._at(done)
        self._checkpoint(self._model, self._mean).save(self._last)
        self._speed.kept()

    def _found(self) -> Standing:
        """Where an earlier run in the folder stopped."""
        if not self._last.exists():
            return Standing()
        last = checkpoint.load(self._last)
        self._model.load_state_dict(last.model)
        try:
            if self._mean is not None:
                self._mean.load_state_dict(last.average)
            self._optimiser.load_state_dict(dict(last.optimiser))
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise DescantError(
                f"The run cannot go on from {self._last}: its optimiser was another one ({error})."
            ) from error
        return last.standing

    def _at(self, done: int) -> Standing:
        return self._standing.after(done, self._speed.seconds())

    def _lost_patience(self) -> bool:
        return self._standing.fallen >= self._config.falls

    def _checkpoint(self, model: Network, mean: Network | None = None) -> Checkpoint:
        average = {} if mean is None else mean.state_dict()
        optimiser = self._optimiser.state_dict()
        return Checkpoint(self._config, self._corpus, model.state_dict(), optimiser, self._standing, average)

    def _progress(self, done: int, train: float, validation: tuple[float, ...] | None) -> UpdateReport:
        return UpdateReport(
            done,
            train,
            validation,
            self._standing.best,
            self._speed.seconds(),
            self._speed.note_steps(),
            self._speed.busy(),
        )
