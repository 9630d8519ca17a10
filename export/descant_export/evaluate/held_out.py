"""What a run's model is worth on the pieces of its own corpus, and what given notes are worth to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from descant_export.corpus.command import gather_with_bar
from descant_export.corpus.kept import choice_of
from descant_export.evaluate.tables import as_json, given_table, likelihood_table
from descant_export.training import checkpoint
from descant_export.training.evaluation import Score
from descant_export.training.report import Report, measure


def held_out(run: Path, split: str, json: bool) -> None:
    """Score a run, or a checkpoint, on one side of what it learned from: whole pieces in their own keys, float32."""
    state = checkpoint.load(run / "best.pt" if run.is_dir() else run)
    model, choice = state.network(), choice_of(run, state.corpus)
    sides = gather_with_bar(choice).split
    pieces = getattr(sides, split)
    found = measure(model, sides._replace(test=pieces))
    report: dict[str, Any] = {
        "run": str(run),
        "corpus": choice.name,
        "split": split,
        "pieces": len(pieces),
        "steps": found.scores["this model"].steps,
        "keys": list(model.shape.kernel.pitches),
        "nats_per_step": {name: _nats(score) for name, score in found.scores.items()},
        "given": [
            {
                "mask": row.mask,
                "share": row.share,
                "without": _nats(row.without),
                "known": _nats(row.known),
                "gain": row.gain,
            }
            for row in found.given
        ],
    } | _loudness(found)
    if json:
        as_json(report)
        return
    title = "{corpus}, {split}: {pieces} pieces, {steps} steps; nats a step".format(**report)
    likelihood_table(title, report["nats_per_step"])
    given_table(report["given"])
    if "velocity" in report:
        loud = report["velocity"]
        rows = {"this model": loud["nats_a_note"], "the average": loud["average"]}
        told = {name: {"how loud": figure} for name, figure in rows.items()}
        likelihood_table("How loud struck notes are; nats a note whose velocity is known", told)


def _nats(score: Score) -> dict[str, float]:
    return {"play": score.play, "articulate": score.articulate, "sum": score.total}


def _loudness(found: Report) -> dict[str, Any]:
    """``nats_a_note``: of the struck notes whose velocity is known; nothing of a model that does not say."""
    average = found.loudness
    if average is None or not average.notes_a_step:
        return {}
    a_note = found.scores["this model"].velocity / average.notes_a_step
    return {
        "velocity": {
            "nats_a_note": a_note,
            "average": average.a_note,
            "notes_a_step": average.notes_a_step,
        }
    }
