"""What figures mean, in a sentence that ends a command."""

from __future__ import annotations

import shlex
from pathlib import Path


def verdict(model: float | None, hold: float, markov: float | None = None) -> str:
    """Of a model's log-likelihood alone, nats a step, beside the baselines' on the same music; None: not measured."""
    if model is None:
        return ""
    if model <= hold:
        return (
            f"It is worse than holding the last note ({model:.2f} and {hold:.2f} nats a step): train longer."
        )
    if markov is not None and model <= markov:
        return (
            f"It is better than holding the last note, and no better than a Markov chain of single notes "
            f"({model:.2f} and {markov:.2f} nats a step): train longer."
        )
    beaten = f"{hold:.2f}" if markov is None else f"{hold:.2f}; a Markov chain of single notes: {markov:.2f}"
    return f"It is better than holding the last note ({model:.2f} nats a step; holding: {beaten})."


def quoted(path: Path) -> str:
    """As it is typed."""
    return shlex.quote(str(path))
