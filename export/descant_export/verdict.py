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


def told_apart(style: str, auc: float, halves: tuple[float, float]) -> str:
    """Whether takes pass for their style. ``auc``: of telling them from human music; ``halves``: the least and most of
    telling one half of the human music from the other, which no music can be blamed for.
    """
    measured = (
        f"(AUC {auc:.2f}; 0.5 is chance, and halves of the human music come to {halves[1]:.2f} at most)"
    )
    if auc <= max(0.6, halves[1]):
        return f"{style}: takes are hardly told from human music {measured}."
    if auc < 0.8:
        return f"{style}: takes are often taken for human music {measured}."
    if auc < 0.95:
        return f"{style}: takes sound like the style, and are mostly told from human music {measured}."
    return (
        f"{style}: takes are told from human music nearly always {measured}: they do not sound like it yet. "
        "Train longer, learn from more music, or look at what gives them away."
    )
