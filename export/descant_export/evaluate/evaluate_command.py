"""``descant evaluate``, behind the command line: read, score, tell."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress

from descant_daemon.console import make_console
from descant_daemon.note_state import PIANO
from descant_export.corpus.piece import Piece
from descant_export.evaluate.benchmark_run import benchmark_network
from descant_export.evaluate.distances import compare
from descant_export.evaluate.music import read_music
from descant_export.evaluate.novelty import WINDOWS, Novelty, Training, novelty
from descant_export.evaluate.roll_baselines import BASELINES
from descant_export.evaluate.rolls import Roll, read_rolls
from descant_export.evaluate.scores import NextStep, score
from descant_export.evaluate.sixteenths import score_pieces, share_outside
from descant_export.evaluate.source_map import mapped_pieces, set_of
from descant_export.evaluate.statistics import Statistics, measure
from descant_export.evaluate.tables import as_json, comparison_table, copies_table, likelihood_table
from descant_export.evaluate.teacher_forcing import AlongTime, Network, RollNetwork
from descant_export.training import baselines, checkpoint

console = make_console(err=True)


def rolls(data: Path, split: str, run: Path | None, baseline: str | None, json: bool) -> None:
    """Protocol A: a run, or a baseline, on one side of a file of piano rolls."""
    sets = read_rolls(data)
    side = sets.side(split)
    keys, title = PIANO, str(run or baseline)
    model: NextStep
    if run is None:
        model = BASELINES[str(baseline)](sets.train)
    else:
        network = (benchmark_network(run, sets) if run.is_dir() else None) or _network(run)
        model, keys = RollNetwork(network, sets.train), network.pitches
    with _steps(side) as advance:
        found = score(model, side, advance)
    report = {
        "set": sets.name,
        "split": split,
        "model": title,
        "keys": list(keys),
        **found._asdict(),
    }
    if json:
        as_json(report)
    else:
        told = f"{sets.name}, {split}: {found.sequences} sequences, {found.steps} steps; nats a time step" + (
            "" if keys == PIANO else f"; keys outside {keys.low} to {keys.high} as often as in training"
        )
        likelihood_table(told, {title: {"play": found.log_likelihood_per_step}})


def sixteenths(archive: Path, source_map: Path, split: str, run: Path | None, json: bool) -> None:
    """Protocol B: a run, and two baselines, on the pieces behind the rolls."""
    mapped = mapped_pieces(source_map, set_of(archive), archive, _tell)
    side, training = mapped.pieces[split], mapped.pieces["train"]
    network = None if run is None else _network(run)
    pitches = PIANO if network is None else network.pitches
    scores = {
        "per-pitch Markov": baselines.markov(training, side, pitches),
        "hold the last step": baselines.hold_last_step(training, side, pitches),
    }
    if network is not None:
        with _steps(side) as advance:
            scores = {str(run): score_pieces(network, side, advance), **scores}
    rows = {
        name: {"play": each.play, "articulate": each.articulate, "sum": each.total}
        for name, each in scores.items()
    }
    report = {
        "set": mapped.name,
        "split": split,
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
        likelihood_table(title, rows)


def judge(music: str, human: str | None, training: str | None, any_key: bool, json: bool) -> None:
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


def _network(run: Path) -> Network:
    state = checkpoint.load(run / "best.pt" if run.is_dir() else run)
    return AlongTime(state.network())


def _length(pieces: Sequence[Piece]) -> int:
    return sum(piece.steps for piece in pieces)


def _tell(what: str) -> None:
    console.print(what)


@contextmanager
def _steps(side: Sequence[Roll] | Sequence[Piece]) -> Generator[Callable[[int], None]]:
    total = sum(each.steps if isinstance(each, Piece) else len(each) for each in side)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("steps", total=total)
        yield lambda steps: bar.advance(task, steps)
