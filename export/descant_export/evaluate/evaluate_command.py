"""``descant evaluate``, behind the command line: read, score, show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import Progress

from descant_daemon.console import make_console
from descant_daemon.note_state import PIANO
from descant_export.corpus.corpus_command import gather_with_bar
from descant_export.corpus.kept import choice_of
from descant_export.corpus.piece import Piece
from descant_export.evaluate.baselines import BASELINES, hold_last_step, marginal, markov
from descant_export.evaluate.distances import compare
from descant_export.evaluate.held_out import MODEL, Report, report_on
from descant_export.evaluate.music import read_music
from descant_export.evaluate.novelty import WINDOWS, Novelty, Training, novelty
from descant_export.evaluate.rolls import as_pieces, read_rolls
from descant_export.evaluate.runs import best_of, scorer_of
from descant_export.evaluate.scores import PLAY, Score, Scorer, score, share_outside
from descant_export.evaluate.source_map import mapped_pieces, set_of
from descant_export.evaluate.statistics import Statistics, measure
from descant_export.evaluate.tables import (
    as_json,
    comparison_table,
    copies_table,
    given_table,
    likelihood_table,
)
from descant_export.evaluate.teacher_forcing import WithRates
from descant_routing.errors import DescantError

console = make_console(err=True)


def held_out(run: Path, split: str, json: bool) -> None:
    """A run on one side of what it learned from: whole pieces in their own keys, float32."""
    state = best_of(run)
    model, choice = state.network(), choice_of(run, state.corpus)
    sides = gather_with_bar(choice).split
    pieces = getattr(sides, split)
    found = report_on(model, sides._replace(test=pieces))
    report: dict[str, Any] = {
        "run": str(run),
        "family": state.config.network.family,
        "corpus": choice.name,
        "split": split,
        "pieces": len(pieces),
        "steps": found.scores[MODEL].steps,
        "keys": list(model.shape.kernel.pitches),
        "nats_per_step": {name: each.summed() for name, each in found.scores.items()},
        "given": [
            {
                "mask": row.mask,
                "share": row.share,
                "without": row.without.summed(),
                "known": row.known.summed(),
                "gain": row.gain,
            }
            for row in found.given
        ],
    } | _loudness(found)
    if json:
        as_json(report)
        return
    title = "{corpus}, {split}: {pieces} pieces, {steps} steps; nats a step".format(**report)
    likelihood_table(title, _naming(report["family"], MODEL, report["nats_per_step"]))
    given_table(report["given"])
    if "velocity" in report:
        loud = report["velocity"]
        rows = {MODEL: loud["nats_a_note"], "the average": loud["average"]}
        told = {name: {"how loud": figure} for name, figure in rows.items()}
        likelihood_table("How loud struck notes are; nats a note whose velocity is known", told)


def rolls(data: Path, split: str, run: Path | None, baseline: str | None, json: bool) -> None:
    """Protocol A, the published one (Boulanger-Lewandowski et al. 2012): a run, or a baseline, on piano rolls.

    Play alone, 88 pitches; whole sequences, every time step weighs the same.
    """
    sets = read_rolls(data)
    training, side = (as_pieces(sets.name, sets.side(each)) for each in ("train", split))
    keys, title = PIANO, str(run or baseline)
    if run is None:
        scorer: Scorer = BASELINES[str(baseline)](training)
        family: dict[str, str] = {}
    else:
        loaded = scorer_of(run)
        scorer, keys = WithRates(loaded.scorer, marginal(training)), loaded.scorer.pitches
        family = {"family": loaded.family}
    found = _scored(scorer, side)
    if not math.isfinite(found.nats[PLAY]):
        raise DescantError(f"{title} gives a step of {sets.name} a likelihood that is not a number.")
    report = {
        "set": sets.name,
        "split": split,
        "model": title,
        **family,
        "keys": list(keys),
        "log_likelihood_per_step": found.nats[PLAY],
        "steps": found.steps,
        "sequences": len(side),
    }
    if json:
        as_json(report)
    else:
        told = f"{sets.name}, {split}: {len(side)} sequences, {found.steps} steps; nats a time step" + (
            "" if keys == PIANO else f"; keys outside {keys.low} to {keys.high} as often as in training"
        )
        likelihood_table(told, _naming(family.get("family", ""), title, {title: {PLAY: found.nats[PLAY]}}))


def sixteenths(archive: Path, source_map: Path, split: str, run: Path | None, json: bool) -> None:
    """Protocol B, Descant's own: a run, and two baselines, on the pieces behind the rolls, with articulation."""
    mapped = mapped_pieces(source_map, set_of(archive), archive, _tell)
    side, training = mapped.pieces[split], mapped.pieces["train"]
    loaded = None if run is None else scorer_of(run)
    pitches = PIANO if loaded is None else loaded.scorer.pitches
    scores = {} if loaded is None else {str(run): _scored(loaded.scorer, side)}
    scores["per-pitch Markov"] = score(markov(training, pitches), side)
    scores["hold the last step"] = score(hold_last_step(training, pitches), side)
    rows = {name: each.summed() for name, each in scores.items()}
    report = {
        "set": mapped.name,
        "split": split,
        **({} if loaded is None else {"family": loaded.family}),
        "pieces": len(side),
        "sequences": mapped.sequences[split],
        "steps": sum(piece.steps for piece in side),
        "keys": list(pitches),
        "notes_outside": share_outside(side, pitches),
        "nats_per_sixteenth": rows,
    }
    if json:
        as_json(report)
    else:
        title = (
            f"{mapped.name}, {split}: {report['pieces']} of {report['sequences']} sequences found as MIDI, "
            f"{report['steps']} sixteenths, keys {pitches.low} to {pitches.high} "
            f"({report['notes_outside']:.1%} of the notes lie outside); "
            "nats a sixteenth, not comparable with the published tables"
        )
        likelihood_table(title, _naming(loaded.family if loaded else "", str(run), rows))


