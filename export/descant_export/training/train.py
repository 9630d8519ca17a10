"""Training, from top to bottom: draw a batch, climb the log-likelihood, now and then look at held-out music."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from descant_export.corpus.piece import Piece
from descant_export.model.biaxial import Biaxial, log_likelihood
from descant_export.training import checkpoint
from descant_export.training.batches import Batch, random_batch
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.config import OPTIMISERS, Config
from descant_export.training.evaluation import evaluate

TOP_VOICE = [0]


class Progress(NamedTuple):
    """Where the run stands after an update; ``validation`` only when it was just measured."""

    update: int
    train: float
    validation: tuple[float, float] | None
    best: float
    seconds: float


def learning_rate(config: Config, update: int) -> float:
    """Linear warm-up, then a cosine down to a hundredth."""
    if update < config.warm_up:
        return config.learning_rate * (update + 1) / config.warm_up
    share = (update - config.warm_up) / max(1, config.updates - config.warm_up)
    return config.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def train(
    config: Config,
    corpus: str,
    training: Sequence[Piece],
    validation: Sequence[Piece],
    folder: Path,
    report: Callable[[Progress], None],
) -> Path:
    """Run, or go on with, the training in ``folder``; returns the path of the best checkpoint.

    ``last.pt`` is written at every evaluation, ``best.pt`` whenever validation improves: the sum of the
    log-likelihoods per step with nothing given and with the top voice given.
    """
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Biaxial(config.shape()).to(device)
    optimiser = OPTIMISERS[config.optimiser](model.parameters(), config.learning_rate)
    rng = np.random.default_rng(config.seed)
    first, before, best = 0, 0.0, -math.inf
    last_path, best_path = folder / "last.pt", folder / "best.pt"
    if last_path.exists():
        last = checkpoint.load(last_path)
        model.load_state_dict(last.model)
        optimiser.load_state_dict(last.optimiser)
        rng.bit_generator.state = last.rng
        torch.set_rng_state(last.torch_rng)
        first, before, best = last.update, last.seconds, last.best
    begin = time.monotonic() - before
    model.train()
    for update in range(first, config.updates):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(config, update)
        batch = random_batch(training, config.batch, config.segment, model.shape, config.transpose, rng)
        loss = _step(model, optimiser, Batch(*(tensor.to(device) for tensor in batch)), config.clip)
        done = update + 1
        seconds = time.monotonic() - begin
        if done % config.evaluate_every and done < config.updates:
            report(Progress(done, -loss, None, best, seconds))
            continue
        alone = evaluate(model, validation, [], fast=True).total
        under = evaluate(model, validation, TOP_VOICE, fast=True).total
        improved = alone + under > best
        best = max(best, alone + under)
        state = Checkpoint(
            config,
            corpus,
            model.state_dict(),
            done,
            time.monotonic() - begin,
            best,
            optimiser.state_dict(),
            dict(rng.bit_generator.state),
            torch.get_rng_state(),
        )
        state.save(last_path)
        if improved:
            state.save(best_path)
        report(Progress(done, -loss, (alone, under), best, state.seconds))
    return best_path


def _step(model: Biaxial, optimiser: torch.optim.Optimizer, batch: Batch, clip: float) -> float:
    """One update; returns the negative log-likelihood per step."""
    device = batch.now.device.type
    with torch.autocast(device, dtype=torch.bfloat16):
        logits = model(batch.before, batch.now, batch.given, batch.step_in_bar, batch.style)
    play, articulate = log_likelihood(logits, batch.now, batch.given)
    loss = -((play + articulate) * batch.real).sum() / batch.real.sum()
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimiser.step()
    return loss.item()
