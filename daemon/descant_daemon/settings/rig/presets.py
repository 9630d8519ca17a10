"""The presets that one instance may be switched to, each as the instance has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from descant_daemon.settings.bindings import bind
from descant_daemon.settings.lined_yaml import Place
from descant_daemon.settings.preset import FILE_NAME, Preset, load_preset, model_stem
from descant_daemon.settings.rig.values import ModelFacts, Program
from descant_daemon.settings.shelf import find
from descant_routing.errors import DescantError, UsageError
from descant_routing.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_daemon.settings.choices import Takeover
    from descant_daemon.settings.rig.grammar import InstanceForm
    from descant_daemon.settings.shelf import ShelfFolder as ShelfPlace

Blame = Callable[[Place, str], None]
"""Takes a fault: where it stands, and its sentence."""
Look = Callable[[Path], ModelFacts]
"""What is known of the model with this stem. Raises DescantError for one that is missing or damaged."""


def unseen(stem: Path) -> ModelFacts:
    """All that is known of a model that nobody looks at: where it is to be."""
    return ModelFacts(stem=stem)


class Found(NamedTuple):
    """A preset, the path of its file, and its model."""

    path: Path
    preset: Preset
    model: ModelFacts

    @property
    def name(self) -> str:
        """As it is called, which is how its folder is."""
        path = self.path
        return printable(path.absolute().parent.name if path.name == FILE_NAME else path.stem)


class Presets:
    """Finds and reads presets, and looks at their models, each once however often it is asked for."""

    def __init__(self, folder: Path, where: Sequence[ShelfPlace] | None, look: Look) -> None:
        """``folder``: the rig's, from which paths are seen. ``where``: see ``shelf``."""
        self._folder, self._where, self._look = folder, where, look
        self._read: dict[Path, Found] = {}

    def load(self, name: str) -> Found:
        """The preset of a name or path. Raises UsageError, and DescantError for a file that is wrong."""
        path = find(name, self._where, self._folder)
        if path not in self._read:
            preset = load_preset(path)
            self._read[path] = Found(path, preset, self._look(model_stem(path, preset)))
        return self._read[path]


def programs_of(
    form: InstanceForm, place: Place, takeover: Takeover | None, presets: Presets, blame: Blame
) -> tuple[tuple[Program, ...], int]:
    """The programs of an instance that stands at ``place``, and which of them is first; none when all are to blame.

    ``takeover`` is the rig's, which wins over the presets' and not over the instance's own.
    The ``preset`` comes first where ``programs`` does not have it.
    """
    listed = [((*place, "programs", index), name) for index, name in enumerate(form.programs)]
    found: list[tuple[Place, Found]] = [
        (at, each) for at, name in listed if (each := _found(at, name, presets, blame)) is not None
    ]
    first = 0
    if form.preset is not None:
        at: Place = (*place, "preset")
        begin = _found(at, form.preset, presets, blame)
        if begin is not None:
            paths = [each.path for _, each in found]
            if begin.path in paths:
                first = paths.index(begin.path)
            else:
                found.insert(0, (at, begin))
    programs = [_program(each, at, form, place, takeover, blame) for at, each in found]
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
    found: Found, at: Place, form: InstanceForm, place: Place, takeover: Takeover | None, blame: Blame
) -> Program | None:
    """The preset, named ``at``, with the rig's takeover over it, and the instance's own mode, parameters and knobs."""
    preset = found.preset
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
        blame((*place, "parameters"), f"with the preset {found.name}, {error}")
        return None
    for name, sentence in found.model.faults(parameters):
        own = (*place, "parameters", name) if name in form.parameters else at
        blame(
            (*place, "mode") if name == "mode" and form.mode else own,
            f"with the preset {found.name}, {sentence}",
        )
    return Program(
        parameters,
        found.model,
        bind(preset.cc, form.cc),
        found.name,
        preset.title,
        tuple(preset.credits),
        found.path,
    )