def music_beside(music: str, human: str | None, training: str | None, any_key: bool, json: bool) -> None:
    """Statistics beside human music, and what is copied from training."""
    sets = {"music": read_music(music, _tell)} | ({"human": read_music(human, _tell)} if human else {})
    measured = {name: [measure(piece) for piece in pieces] for name, pieces in sets.items()}
    report: dict[str, Any] = {
        name: {"source": source, "pieces": len(sets[name]), "steps": _length(sets[name])}
        for name, source in (("music", music), ("human", human))
        if name in sets
    }
    copies: dict[str, list[Novelty]] = {}
    if human is not None:
        report["statistics"] = {
            name: each._asdict() for name, each in compare(measured["music"], measured["human"]).items()
        }
    if training is not None:
        taught = read_music(training, _tell)
        report["training"] = {"source": training, "pieces": len(taught), "steps": _length(taught)}
        index = Training(taught, any_key=any_key)
        for name, pieces in sets.items():
            with console.status(f"looking for copies in {report[name]['source']}"):
                copies[name] = novelty(pieces, index)
        report["copies"] = {"any_key": any_key} | {name: _copies(each) for name, each in copies.items()}
    report["each"] = [
        _one(piece, values, copies["music"][at] if copies else None)
        for at, (piece, values) in enumerate(zip(sets["music"], measured["music"], strict=True))
    ]
    if json:
        as_json(report)
        return
    if human is not None:
        comparison_table(report)
    if training is not None:
        copies_table(report)


def _copies(found: Sequence[Novelty]) -> dict[str, float]:
    """Of a set: shares of its steps, its longest run of all, and the longest of the piece in the middle."""
    steps = sum(each.steps for each in found)
    shares = {
        f"copied_{window}": sum(each.copied[at] * each.steps for each in found) / steps
        for at, window in enumerate(WINDOWS)
    }
    longest = sorted(each.longest_run for each in found)
    return {**shares, "longest_run": longest[-1], "median_longest_run": longest[len(longest) // 2]}


def _one(piece: Piece, values: Statistics, copied: Novelty | None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": piece.name, "steps": piece.steps, **values._asdict()}
    if copied is not None:
        told |= {f"copied_{window}": share for window, share in zip(WINDOWS, copied.copied, strict=True)}
        told["longest_run"] = copied.longest_run
    return told


def _length(pieces: Sequence[Piece]) -> int:
    return sum(piece.steps for piece in pieces)


def _tell(what: str) -> None:
    console.print(what)


def _loudness(found: Report) -> dict[str, Any]:
    """``nats_a_note``: of the struck notes whose velocity is known; nothing of a model that does not say."""
    average = found.loudness
    if average is None or not average.notes_a_step:
        return {}
    a_note = found.scores[MODEL].velocity / average.notes_a_step
    return {
        "velocity": {
            "nats_a_note": a_note,
            "average": average.a_note,
            "notes_a_step": average.notes_a_step,
        }
    }


def _naming(family: str, model: str, rows: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The rows of a table, the model's with its family."""
    return {f"{name} ({family})" if family and name == model else name: row for name, row in rows.items()}


def _scored(scorer: Scorer, pieces: Sequence[Piece]) -> Score:
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("steps", total=sum(piece.steps for piece in pieces))
        return score(scorer, pieces, progress=lambda steps: bar.advance(task, steps))
