"""What ``play`` tells the tape: the header of a take, and a file of its own for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.settings.preset import load_preset
from descant_daemon.settings.rig.values import Hears, Instance, Program, Rig
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import Take
from descant_daemon.tape.rig_facts import (
    EarsFacts,
    InputFacts,
    InstanceFacts,
    ModelFacts,
    PresetFacts,
    ProgramFacts,
    RigFacts,
    WayFacts,
    plain_values,
)
from descant_daemon.whole_file import write_whole
from descant_routing.errors import UsageError
from descant_routing.printable import printable
from descant_routing.routes import plain_route

SUFFIX, MIDI = ".take", ".mid"


class Files(NamedTuple):
    """Where a session is recorded, and its MIDI file where one is wanted at the end."""

    take: Path
    midi: Path | None


def open_files(wanted: Path) -> Files:
    """``wanted``, or the next name that is free; the take's file is there then, empty. Raises UsageError."""
    if wanted.is_dir():
        raise UsageError(f"{wanted} is a folder: name a file in it, such as {wanted / 'tuesday.take'}")
    if wanted.suffix.lower() not in (SUFFIX, MIDI):
        raise UsageError(
            f"a session is recorded to a {SUFFIX} or a {MIDI}, and {wanted} is called like neither"
        )
    midi = wanted.suffix.lower() == MIDI
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


def rig_facts(rig: Rig, models: Mapping[Path, ModelMetadata], number: Callable[[Path], int]) -> RigFacts:
    """What a take says of a rig; ``models``: by stem, ``number``: a model's in the engine."""
    played = (each for one in rig.instances for each in one.programs)
    presets = list(dict.fromkeys(_preset_of(each) for each in played))
    return RigFacts(
        inputs=tuple(
            InputFacts(label=each.label, longest_note=each.longest_note, storm=each.storm)
            for each in rig.inputs
        ),
        outputs=tuple(each.label for each in rig.outputs),
        presets=tuple(_preset_facts(each, models[each.stem], number(each.stem)) for each in presets),
        instances=tuple(_instance(each, presets, rig) for each in rig.instances),
        ways=None
        if rig.routes is None
        else tuple(
            WayFacts(source=way.source, sink=way.sink, route=plain_route(way.route)) for way in rig.routes
        ),
        clock_from=rig.clock_from,
        feedback=rig.feedback,
    )


class _Preset(NamedTuple):
    """What several programs may share."""

    name: str
    title: str
    stem: Path
    file: Path | None


def _preset_of(program: Program) -> _Preset:
    return _Preset(program.name, program.title, program.stem, program.file)


def _preset_facts(preset: _Preset, metadata: ModelMetadata, number: int) -> PresetFacts:
    name, title, stem, file = preset
    model = ModelFacts(
        stem=printable(str(stem.resolve())),  # a name that is no Unicode cannot be written down
        pair=metadata.pair,
        low=metadata.pitch_low,
        high=metadata.pitch_high,
        steps_per_beat=metadata.steps_per_beat,
        **metadata.abilities._asdict(),
    )
    return PresetFacts(
        name=printable(name),
        title=title,
        credits=() if file is None else tuple(load_preset(file).credits),
        text="" if file is None else file.read_text(encoding="utf-8"),
        model=model,
        number=number,
    )


def _instance(instance: Instance, presets: Sequence[_Preset], rig: Rig) -> InstanceFacts:
    return InstanceFacts(
        name=instance.name,
        programs=tuple(
            ProgramFacts(
                preset=presets.index(_preset_of(each)),
                values=plain_values(each.parameters),
                cc={str(source): name for source, name in each.bindings.names.items()},
            )
            for each in instance.programs
        ),
        first=instance.first,
        switch=instance.switch,
        hears=_ears(instance.hears),
        listens=tuple(_ears(each) for each in instance.listens),
        output=instance.output,
        offset=next(each.offset for each in rig.outputs if each.label == instance.output),
    )


def _ears(hears: Hears) -> EarsFacts:
    return EarsFacts(
        input=hears.input,
        channels=tuple(sorted(hears.channels)),
        low=hears.low,
        high=hears.high,
        drums=hears.drums,
    )


def now_and_version() -> tuple[str, str]:
    """Local time by ISO 8601, and which Descant this is."""
    return datetime.now().astimezone().isoformat(timespec="seconds"), version("descant")
