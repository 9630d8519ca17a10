"""What a rig file comes to: presets found and read, defaults filled in, times in ns, channels from 0."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descant_daemon.live import clocks
from descant_daemon.settings.bindings import bind
from descant_daemon.settings.choices import ClockName
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.grammar import InstanceForm, RigForm, rig_json_schema
from descant_daemon.settings.rig.ranges import (
    ALL_CHANNELS,
    KeyRange,
    channels_text,
    parse_channels,
    parse_keys,
)
from descant_daemon.settings.rig.rig_file import load_rig, parse_rig
from descant_daemon.settings.rig.single import single
from descant_daemon.settings.rig.values import Ears, Input, Instance, ModelFacts, Output, Program, Rig
from descant_daemon.settings.shelf import ShelfFolder

STAGE = """\
title: Trio on stage
clock: midi
clock_from: daw
tempo: 120
inputs:
  keys: {port: Keystation, longest_note: 1.5, mpe: true, storm: 3000}
  daw:
outputs:
  synth: {port: Prophet, offset: -12.5}
  back:
instances:
  choir:
    preset: mine
    programs: [other, mine, ./elsewhere/third]
    switch: beat
    input: keys
    channels: [1, 3..4]
    keys: C2..C6
    listens: [{input: daw, channels: 2}, daw]
    output: back
    mode: free
    parameters: {voices: 3, channel: 5}
    cc: {voices: 70, gate: null}
