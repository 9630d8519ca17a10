"""What ``play`` tells the tape: the header of a take, and a file of its own for it."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import platformdirs

from descant_daemon.cli.setup import Setup
from descant_daemon.effect.common import Track
from descant_daemon.midi_file import write_whole
from descant_daemon.model.card import ModelMetadata
from descant_daemon.settings.shelf import find
from descant_daemon.tape.header import InstanceFacts, ModelFacts, PresetFacts, plain_values
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import Take
from descant_routing.errors import UsageError

SUFFIX = ".take"


class Files(NamedTuple):
    """Where a session is recorded, and its MIDI file where one is wanted at the end."""

    take: Path
    midi: Path | None


def open_files(wanted: Path) -> Files:
    """``wanted``, or the next name that is free; the take's file is there then, empty. Raises UsageError."""
    midi = wanted.suffix.lower() == ".mid"
    number = 1
    while True:
        stem = wanted.stem if number == 1 else f"{wanted.stem}-{number}"
        take = wanted.with_name(f"{stem}{SUFFIX if midi else wanted.suffix}")
        beside = wanted.with_name(f"{stem}{wanted.suffix}") if midi else None
        if beside is None or not beside.exists():
            try:
                take.touch(exist_ok=False)
            except FileExistsError:
                pass
            except OSError as error:
                raise UsageError(f"{take} cannot be recorded to: {error.strerror or error}") from error
            else:
                return Files(take, beside)
        number += 1


def close_files(files: Files, *, begun: bool) -> None:
    """The session is over: write its MIDI file. One that never began leaves nothing. Raises DescantError."""
    if not begun:
        files.take.unlink(missing_ok=True)
    elif files.midi is not None:
        take = Take(files.take)
        write_whole(files.midi, whole_take(take.header, take.cycles()))


def captures_folder() -> Path:
    """Descant's own in the user's folder for music; where there is none, the present one."""
    music = platformdirs.user_music_path()
    return music / "Descant" if music.is_dir() else Path.cwd()


def preset_facts(setup: Setup, metadata: ModelMetadata) -> PresetFacts:
    """What the header says of a preset and its model."""
    model = ModelFacts(
        stem=str(setup.stem.resolve()),
        pair=metadata.pair,
        low=metadata.pitch_low,
        high=metadata.pitch_high,
        steps_per_beat=metadata.steps_per_beat,
        styles=metadata.styles,
    )
    return PresetFacts(
        name=setup.name,
        title=setup.preset.title,
        credits=tuple(setup.preset.credits),
        text=find(setup.name).read_text(encoding="utf-8"),
        model=model,
    )


def instance_facts(track: Track, cc: dict[int, str]) -> InstanceFacts:
    """What the header says of an instance."""
    return InstanceFacts(
        preset=0, channels=tuple(sorted(track.channels)), values=plain_values(track.parameters), cc=cc
    )


def now_and_version() -> tuple[str, str]:
    """Local time by ISO 8601, and which Descant this is."""
    return datetime.now().astimezone().isoformat(timespec="seconds"), version("descant")
