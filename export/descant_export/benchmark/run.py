"""One run of the benchmark: the one loop over a set's crops, and then the test score of what validated best."""

from __future__ import annotations

from collections.abc import Callable

import torch

from descant_export.benchmark.cost import BACKWARD, device_name, flop_per_step
from descant_export.benchmark.crops import RollMaterial
from descant_export.benchmark.recipes import Recipe
from descant_export.benchmark.scoring import mean_log_likelihood
from descant_export.benchmark.sets import RollSet
from descant_export.benchmark.store import Result, Store
from descant_export.training import checkpoint
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.train import RanAwayError, UpdateReport, train_on
from descant_routing.errors import DescantError

IsOver = Callable[[], bool]
Report = Callable[[UpdateReport], None]


class Run:
    """One network, one set, one seed."""

    def __init__(
        self, network: str, recipe: Recipe, roll_set: RollSet, seed: int, store: Store, batch: int
    ) -> None:
        """Goes on where ``store`` stands. ``batch``: crops an update, of a run that begins."""
        self._network, self._set, self._seed, self._store = network, roll_set, seed, store
        last = store.last.exists() and checkpoint.load(store.last)
        self.config = recipe.config(network, roll_set, seed, last.config.batch if last else batch)
        if last and last.config != self.config:
            raise DescantError(
                f"The state of {network} on {roll_set.name}, seed {seed}, is of another version of Descant or of its "
                "recipe; train into another folder."
            )
        self.ended = ""
        """Why the run is over; empty while it is not."""

    def train(self, is_over: IsOver, report: Report) -> None:
        """Train to the end, or until the time is over."""
        material = RollMaterial(self.config, self._set)
        name = f"{self._set.name}"
        try:
            train_on(self.config, name, material, self._store.folder, report, over=is_over)
        except RanAwayError as error:
            self.ended = f"ran away at update {error.update}"
        else:
            state = checkpoint.load(self._store.last) if self._store.last.exists() else None
            over = state is not None and state.standing.fallen >= self.config.falls
            self.ended = "no better" if over else ""

    def result(self) -> Result | None:
        """The test score, in float32, of the best weights so far; before the first look, of those that there are."""
        if not self._store.last.exists():
            return None
        last = checkpoint.load(self._store.last)
        if not last.update:
            return None
        if self._store.best.exists():
            best = checkpoint.load(self._store.best)
            at, valid = best.standing.best_update, best.standing.best
        else:  # what was learned before the first look; the run goes on as if nobody had asked
            best = Checkpoint(last.config, last.corpus, last.average or last.model, {}, last.standing)
            at, valid = last.update, self._score(best, "valid", fast=True)
        known = self._store.result()
        test = known.test if known is not None and known.best_update == at else self._score(best, "test")
        config, looks = self.config, last.update // self.config.evaluate_every
        each = flop_per_step(best.network())
        learned = last.update * config.batch * config.segment
        looked = looks * sum(len(frames) for frames in self._set.valid)
        result = Result(
            self._set.name,
            self._network,
            self._seed,
            test,
            valid,
            sum(len(frames) for frames in self._set.test),
            self.ended,
            last.update,
            at,
            learned / self._set.train_steps,
            last.seconds,
            each * ((1 + BACKWARD) * learned + looked) / 1e12,
            config.batch,
            config.segment,
            device_name(_device()),
        )
        self._store.keep_result(result)
        return result

    def _score(self, state: Checkpoint, side: str, *, fast: bool = False) -> float:
        frames = self._set.test if side == "test" else self._set.valid
        return mean_log_likelihood(state.network().to(_device()), self._set, frames, fast=fast)


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
