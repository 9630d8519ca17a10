"""``descant listen STYLE --blind``: a folder to hand out, and the key to keep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from descant_daemon.console import say
from descant_daemon.whole_file import write_whole
from descant_export.evaluate.listen.blind_form import picking_form, rating_form
from descant_export.evaluate.listen.blind_test import KEY_FILE, AnswerKey, seal
from descant_export.evaluate.listen.clips import (
    HUMAN,
    MARKOV,
    OURS,
    PLAIN,
    SOURCES,
    Clip,
    clips_of,
    shuffled,
    write_clip,
)
from descant_export.evaluate.listen.listen_command import made
from descant_export.evaluate.listen.sound import Sound, counted
from descant_export.evaluate.takes.human import Human
from descant_export.evaluate.takes.style import load_style

FORM = "listen.html"
RIVALS = (OURS, PLAIN, MARKOV)


def blind(
    preset: str,
    folder: Path | None,
    human: Human,
    *,
    count: int,
    bars: int,
    tempo: float,
    settings: Sequence[str],
    mode: str | None,
    pick: bool,
    seed: int,
) -> None:
    """Write clips and form into ``folder``/kit, and the key beside it, where listeners do not look."""
    style = load_style(preset, settings, mode)
    folder = folder or Path("listen") / f"{style.name}-blind"
    kit = made(folder / "kit")
    by_source = clips_of(
        style, human, count, bars, human_clips=count * (len(RIVALS) if pick else 1), seed=seed
    )
    clips = shuffled([clip for source in SOURCES for clip in by_source[source]], seed)
    files = _written(clips, kit, tempo)
    key = AnswerKey(
        style.name,
        {name: clip.source for name, clip in clips.items()},
        {name: clip.piece.name for name, clip in clips.items()},
        _pairs(clips, seed) if pick else (),
    )
    sealed = key.sealed()
    title = "A listening test"
    form = (
        picking_form(title, seal(sealed), key.pairs, files)
        if pick
        else rating_form(title, seal(sealed), files)
    )
    write_whole(kit / FORM, form.encode())
    write_whole(folder / KEY_FILE, sealed)
    say(
        f"{kit}: {len(clips)} clips of {bars} bars and {FORM}, to be handed out; {folder / KEY_FILE}, to be kept.\n"
        f"Then: descant listen --results --key {folder / KEY_FILE} answers-*.csv"
    )


def _written(clips: dict[str, Clip], kit: Path, tempo: float) -> dict[str, str]:
    """Name → file: audio where it can be had, and else MIDI, which a player of their own must sound."""
    sound = Sound()
    midi = {name: kit / f"{name}.mid" for name in clips}
    with counted("clips", len(clips)) as bar:
        for name, clip in clips.items():
            write_clip(clip, midi[name], tempo)
            sound.of(midi[name], kit / f"{name}.ogg")
            bar.advance(bar.task_ids[0])
    if sound.missing:
        say(f"{sound.missing} The clips are MIDI files.")
        return {name: path.name for name, path in midi.items()}
    for path in midi.values():
        path.unlink()
    return {name: f"{name}.ogg" for name in clips}


def _pairs(clips: dict[str, Clip], seed: int) -> list[tuple[str, str]]:
    """Every clip that is not human beside a human one of its own, each first as often as chance has it."""
    rng = np.random.default_rng([seed, 2])
    human = [name for name, clip in clips.items() if clip.source == HUMAN]
    rivals = [name for name, clip in clips.items() if clip.source != HUMAN]
    pairs = [
        (one, other) if rng.random() < 0.5 else (other, one) for one, other in zip(human, rivals, strict=True)
    ]
    return [pairs[int(at)] for at in rng.permutation(len(pairs))]
