"""``descant judge``, behind the command line: read, render, judge, tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from descant_daemon.console import say
from descant_daemon.whole_file import write_whole
from descant_export.corpus.piece import Piece
from descant_export.evaluate.judge import judge_tables
from descant_export.evaluate.judge.card import card_section
from descant_export.evaluate.judge.judgement import (
    EXCERPT,
    HUMAN,
    OURS,
    PLAIN,
    Judgement,
    Music,
    bar_lengths,
    from_files,
    generated_music,
    human_music,
    judge_style,
    render,
)
from descant_export.evaluate.judge.parameter_sweep import sweep as swept_by
from descant_export.evaluate.judge.similarity import similarity_picture
from descant_export.evaluate.judge.style_classifier import Confusion, StyleJudge
from descant_export.evaluate.listen.listen_command import made, melodies_for
from descant_export.evaluate.listen.sound import console, counted
from descant_export.evaluate.music import read_music
from descant_export.evaluate.tables import as_json, json_text
from descant_export.evaluate.takes.excerpt import all_excerpts
from descant_export.evaluate.takes.human import Human, read_human
from descant_export.evaluate.takes.style import Style, load_style
from descant_routing.errors import UsageError

LEARNED = 150  # human pieces of each style that the judge of styles learns from
A_PIECE = 2  # excerpts of each


def judge(
    asked: Mapping[str, str],
    files: Mapping[str, str],
    *,
    count: int,
    bars: int,
    settings: Sequence[str],
    plain: bool,
    out: Path | None,
    seed: int,
    json: bool,
    split_list: Path | None,
    choices: Mapping[str, object],
) -> None:
    """``asked``: preset → corpus; ``files``: preset's label → music that was rendered elsewhere, judged instead."""
    if bars % EXCERPT:
        raise UsageError(
            f"--bars is a multiple of {EXCERPT}, which is what a judge hears at a time, not {bars}."
        )
    styles = {preset: load_style(preset, settings) for preset in asked}
    names = [style.name for style in styles.values()]
    if len(set(names)) < len(names):
        raise UsageError(f"Two presets have one name among {', '.join(names)}; each is judged by its own.")
    for name in files:
        if name not in names:
            raise UsageError(f"--music names {name}, which is not judged; {', '.join(names)} would be.")
    folder = made(out) if out else None
    human: dict[str, Human] = {}
    music: dict[str, dict[str, Music]] = {}
    found: dict[str, Judgement] = {}
    for preset, style in styles.items():
        human[style.name] = read_human(asked[preset], split_list, style.steps_per_beat, **choices)
        sets = _music(style, human[style.name], files.get(style.name), count, bars, plain, seed)
        music[style.name] = sets
        with console.status(f"judging {style.name}"):
            generated = {told: each for told, each in sets.items() if told != HUMAN}
            found[style.name] = judge_style(style.name, sets[HUMAN], generated, human[style.name].train, seed)
    confusions, chance = _by_style(human, music, seed) if len(found) > 1 else ({}, 1.0)
    report: dict[str, Any] = {
        "seed": seed,
        "bars": bars,
        "styles": {name: {"corpus": human[name].name, **each._asdict()} for name, each in found.items()},
        "named": {"chance": chance, **confusions},
    }
    if folder:
        write_whole(folder / "judgement.json", json_text(report).encode())
        for name, each in found.items():
            picture = similarity_picture({told: sets.whole for told, sets in music[name].items()})
            write_whole(folder / f"{name}-self-similarity.png", picture)
            section = card_section(name, human[name].name, bars, each, confusions, chance)
            write_whole(folder / f"{name}-card.md", section.encode())
    if json:
        as_json(report)
        return
    if confusions:
        judge_tables.confusions(confusions, chance)
    for name, each in found.items():
        judge_tables.judgement(name, each)
    if folder:
        say(f"Written: {folder}/judgement.json, and for each style a section for its card and a picture.")


def sweep(
    preset: str,
    corpus: str | None,
    name: str,
    low: float,
    high: float,
    *,
    points: int,
    count: int,
    bars: int,
    settings: Sequence[str],
    json: bool,
    split_list: Path | None,
    choices: Mapping[str, object],
) -> None:
    """Takes at ``points`` values of a parameter; over melodies of ``corpus``, or else of Descant's tunes."""
    style = load_style(preset, settings)
    human = read_human(corpus, split_list, style.steps_per_beat, **choices) if corpus else None
    melodies = melodies_for(style, human and human.held_out, bars) if style.over_melody else []
    values = np.linspace(low, high, points).tolist()
    with counted("takes", points * count) as bar:
        found, wires = swept_by(
            style, name, values, melodies, count, bars, lambda: bar.advance(bar.task_ids[0])
        )
    if json:
        as_json(
            {"style": style.name, "parameter": name, "values": values, "statistics": found, "wire": wires}
        )
    else:
        judge_tables.swept(style.name, name, values, found, wires)


def _music(
    style: Style, human: Human, files: str | None, count: int, bars: int, plain: bool, seed: int
) -> dict[str, Music]:
    if files is not None:
        ours = from_files(read_music(files, console.print, style.steps_per_beat), bars)
        lengths = {int(each.piece.step_in_bar.max()) + 1 for each in ours.excerpts}
        return {HUMAN: human_music(human.held_out, bars, lengths), OURS: ours}
    played = {OURS: style} | ({PLAIN: style.plain()} if plain else {})
    with counted(f"takes of {style.name}", count * len(played)) as bar:
        takes = {
            told: render(each, human, count, bars, seed, lambda: bar.advance(bar.task_ids[0]))
            for told, each in played.items()
        }
    music = {told: generated_music(each, bars) for told, each in takes.items()}
    return {HUMAN: human_music(human.held_out, bars, bar_lengths(takes[OURS])), **music}


def _by_style(
    human: Mapping[str, Human], music: Mapping[str, Mapping[str, Music]], seed: int
) -> tuple[dict[str, Confusion], float]:
    """Who learned from human music names the style of human music that was held out, and of takes."""
    learned = {}
    for style, each in human.items():
        order = np.random.default_rng([seed, 3]).permutation(len(each.train))[:LEARNED]
        pieces: list[Piece] = [each.train[int(at)] for at in order]
        learned[style] = all_excerpts(pieces, EXCERPT, A_PIECE)
    with console.status("naming styles"):
        judge = StyleJudge(learned)
        told = [told for told in (HUMAN, OURS, PLAIN) if any(told in sets for sets in music.values())]
        named = {each: judge.named(_excerpts(music, each)) for each in told}
    return named, judge.chance


def _excerpts(music: Mapping[str, Mapping[str, Music]], told: str) -> dict[str, list[Piece]]:
    return {
        style: [each.piece for each in sets[told].excerpts] for style, sets in music.items() if told in sets
    }
