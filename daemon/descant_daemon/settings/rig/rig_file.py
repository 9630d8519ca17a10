"""From a rig file to a rig: every fault of the file at once, each with its line, or frozen values."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from descant_daemon.settings.faults import Fault, common_sentence, faults_of, line_of
from descant_daemon.settings.lined_yaml import FileError, LinedYaml, Place, parse_lined, read_lined
from descant_daemon.settings.rig.grammar import (
    EarsForm,
    InputForm,
    InstanceForm,
    OutputForm,
    RigForm,
    RouteForm,
)
from descant_daemon.settings.rig.presets import Look, Presets, programs_of, unseen
from descant_daemon.settings.rig.references import contradictions
from descant_daemon.settings.rig.values import MPE_STORM, STORM, Ears, Input, Instance, Output, Rig
from descant_routing import message
from descant_routing.errors import UsageError
from descant_routing.routes import Passage
from descant_routing.wording import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from descant_daemon.settings.shelf import ShelfFolder as ShelfPlace

SECOND, MILLISECOND = 1_000_000_000, 1_000_000
_A_NAME = "letters, digits, '-' and '_', 30 at most, the first a letter or a digit"


class RigError(UsageError):
    """A rig file cannot be used; the message has a line for each fault."""

    def __init__(self, sentences: Sequence[str]) -> None:
        """``sentences``: one a fault, each with file and line."""
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


# Without these it would be another rig.
_FIRM = {("inputs",), ("outputs",), ("instances",)}


def load_rig(path: Path, where: Sequence[ShelfPlace] | None = None, look: Look = unseen) -> Rig:
    """Read a rig file. Raises RigError with every fault of it.

    ``where`` its presets stand: the shelf and the user's own if not said. ``look`` at a model says what is known of it;
    if not said, models are not looked at.
    """
    try:
        return _rig(read_lined(path), path, Presets(path.parent, where, look))
    except FileError as error:
        raise RigError([str(error)]) from error


def parse_rig(text: str, path: Path, where: Sequence[ShelfPlace] | None = None, look: Look = unseen) -> Rig:
    """A rig from its text; ``path`` is for the sentences, and for paths beside it. Raises RigError."""
    try:
        return _rig(parse_lined(text, path), path, Presets(path.parent, where, look))
    except FileError as error:
        raise RigError([str(error)]) from error


def _rig(read: LinedYaml, path: Path, presets: Presets) -> Rig:
    if not isinstance(read.value, dict):
        raise FileError(path, read.lines[()], "a rig is a map of keys and values, such as 'title: On stage'")
    form, shape, left_out = _formed(read)
    if form is None:
        raise _told(shape, path)
    faults: list[Fault] = []

    def blame(place: Place, sentence: str) -> None:
        if not any(place[: len(each)] == each or each[: len(place)] == place for each in left_out):
            faults.append(Fault(line_of(read, place), sentence))

    for place, sentence in contradictions(form):
        blame(place, sentence)
    first_input, first_output = next(iter(form.inputs)), next(iter(form.outputs))
    instances: list[Instance] = []
    for name, said in form.instances.items():
        programs, first = programs_of(said, ("instances", name), form.takeover, presets, blame)
        hears = _ears(said, first_input if said.input is None else said.input, form)
        listens = tuple(_ears(each, each.input, form) for each in said.listens)
        output = first_output if said.output is None else said.output
        instances.append(Instance(programs, hears, listens, output, said.switch, name, first))
    passages = [
        Passage(
            first_input if each.source is None else each.source,
            first_output if each.sink is None else each.sink,
            each.do,
        )
        for each in form.routes or ()
    ]
    if shape or faults:
        raise _told([*shape, *sorted(faults)], path)
    return Rig(
        title=form.title or path.stem,
        inputs=tuple(_input(label, said) for label, said in form.inputs.items()),
        outputs=tuple(_output(label, said) for label, said in form.outputs.items()),
        instances=tuple(instances),
        clock=form.clock,
        clock_from=first_input if form.clock_from is None else form.clock_from,
        tempo=form.tempo,
        send_clock=form.send_clock,
        feedback=form.feedback,
        routes=None if form.routes is None else tuple(passages),
        file=path,
    )


def _formed(read: LinedYaml) -> tuple[RigForm | None, list[Fault], list[Place]]:
    """The form, what is wrong with the shape of its values, and where: the form is without them.

    So that whoever mends a file hears of every fault at once. None where what is left would be another rig.
    """
    value: Any = copy.deepcopy(read.value)
    faults: list[Fault] = []
    left_out: list[Place] = []
    while True:
        try:
            return RigForm.model_validate(value), faults, left_out
        except ValidationError as error:
            if not faults:
                faults = faults_of(error, read, _sentence)  # later ones come of what is left out
            places = [_leaf(value, each["loc"]) for each in error.errors(include_url=False)]
        if any(not place or place in _FIRM for place in places):
            return None, faults, left_out
        for place in sorted({_entry(place) for place in places if place}, reverse=True):
            _remove(value, place)
            left_out.append(place)


def _leaf(root: object, place: Place) -> Place | None:
    """The entry at which a fault lies, where it can be left out: pydantic's place less what it says of kinds."""
    reached: list[str | int] = []
    value: Any = root
    for key in place:
        if not _has(value, key):
            break
        reached.append(key)
        value = value[key]
    else:
        return tuple(reached)
    # A short form's key, or what of a text is wrong; but a label that is none, or a key that is missing, leave a hole.
    return None if "[key]" in place or isinstance(value, dict) else tuple(reached)


