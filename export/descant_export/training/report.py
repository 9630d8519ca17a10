"""What a model is worth: its log-likelihoods beside two baselines, as numbers and as a model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from descant_daemon.model.contract import CLASSES
from descant_export.corpus.folder import NOT_STATED
from descant_export.corpus.gathered import told
from descant_export.corpus.read import Corpus
from descant_export.corpus.splits import Split
from descant_export.families.network import Network
from descant_export.stages import Tell, silent
from descant_export.training.baselines import Loudness, hold_last_step, marginal_velocity, markov
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.config import Config
from descant_export.training.evaluation import Score, evaluate
from descant_export.training.given_table import GivenRow, given_table
from descant_export.training.held_out import excerpt

MODEL, MARKOV, HOLD = "this model", "per-pitch Markov, first order", "hold the last step"
"""Rows of the card."""
MOST_STEPS = 10_000
"""Of held-out music; more would tell the second decimal."""


@dataclass(frozen=True)
class Report:
    """Scores on the test pieces, in nats per step; ``loudness``: the average's, where the model says how loud."""

    scores: Mapping[str, Score]
    given: Sequence[GivenRow]
    valid: Score
    loudness: Loudness | None = None


def measure(model: Network, split: Split, tell: Tell = silent) -> Report:
    """Score the model and the baselines on the same steps, in float32; ``tell`` hears how far it is."""
    pitches = model.shape.kernel.pitches
    test, valid = excerpt(split.test, MOST_STEPS), excerpt(split.valid, MOST_STEPS)
    tell("scoring the model on music that it has not heard", None)
    own, on_valid = evaluate(model, test, []), evaluate(model, valid, [])
    tell("scoring what it has to be better than", None)
    scores = {
        MODEL: own,
        MARKOV: markov(split.train, test, pitches),
        HOLD: hold_last_step(split.train, test, pitches),
    }
    return Report(
        scores,
        given=given_table(model, test, tell=lambda share: tell("scoring it under given notes", share)),
        valid=on_valid,
        loudness=None if not model.shape.velocities else marginal_velocity(split.train, test, pitches),
    )


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
sixteenth steps. Model `{pair[:12]}`.

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
{config.precision}, {config.optimiser}, dropout {config.network.dropout};
the checkpoint that was best on validation ({report.valid.total:.3f} nats a step there).{_before(config, also)}

## Log-likelihood
Natural log per step on the test pieces, flat mean over {report.scores[MODEL].steps} steps{_part(report, steps)},
teacher-forced on both axes, pieces from their beginning in their own keys, dropout off, float32. Play is over all
{config.network.pitches.size} pitches, articulate over the notes that play. These are sixteenths with
articulation and our own split: not comparable with published figures for other grids.

| model | play | articulate | both |
|---|---|---|---|
{rows}

"Hold the last step" gives every pitch the chance that training music has of going on as it was.

What given notes are worth: all other notes of the test pieces, the very same ones scored twice, nats a step.

| given | of what sounds | not given | given | gain |
|---|---|---|---|---|
{given}
{_loudness(report)}"""


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
    return f"| {name} | {score.play:.3f} | {score.articulate:.3f} | {score.total:.3f} |"
