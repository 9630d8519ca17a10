"""The presets that one instance may be switched to, each as the instance has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from descant_daemon.settings.bindings import bind
from descant_daemon.settings.lined_yaml import Place
from descant_daemon.settings.preset import FILE_NAME, Preset, load_preset, model_stem
from descant_daemon.settings.rig.values import Program
from descant_daemon.settings.shelf import find
from descant_routing.errors import DescantError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from descant_daemon.settings.choices import Takeover
    from descant_daemon.settings.rig.form import InstanceForm
    from descant_daemon.settings.shelf import Place as ShelfPlace

Blame = Callable[[Place, str], None]
"""Takes a fault: where it stands, and its sentence."""


class Found(NamedTuple):
    """A preset, and the path of its file."""

    path: Path
    preset: Preset


class Presets:
    """Finds and reads presets, each once however often it is asked for."""

    def __init__(self, folder: Path, where: Sequence[ShelfPlace] | None) -> None:
        """``folder``: the rig's, from which paths are seen. ``where``: see ``shelf``."""
        self._folder, self._where = folder, where
        self._read: dict[Path, Preset] = {}

    def load(self, name: str) -> Found:
        """The preset of a name or path. Raises UsageError and FileError."""
        path = find(name, self._where, self._folder)
        if path not in self._read:
            self._read[path] = load_preset(path)
        return Found(path, self._read[path])


def programs_of(
    form: InstanceForm, place: Place, takeover: Takeover | None, presets: Presets, blame: Blame
) -> tuple[tuple[Program, ...], int]:
    """The programs of an instance that stands at ``place``, and which of them is first; none when all are to blame.

    ``takeover`` is the rig's, which wins over the presets' and not over the instance's own.
    The ``preset`` comes first where ``programs`` does not have it.
    """
    listed = [((*place, "programs", index), name) for index, name in enumerate(form.programs)]
    found = [each for at, name in listed if (each := _found(at, name, presets, blame)) is not None]
    first = 0
    if form.preset is not None:
        begin = _found((*place, "preset"), form.preset, presets, blame)
        if begin is not None:
            paths = [each.path for each in found]
            if begin.path in paths:
                first = paths.index(begin.path)
            else:
                found.insert(0, begin)
    programs = [_program(each, form, place, takeover, blame) for each in found]
    return tuple(each for each in programs if each is not None), first


def _found(place: Place, name: str, presets: Presets, blame: Blame) -> Found | None:
    try:
        return presets.load(name)
    except UsageError as error:
        blame(place, str(error))
    except DescantError as error:
        blame(place, f"the preset {name} cannot be used: {error}")
    return None


def _program(
    found: Found, form: InstanceForm, place: Place, takeover: Takeover | None, blame: Blame
) -> Program | None:
    """The preset with the rig's takeover over it, and the instance's own mode, parameters and controllers."""
    path, preset = found
    name = path.absolute().parent.name if path.name == FILE_NAME else path.stem
    said = {} if takeover is None else {"takeover": takeover}
    played = preset.model_copy(
        update={
            "mode": form.mode or preset.mode,
            "parameters": {**preset.parameters, **said, **form.parameters},
        }
    )
    try:
        parameters = played.to_parameters()
    except UsageError as error:
        blame((*place, "parameters"), f"with the preset {name}, {error}")
        return None
    return Program(name, preset.title, model_stem(path, preset), parameters, bind(preset.cc, form.cc), path)
