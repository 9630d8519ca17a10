"""Metadata that is missing, unknown or does not fit its graphs, each refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import helper

from descant_daemon.model.model_files import check_model_files

Models = dict[str, Any]
Save = Callable[[Models], Path]
Restamp = Callable[..., None]
Refusal = Callable[[Path], str]
Spoil = Callable[[Models], object]


def drop(key: str) -> Spoil:
    def spoil(models: Models) -> None:
        props = models["time"].metadata_props
        props.remove(next(prop for prop in props if prop.key == key))

    return spoil


def say(key: str, value: str) -> Spoil:
    def spoil(models: Models) -> None:
        next(prop for prop in models["time"].metadata_props if prop.key == key).value = value

    return spoil


def tell(**changes: object) -> Spoil:
    def spoil(models: Models) -> None:
        for model in models.values():
            prop = next(prop for prop in model.metadata_props if prop.key == "descant.metadata")
            told = json.loads(prop.value) | changes
            prop.value = json.dumps({key: value for key, value in told.items() if value is not None})

    return spoil


def swap(models: Models) -> None:
    models["time"], models["note"] = models["note"], models["time"]


def touch_weights(models: Models) -> None:
    raw = bytearray(models["note"].graph.initializer[0].raw_data)
    raw[5] ^= 1
    models["note"].graph.initializer[0].raw_data = bytes(raw)


BAD_METADATA: list[tuple[Spoil, str]] = [
    *(
        (drop(key), f"a.b.time.onnx is not a Descant model: its metadata has no {key}")
        for key in ("descant.format", "descant.role", "descant.metadata", "descant.weights")
    ),
    (lambda m: m["note"].ClearField("metadata_props"),
     "a.b.note.onnx is not a Descant model: its metadata has no descant.format"),
    (say("descant.format", "4"), "a.b.time.onnx is in model format 4, and this Descant reads 2 and 3"),
    (lambda m: m["time"].metadata_props.add(key="descant.extra", value="1"),
     "a.b.time.onnx has metadata that this Descant does not know: descant.extra"),
    (swap, "a.b.time.onnx holds the note graph where the time graph should be"),
    (say("descant.role", "x" * 99), f"a.b.time.onnx holds the {'x' * 20} graph where the time graph should be"),
    (say("descant.metadata", "{"), "a.b.time.onnx: its metadata is not JSON"),
    (say("descant.metadata", "[" * 100_000), "a.b.time.onnx: its metadata is not JSON"),
    (say("descant.metadata", "[]"), "a.b.time.onnx: its metadata '' is wrong: Input should be an object"),
    (say("descant.weights", "0" * 64),
     "a.b.time.onnx is damaged: its weights are not those that its metadata tells of"),
    (touch_weights, "a.b.note.onnx is damaged: its weights are not those that its metadata tells of"),
    (tell(family=None), "a.b.time.onnx: its metadata has no 'family'"),
    (tell(family=3), "a.b.time.onnx: its metadata 'family' is wrong: Input should be a valid string"),
    (tell(family="biaxal"),
     "a.b.time.onnx is of the family 'biaxal', which this Descant does not know (did you mean 'biaxial'?)"),
    (tell(can=["sing"]),
     "a.b.time.onnx: its metadata 'can.0' is wrong: Input should be 'follow', 'drafts', 'density' or 'shape'"),
    (tell(hears="next"),
     "a.b.time.onnx: its metadata contradicts itself: it hears what is played in the next step, and cannot play "
     "in the mode harmonise"),
    (tell(pitch_low=None), "a.b.time.onnx: its metadata has no 'pitch_low'"),
    (tell(colour="red"), "a.b.time.onnx: its metadata has the unknown entry 'colour'"),
    (tell(features="kernel-2"),
     "a.b.time.onnx: its input features are kernel-2, and this Descant knows kernel-1"),
    (tell(pitch_low=60),
     "a.b.time.onnx: its metadata contradicts itself: pitch_low 60 is above pitch_high 51"),
    (tell(pitch_high=128),
     "a.b.time.onnx: its metadata 'pitch_high' is wrong: Input should be less than or equal to 127"),
    (tell(pitch_high="51"),
     "a.b.time.onnx: its metadata 'pitch_high' is wrong: Input should be a valid integer"),
    (tell(planes=["play"]),
     "a.b.time.onnx: its metadata 'planes' is wrong: They should be 'play' and 'articulate', "
     "and then 'velocity' where there is that"),
    (tell(planes=["articulate", "play"]),
     "a.b.time.onnx: its metadata 'planes' is wrong: They should be 'play' and 'articulate', "
     "and then 'velocity' where there is that"),
    (tell(planes=["play", "articulate", "velocity"]),
     "a.b.note.onnx has no output 'velocity' (float32 [B, L, 16])"),
    (tell(time_layers=[]),
     "a.b.time.onnx: its metadata 'time_layers' is wrong: Tuple should have at least 1 item after "
     "validation, not 0"),
    (tell(note_layers=[0, 2]),
     "a.b.time.onnx: its metadata 'note_layers.0' is wrong: Input should be greater than or equal to 1"),
    (tell(test_log_likelihood=float("nan")),
     "a.b.time.onnx: its metadata 'test_log_likelihood' is wrong: Input should be a finite number"),
    (tell(styles=[]),
     "a.b.time.onnx: its metadata 'styles' is wrong: Tuple should have at least 1 item after "
     "validation, not 0"),
    (tell(pair="0" * 64), "a.b.time.onnx and a.b.note.onnx in FOLDER are not of the same model"),
    # What the metadata say decides what the graphs must have.
    (tell(pitch_low=39),
     "a.b.time.onnx: input 'state' should be float32 [B, 13, 2] and is float32 [B, 12, 2]"),
    (tell(styles=["one"]), "a.b.time.onnx: input 'style' should be float32 [B, 1] and is float32 [B, 2]"),
    (tell(time_layers=[5]), "a.b.time.onnx has the unknown input 'time_h1'"),
    (tell(note_layers=[4, 2, 2]), "a.b.note.onnx has no input 'note_h2' (float32 [B, 2])"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "sentence"), BAD_METADATA, ids=[each[1][:70] for each in BAD_METADATA])
def test_bad_metadata_is_refused(
    spoil: Spoil, sentence: str, models: Models, save: Save, refusal: Refusal
) -> None:
    spoil(models)
    stem = save(models)
    assert refusal(stem) == sentence.replace("FOLDER", str(stem.parent))


def test_halves_of_two_models_are_no_pair(
    models: Models, save: Save, restamp: Restamp, refusal: Refusal
) -> None:
    original = models["note"].SerializeToString()
    touch_weights(models)
    restamp(models)
    check_model_files(save(models))
    models["note"].ParseFromString(original)
    stem = save(models)
    assert refusal(stem) == f"a.b.time.onnx and a.b.note.onnx in {stem.parent} are not of the same model"


def test_halves_with_the_same_weights_must_tell_the_same_story(
    models: Models, save: Save, refusal: Refusal
) -> None:
    note = models["note"].SerializeToString()
    tell(corpus="another")(models)
    models["note"].ParseFromString(note)
    assert refusal(save(models)).endswith("are not of the same model")


def test_a_file_of_the_format_before_is_read_as_biaxial(models: Models, save: Save) -> None:
    """The presets that are out in the world."""
    now = check_model_files(save(models))
    for axis, model in models.items():
        props = {each.key: each.value for each in model.metadata_props}
        told = json.loads(props["descant.metadata"])
        del told["family"]
        former = {
            "descant.format": "2",
            "descant.axis": axis,
            "descant.metadata": json.dumps(told),
            "descant.weights": props["descant.weights"],
        }
        helper.set_model_props(model, former)
    before = check_model_files(save(models))
    assert before.metadata == now.metadata
    assert before.metadata.abilities.can == ("follow", "drafts", "density", "shape")
