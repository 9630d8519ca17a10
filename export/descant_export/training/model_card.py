"""What a model is worth, as a model card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from descant_daemon.model.contract import CLASSES
from descant_export.corpus.folder import NOT_STATED
from descant_export.corpus.gathered import told
from descant_export.corpus.read import Corpus
from descant_export.corpus.splits import Split
from descant_export.evaluate.held_out import MODEL, Report
from descant_export.evaluate.scores import Score
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.config import Config


def model_card(
    title: str,
    run: Checkpoint,
    corpus: Corpus,
    split: Split,
    report: Report,
    pair: str,
    also: Sequence[str] = (),
) -> str:
    """The card, in Markdown. ``also``: the runs that the weights are the mean of, beside ``run``."""
    config = run.config
    steps = {side: sum(piece.steps for piece in getattr(split, side)) for side in Split._fields}
    rows = "\n".join(_row(name, score) for name, score in report.scores.items())
    masks = ", ".join(f"{name} {share:g}" for name, share in config.given.items())
    given = "\n".join(
        f"| {row.mask} | {row.share:.0%} | {row.without.total:.3f} | {row.known.total:.3f} | {row.gain:+.3f} |"
        for row in report.given
    )
    return f"""# {title}

{config.network.described()}, MIDI keys {config.network.pitch_low} to {config.network.pitch_high},
{_grid(split)} steps. Model `{pair[:12]}`.

## Trained on
{_owed(corpus)}

| side | pieces | steps |
|---|---|---|
| training | {len(split.train)} | {steps["train"]} |
| validation | {len(split.valid)} | {steps["valid"]} |
| test | {len(split.test)} | {steps["test"]} |

Split by tune: all settings of one tune are on one side. Keys are drawn from ± {config.transpose}
semitones, and in every segment some notes are given: {masks}.

Training: {run.update} updates of {config.batch} × {config.segment} steps in {run.seconds:.0f} s,
{config.precision}, {config.optimiser}, dropout {config.shape().dropout};
the checkpoint that was best on validation ({report.valid.total:.3f} nats a step there).{_before(config, also)}

## Log-likelihood
Natural log per step on the test pieces, flat mean over {report.scores[MODEL].steps} steps{_part(report, steps)},
teacher-forced on both axes, pieces from their beginning in their own keys, dropout off, float32. Play is over all
{config.network.pitches.size} pitches, articulate over the notes that play. These are {_grid(split)}s with
articulation and Descant's own split: not comparable with published figures for other grids.

| model | play | articulate | both |
|---|---|---|---|
{rows}

"Hold the last step" gives every pitch the chance that training music has of going on as it was.

What given notes are worth: all other notes of the test pieces, the very same ones scored twice, nats a step.

| given | of what sounds | not given | given | gain |
|---|---|---|---|---|
{given}
{_loudness(report)}"""


def _grid(split: Split) -> str:
    """What a step is."""
    steps_per_beat = split.train[0].steps_per_beat
    return "sixteenth" if steps_per_beat == 4 else f"1/{4 * steps_per_beat} note"


def _owed(corpus: Corpus) -> str:
    """Whose music it was; where nobody has said so, how it can be said."""
    name = f"`{told(corpus.name)}`"
    whose = (
        f"{corpus.credit} ({name})."
        if corpus.credit != NOT_STATED
        else f"{name}; whose music it is, nobody has said."
    )
    if corpus.licence != NOT_STATED:
        return f"{whose} Licence: {corpus.licence}."
    return f"{whose} Under what licence, nobody has said."


def _loudness(report: Report) -> str:
    """How well the model says how loud notes are; nothing where it does not say."""
    average, mine = report.loudness, report.scores[MODEL]
    if average is None or not average.notes_a_step:
        return ""
    a_note = mine.velocity / average.notes_a_step
    return f"""
## How loud
Natural log a struck note whose velocity is known ({average.notes_a_step:.2f} a step), {CLASSES} classes of velocity:
{a_note:.3f} by this model, {average.a_note:.3f} by the average of the training pieces. That is {mine.velocity:.3f}
nats a step, which the figures above do not count.
"""


def _part(report: Report, steps: dict[str, int]) -> str:
    whole = report.scores[MODEL].steps == steps["test"]
    return "" if whole else " (a little of each piece, every style alike)"


def _before(config: Config, also: Sequence[str]) -> str:
    """What was learned before, and what the weights are the mean of."""
    told = ""
    if config.begin_from:
        name = Path(config.begin_from).name
        told += (
            f"\nIt was begun with the weights of `{name}`, and what those had learned from counts as well."
        )
    if also:
        names = ", ".join(f"`{each}`" for each in also)
        told += f"\nThe weights are the mean of that run's and of those of {names}, which are of the same network."
    return told


def _row(name: str, score: Score) -> str:
    return f"| {name} | {' | '.join(f'{nats:.3f}' for nats in score.summed().values())} |"