takeover: pickup
feedback: synth
"""
MINE = """\
title: Mine
model: my-model
mode: instant
parameters: {voices: 2, temperature: 0.5, takeover: scale}
cc: {temperature: 70, density: 71}
"""


@pytest.fixture
def shelf(tmp_path: Path) -> list[ShelfFolder]:
    """Presets ``mine`` and ``other`` by name, ``third`` in a folder beside the rig."""
    for name, text in {
        "shelf/mine": MINE,
        "shelf/other": "title: Other\nmodel: other\n",
        "elsewhere/third": "title: Third\nmodel: three\n",
    }.items():
        path = tmp_path / name / "preset.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return [ShelfFolder("shelf", tmp_path / "shelf")]


def load(text: str, folder: Path, shelf: list[ShelfFolder]) -> Rig:
    path = folder / "stage.yaml"
    path.write_text(text)
    return load_rig(path, shelf)


def test_every_line_of_a_file_is_resolved(tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    rig = load(STAGE, tmp_path, shelf)
    assert rig.title == "Trio on stage"
    assert (rig.clock, rig.clock_from, rig.tempo, rig.send_clock) == ("midi", "daw", 120.0, False)
    assert rig.inputs == (Input("keys", "Keystation", 1_500_000_000, True, 3000), Input("daw"))
    assert rig.outputs == (Output("synth", "Prophet", -12_500_000), Output("back"))
    assert rig.feedback == "synth"
    (choir,) = rig.instances
    assert choir.hears == Ears("keys", frozenset({0, 2, 3}), 36, 84, drums=True)
    assert choir.listens == (Ears("daw", frozenset({1})), Ears("daw"))
    assert (choir.name, choir.switch, choir.output) == ("choir", "beat", "back")
    assert [program.name for program in choir.programs] == ["other", "mine", "third"]
    assert choir.first == 1
    third = choir.programs[2]
    assert (third.title, third.model.stem) == ("Third", tmp_path / "elsewhere/third/three")


def test_the_instances_own_lines_win_over_the_presets(tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    (choir,) = load(STAGE, tmp_path, shelf).instances
    other, mine, _ = choir.programs
    assert other.parameters == Parameters(mode="free", voices=3, channel=5, takeover="pickup")
    assert mine.parameters == Parameters(mode="free", voices=3, channel=5, takeover="pickup", temperature=0.5)
    controllers = mine.bindings.controllers
    assert controllers[70] == "voices"  # the preset has given it to temperature
    assert controllers[71] == "density"
    assert not {"temperature", "gate"} & set(controllers.values())


def test_an_instance_may_take_over_otherwise_than_the_rig(tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    text = "takeover: pickup\ninstances: {a: {preset: mine, parameters: {takeover: jump}}}\n"
    assert load(text, tmp_path, shelf).instances[0].programs[0].parameters.takeover == "jump"
    silent = "instances: {a: {preset: mine}}\n"
    assert load(silent, tmp_path, shelf).instances[0].programs[0].parameters.takeover == "scale"


def test_a_short_file_is_all_defaults(tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    rig = load("instances: {solo: {preset: other}}\n", tmp_path, shelf)
    folder = tmp_path / "shelf/other"
    other = Program(
        Parameters(), ModelFacts(stem=folder / "other"), bind(), "other", "Other", file=folder / "preset.yaml"
    )
    assert rig.files == {rig.file, other.file}
    assert rig == Rig(
        title="stage",
        inputs=(Input(""),),
        outputs=(Output(""),),
        instances=(Instance((other,), name="solo"),),
        clock="auto",
        clock_from="",
        tempo=None,
        send_clock=False,
        feedback=None,
        routes=None,
        file=rig.file,
    )


def test_an_mpe_keyboard_may_say_more_before_it_is_a_storm(tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    text = "inputs: {a: {mpe: true}, b: , c: {mpe: true, storm: 900}}\ninstances: {solo: {preset: other}}\n"
    assert [each.storm for each in load(text, tmp_path, shelf).inputs] == [5000, 1000, 900]


def test_the_first_input_and_output_are_meant_where_none_is_said(
    tmp_path: Path, shelf: list[ShelfFolder]
) -> None:
    text = "inputs: {b: , a: }\noutputs: {d: , c: }\ninstances: {solo: {preset: other}}\n"
    rig = load(text, tmp_path, shelf)
    assert (rig.clock_from, rig.instances[0].hears.input, rig.instances[0].output) == ("b", "b", "d")


@pytest.mark.parametrize(
    ("said", "names", "first"),
    [
        ("preset: mine", ["mine"], 0),
        ("programs: [other, mine]", ["other", "mine"], 0),
        ("preset: mine, programs: [other, mine]", ["other", "mine"], 1),
        (
            "preset: mine, programs: [other]",
            ["mine", "other"],
            0,
        ),  # put first, so that it can be gone back to
        (
            "preset: shelf/mine, programs: [other, mine]",
            ["other", "mine"],
            1,
        ),  # the same file by another name
        ("preset: other, programs: [mine, other, mine, other]", ["mine", "other", "mine", "other"], 1),
    ],
)
def test_which_program_is_first(
    said: str, names: list[str], first: int, tmp_path: Path, shelf: list[ShelfFolder]
) -> None:
    (solo,) = load(f"instances: {{solo: {{{said}}}}}\n", tmp_path, shelf).instances
    assert [program.name for program in solo.programs] == names
    assert solo.first == first


def test_paths_are_seen_from_the_rig_and_names_come_first(
    tmp_path: Path, shelf: list[ShelfFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)  # where somebody happens to be
    beside = tmp_path / "other" / "preset.yaml"
    beside.parent.mkdir()
    beside.write_text("title: Beside\nmodel: x\n")
    rig = load("instances: {a: {preset: other}, b: {preset: ./other}}\n", tmp_path, shelf)
    assert [instance.programs[0].title for instance in rig.instances] == ["Other", "Beside"]


CHANNELS = {
    "1": {0}, "16": {15}, "1-4": {0, 1, 2, 3}, "2..3": {1, 2}, "[1, 3]": {0, 2}, "[1-2, 16]": {0, 1, 15}, "[2, 2]": {1},
}  # fmt: skip
KEYS = {
    "C2..C6": (36, 84), "c2 .. c6": (36, 84), "36..84": (36, 84), "C4..": (60, 127), "..B3": (0, 59),
    "C4": (60, 60), "60": (60, 60),
    "Eb2..F#3": (39, 54), "E♭2..F♯3": (39, 54), "C-1..G9": (0, 127), "'0'": (0, 0), "36-84": (36, 84),
}  # fmt: skip


@pytest.mark.parametrize(("written", "channels"), CHANNELS.items())
def test_channels(written: str, channels: set[int], tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    text = f"instances: {{solo: {{preset: mine, channels: {written}}}}}\n"
    assert load(text, tmp_path, shelf).instances[0].hears.channels == channels


@pytest.mark.parametrize(("written", "keys"), KEYS.items())
def test_keys(written: str, keys: tuple[int, int], tmp_path: Path, shelf: list[ShelfFolder]) -> None:
    text = f"instances: {{solo: {{preset: mine, keys: {written}}}}}\n"
    ears = load(text, tmp_path, shelf).instances[0].hears
    assert (ears.low, ears.high) == keys


@given(st.frozensets(st.integers(0, 15), min_size=1), st.integers(0, 127), st.integers(0, 127))
def test_channels_and_keys_are_read_back_as_they_are_written(
    channels: frozenset[int], one: int, other: int
) -> None:
    assert parse_channels(channels_text(channels).split(", ")) == channels
    keys = KeyRange(min(one, other), max(one, other))
    if keys != KeyRange():
        assert parse_keys(str(keys)) == keys


def test_one_preset_alone_is_a_rig_of_the_main_cable() -> None:
    program = Program(Parameters(voices=2), ModelFacts(stem=Path("hymn")), bind(), "hymn", "Hymn")
    rig = single(program, input_port="Keystation", offset=-3_000_000, tempo=96.0)
    assert rig.inputs == (Input("", "Keystation"),)
    assert rig.outputs == (Output("", None, -3_000_000),)
    assert rig.instances == (Instance((program,), name="hymn"),)
    assert (rig.title, rig.clock, rig.clock_from, rig.tempo) == ("Hymn", "auto", "", 96.0)


def test_of_several_tracks_each_hears_a_channel_and_answers_on_it() -> None:
    program = Program(Parameters(voices=2), ModelFacts(stem=Path("hymn")), bind(), "hymn", "Hymn")
    rig = single(program, 16)
    assert [each.name for each in rig.instances] == [f"hymn-{channel}" for channel in range(1, 17)]
    for channel, each in enumerate(rig.instances):
        assert each.hears == Ears("", frozenset({channel}))
        assert each.programs[0].parameters == Parameters(voices=2, channel=channel + 1)


def test_the_clocks_are_those_that_play_has() -> None:
    assert get_args(ClockName) == clocks.NAMES


def test_the_schema_knows_every_key_and_the_short_forms() -> None:
    schema: dict[str, Any] = rig_json_schema()
    assert set(schema["properties"]) == set(RigForm.model_fields)
    assert schema["required"] == ["instances"]
    assert schema["additionalProperties"] is False
    forms = schema["$defs"]
    instance = forms["InstanceForm"]
    assert set(instance["properties"]) == set(InstanceForm.model_fields)
    assert instance["properties"]["parameters"]["properties"]["voices"]["maximum"] == 16
    short, whole = forms["InputForm"]["anyOf"]
    assert {each["type"] for each in short["anyOf"]} == {"string", "null"}
    assert whole["properties"]["storm"]["anyOf"][0]["minimum"] == 100
    short, whole = forms["EarsForm"]["anyOf"]
    assert short["type"] == "string"
    assert whole["required"] == ["input"]
    assert instance["properties"]["channels"]["type"] == ["integer", "string", "array"]


def test_nothing_said_is_everything_heard() -> None:
    rig = parse_rig("instances: {solo: {preset: hymn}}\n", Path("stage.yaml"))
    assert rig.instances[0].hears == Ears("", ALL_CHANNELS, 0, 127)
