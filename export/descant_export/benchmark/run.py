"""One run of the benchmark, from top to bottom: draw crops, climb, look at validation, keep what is best.

What an update does depends only on the seed, its number and the weights before it; so a run that was stopped or
killed goes on as if it had not been.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from descant_export.benchmark.cost import BACKWARD, device_name, flop_per_step
from descant_export.benchmark.crops import Crops, random_crops, rows_of
from descant_export.benchmark.optimisers import OPTIMISERS
from descant_export.benchmark.recipes import Recipe
from descant_export.benchmark.scoring import mean_log_likelihood
from descant_export.benchmark.sets import RollSet
from descant_export.benchmark.store import Result, Standing, Store, Weights
from descant_export.families.table_biaxial import log_likelihood
from descant_routing.errors import DescantError

EVALUATE_STEPS = 30_000  # training steps between two looks at validation, but at least one epoch
KEEP_SECONDS = 60.0  # no more than this is lost when a run is killed

IsOver = Callable[[], bool]


class Run:
    """One network, one set, one seed."""

    def __init__(
        self, network: str, recipe: Recipe, roll_set: RollSet, seed: int, store: Store, batch: int
    ) -> None:
        """Goes on where ``store`` stands. ``batch``: crops an update, of a run that begins."""
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network, self._recipe, self._set = network, recipe, roll_set
        self._seed, self._store, self._segment = seed, store, recipe.crop_steps(roll_set.name)
        torch.manual_seed(seed)
        self._shape = recipe.shape(roll_set)
        self._rows = rows_of(self._shape.kernel.pitches, roll_set.pitches)
        self._model = recipe.network(self._shape)
        self._model.set_rates(torch.from_numpy(roll_set.rates()[self._rows]).float())
        self._model.to(self._device)
        weights = [weight for weight in self._model.parameters() if weight.requires_grad]
        self._optimiser = OPTIMISERS[recipe.optimiser](weights, recipe.rate)
        self._average = recipe.network(self._shape).to(self._device)
        self.standing = Standing(batch)
        if (last := store.last()) is not None:
            self._take_up(last)
        each_update = self.standing.batch * self._segment
        between = max(roll_set.train_steps, recipe.evaluate_steps or EVALUATE_STEPS)
        self.evaluate_every = max(1, round(between / each_update))

    def _take_up(self, last: dict[str, Any]) -> None:
        try:
            self._model.load_state_dict(last["model"])
            self._average.load_state_dict(last["average"])
            self._optimiser.load_state_dict(last["optimiser"])
            self.standing = Standing(**last["standing"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise DescantError(
                f"The state of {self._network} on {self._set.name}, seed {self._seed}, is of another version of "
                f"Descant or of its recipe ({str(error).splitlines()[0]}); train into another folder."
            ) from None

    def train(self, is_over: IsOver, report: Callable[[float | None], None]) -> None:
        """Train to the end, or until the time is over.

        ``report`` gets each update's figure in nats a step, and None after a look at validation.
        """
        standing = self.standing
        began, before = time.monotonic(), standing.seconds
        kept = began
        self._model.train()
        while not standing.ended and not is_over():
            loss = self._update()
            if not math.isfinite(loss):
                standing.ended = f"ran away at update {standing.update}"
                break
            standing.climbed, standing.climbs = standing.climbed + loss, standing.climbs + 1
            standing.update += 1
            standing.seconds = before + time.monotonic() - began
            report(loss)
            if standing.update % self.evaluate_every == 0:
                self._look()
                standing.seconds = before + time.monotonic() - began
                report(None)
            elif time.monotonic() - kept < KEEP_SECONDS:
                continue
            self._keep_last()
            kept = time.monotonic()
        self._keep_last()

    def result(self) -> Result | None:
        """The test score, in float32, of the best weights so far; before the first look, of those that there are."""
        best, known, standing = self._store.best() or self._unseen(), self._store.result(), self.standing
        if best is None:
            return None
        update, valid, weights = best
        if known is not None and known.best_update == update:
            test = known.test
        else:
            model = self._recipe.network(self._shape)
            model.load_state_dict(weights)
            test = mean_log_likelihood(model.to(self._device), self._set, self._set.test, fast=False)
        result = Result(
            self._set.name,
            self._network,
            self._seed,
            test,
            valid,
            sum(len(frames) for frames in self._set.test),
            standing.ended,
            standing.update,
            update,
            standing.update * standing.batch * self._segment / self._set.train_steps,
            standing.seconds,
            standing.flop / 1e12,
            standing.batch,
            self._segment,
            device_name(self._device),
        )
        self._store.keep_result(result, standing)
        return result

    def _unseen(self) -> tuple[int, float, Weights] | None:
        """What was learned before the first look, which stays where it is: the run goes on as if nobody had asked."""
        if not self.standing.update or self.standing.ended:
            return None
        valid = mean_log_likelihood(self._average, self._set, self._set.valid, fast=True)
        return self.standing.update, valid, self._average.state_dict()

    def _update(self) -> float:
        recipe, number = self._recipe, self.standing.update
        rng = np.random.default_rng((self._seed, number))
        crops = random_crops(
            self._set.train, self.standing.batch, self._segment, self._shape.past, self._rows, rng
        )
        torch.manual_seed(int(rng.integers(2**62)))  # for dropout
        rate = recipe.rate * recipe.fall**self.standing.fallen
        for group in self._optimiser.param_groups:
            group["lr"] = rate * min(1.0, (number + 1) / max(1, recipe.warm_up))
        self._optimiser.zero_grad()
        total, steps = self._climb(crops)
        if recipe.clip is not None:
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), recipe.clip)
        self._optimiser.step()
        self._follow()
        self.standing.flop += (1 + BACKWARD) * flop_per_step(self._model) * len(crops.now) * self._segment
        return total / steps

    def _climb(self, crops: Crops) -> tuple[float, float]:
        """Gradients of Johnson's cost, the mean over steps and pitches; the likelihood's sum, and how many steps."""
        before, now = (tensor.to(self._device, torch.bfloat16) for tensor in (crops.before, crops.now))
        real = crops.real.to(self._device)
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            logits = self._model(before, now, step_in_bar=crops.number.to(self._device))
        total = (log_likelihood(logits, now) * real).sum()
        (-total / (real.sum() * now.shape[2])).backward()  # type: ignore[no-untyped-call]
        return total.item(), float(crops.real.sum())

    @torch.no_grad()
    def _follow(self) -> None:
        """The average forgets fast in the beginning, and at the recipe's decay later on."""
        decay = min(self._recipe.average or 0.0, (1 + self.standing.update) / (10 + self.standing.update))
        for mean, weight in zip(self._average.parameters(), self._model.parameters(), strict=True):
            mean.lerp_(weight, 1 - decay)

    def _look(self) -> None:
        """Score validation; keep the weights if they are the best; let the rate fall, or end, if they are not."""
        standing, recipe = self.standing, self._recipe
        valid = mean_log_likelihood(self._average, self._set, self._set.valid, fast=True)
        standing.flop += flop_per_step(self._model) * sum(len(frames) for frames in self._set.valid)
        standing.curve.append((standing.update, standing.climbed / standing.climbs, valid, standing.seconds))
        standing.climbed, standing.climbs = 0.0, 0
        if valid > standing.best:
            standing.best, standing.best_update, standing.waited = valid, standing.update, 0
            self._store.keep_best(standing.update, valid, self._average.state_dict())
            return
        standing.waited += 1
        if standing.waited >= recipe.patience:
            standing.waited, standing.fallen = 0, standing.fallen + 1
            if standing.fallen >= recipe.falls:
                standing.ended = "no better"

    def _keep_last(self) -> None:
        self._store.keep_last(
            {
                "model": self._model.state_dict(),
                "average": self._average.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "standing": asdict(self.standing),
            }
        )