def _has(value: Any, key: str | int) -> bool:
    if isinstance(value, dict):
        return key in value
    return isinstance(value, list) and isinstance(key, int) and key < len(value)


def _entry(place: Place) -> Place:
    """Of a list the whole: its other items would be counted anew."""
    return place if isinstance(place[-1], str) else _entry(place[:-1])


def _remove(value: Any, place: Place) -> None:
    *above, last = place
    for key in above:
        value = value[key]
    value.pop(last)


def _told(faults: Sequence[Fault], path: Path) -> RigError:
    return RigError([str(FileError(path, line, sentence)) for line, sentence in faults])


def _input(label: str, said: InputForm) -> Input:
    longest = None if said.longest_note is None else round(said.longest_note * SECOND)
    storm = said.storm or (MPE_STORM if said.mpe else STORM)
    return Input(label, said.port, longest, said.mpe, storm)


def _output(label: str, said: OutputForm) -> Output:
    return Output(label, said.port, round(said.offset * MILLISECOND))


def _sentence(raw: Any) -> str:
    if raw["loc"][-1] == "[key]":
        section, label = raw["loc"][:2]
        return f"{shown(label)} cannot be a name in '{section}': {_A_NAME}"
    return common_sentence(raw, _known(raw["loc"]))


def _known(place: Place) -> Mapping[str, object]:
    """The keys that may stand at ``place``, by their names in the file."""
    match place:
        case ("inputs", _, _):
            form: type[Any] = InputForm
        case ("outputs", _, _):
            form = OutputForm
        case ("instances", _, "listens", _, _):
            form = EarsForm
        case ("instances", _, _):
            form = InstanceForm
        case ("routes", _, _):
            form = RouteForm
        case _:
            form = RigForm
    return {field.alias or name: field for name, field in form.model_fields.items()}


def _ears(said: InstanceForm | EarsForm, source: str, form: RigForm) -> Ears:
    """Channel 10 has drums: its keys are heard where somebody has written it, or where channels are fingers."""
    fingers = source in form.inputs and form.inputs[source].mpe
    drums = fingers or ("channels" in said.model_fields_set and message.DRUMS in said.channels)
    return Ears(source, said.channels, *said.keys, drums=drums)
