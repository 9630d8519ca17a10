"""Preset files: what is read, and the sentence with the line for everything that is not."""

from __future__ import annotations

import os
import re
import string
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.lined_yaml import MOST_BYTES
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.preset import (
    Preset,
    load_preset,
    model_stem,
    parse_preset,
    preset_json_schema,
)
from descant_routing.errors import DescantError
from descant_routing.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "title: Chorale\nmodel: bach\n"
WHOLE = """\
title: Bach chorale
model: bach-chorale.v1
mode: free

parameters:
  temperature: 0.9
  voices: 3
  metre: 3/4
  thru: no   # YAML's own way to say false

cc:
  temperature: 1
  gate: 21
  thru: null

credits:
  - Johann Sebastian Bach
"""

# File → line (0: none is at fault) and sentence.
BAD: dict[str, tuple[int, str]] = {
    "": (0, "is empty"),
    "# only a comment\n": (0, "is empty"),
    "- title\n": (1, "a preset is a map of keys and values, such as 'title: Chorale'"),
    "Chorale": (1, "a preset is a map of keys and values, such as 'title: Chorale'"),
    "title: Chorale\n": (1, "the key 'model' is missing"),
    "# one\n\nmodel: bach\n": (3, "the key 'title' is missing"),
    "model: bach\ntitel: Chorale\n": (2, "unknown key 'titel' (did you mean 'title'?)"),
    HEAD + "colour: red\n": (
        3, "unknown key 'colour' (known: title, model, mode, parameters, cc, credits)"),
    HEAD + "parameters:\n  voices: 3\n\n  temprature: 1\n": (
        6, "unknown parameter 'temprature' (did you mean 'temperature'?)"),
    HEAD + "parameters:\n  voices: 3\n  temperature: 7\n": (
        5, "temperature must be a number from 0.05 to 2, not 7"),
    HEAD + "parameters: {voices: 3,\n  gate: long}\n": (
        4, "gate must be a number from 0.05 to 16, not 'long'"),
    HEAD + "parameters:\n  voices: true\n": (4, "voices must be a whole number from 0 to 16, not True"),
    HEAD + "parameters:\n  voices:\n": (4, "voices must be a whole number from 0 to 16, not nothing"),
    HEAD + "parameters:\n  voices: [3]\n": (4, "voices must be a whole number from 0 to 16, not [3]"),
    HEAD + "parameters:\n  mode: free\n": (4, "mode has a line of its own, above the parameters"),
    HEAD + "parameters:\n  low: 70\n  high: 60\n": (3, "low (70) must not be above high (60)"),
    HEAD + "parameters:\n": (3, "'parameters' must be a map of names and values, not nothing"),
    HEAD + "parameters: [1]\n": (3, "'parameters' must be a map of names and values, not [1]"),
    HEAD + "parameters:\n  metre: 4:4\n": (
        4, "metre must be beats/unit such as 4/4, 3/4 or 6/8 (unit 1, 2, 4, 8 or 16), not '4:4'"),
    # The first of several faults is told.
    HEAD + "parameters:\n  voices: 99\n  gate: 99\nmode: x\n": (
        4, "voices must be a whole number from 0 to 16, not 99"),
    HEAD + "mode: freely\n": (
        3, "'mode' must be free or harmonise or instant or respond or continue or freeze, not 'freely'"),
    HEAD + "cc:\n  seed: 3\n": (4, "seed cannot be moved by a controller"),
    HEAD + "cc:\n  velocty: 3\n": (4, "unknown parameter 'velocty' (did you mean 'velocity'?)"),
    HEAD + "cc:\n  low: 120\n": (
        4, "the controller of low must be a number from 0 to 119, a pair such as 21+53, "
        "nrpn 0 to 16382, or null for none, not 120"),
    HEAD + "cc:\n  low: -1\n": (
        4, "the controller of low must be a number from 0 to 119, a pair such as 21+53, "
        "nrpn 0 to 16382, or null for none, not -1"),
    HEAD + "cc:\n  low: 1.0\n": (
        4, "the controller of low must be a number from 0 to 119, a pair such as 21+53, "
        "nrpn 0 to 16382, or null for none, not 1.0"),
    HEAD + "cc:\n  low: true\n": (
        4, "the controller of low must be a number from 0 to 119, a pair such as 21+53, "
        "nrpn 0 to 16382, or null for none, not True"),
    HEAD + "cc:\n  low: 64\n": (4, "controller 64 is the sustain pedal and cannot move low"),
    HEAD + "cc:\n  low: 3\n  high: 3\n": (3, "controller 3 moves both low and high"),
    "title: Chorale\nmodel: ../bach\n": (
        2, "'model' must be the bare name of a model in this folder (letters, digits, '.', '_' and '-'), "
        "not '../bach'"),
    "title: Chorale\nmodel: /bach\n": (
        2, "'model' must be the bare name of a model in this folder (letters, digits, '.', '_' and '-'), "
        "not '/bach'"),
    "title: 5\nmodel: bach\n": (1, "'title' must be text, not 5"),
    "title: '  '\nmodel: bach\n": (1, "'title' must be some text, not '  '"),
    "title: \"\\e[2J\"\nmodel: bach\n": (1, r"'\x1b[2J' is not text: it has the character \x1b"),
    'title: "\\uD800"\nmodel: bach\n': (1, r"'\ud800' is not text: it has the character \ud800"),
    'title: "\\UFFFFFFFF"\nmodel: bach\n': (0, "this is not YAML: an escape stands for no character"),
    f"title: {'x' * 10_001}\nmodel: bach\n": (1, f"'{'x' * 60}' is longer than 10,000 characters"),
    HEAD + "? !!python/name:os.system x\n: 3\n": (3, "a key must be a plain word"),
    HEAD + f"{'k' * 300}: 3\n": (3, f"{shown('k' * 300)} is no word for a key"),
    HEAD + '"a\\nb": 3\n': (3, r"'a\nb' is no word for a key"),
    HEAD + "credits: Bach\n": (3, "'credits' must be a list, not 'Bach'"),
    HEAD + "credits:\n- Bach\n- 5\n": (5, "'credits.1' must be text, not 5"),
    HEAD + "title: Again\n": (3, "the key 'title' is here twice"),
    HEAD + "parameters:\n  low: 3\n  low: 3\n": (5, "the key 'low' is here twice"),
    HEAD + "? [a, b]\n: 3\n": (3, "a key must be a plain word"),
    HEAD + "parameters: {<<: {low: 3}}\n": (3, "unknown parameter '<<' (known: …"),
    HEAD + "parameters:\n  gate: .inf\n": (4, "'.inf' is not a number to play with"),
    HEAD + "parameters:\n  gate: .nan\n": (4, "'.nan' is not a number to play with"),
    HEAD + f"parameters:\n  seed: {'9' * 5000}\n": (4, f"'{'9' * 60}' is not a YAML int"),
    HEAD + "parameters:\n  seed: !!int x\n": (4, "'x' is not a YAML int"),
    HEAD + "parameters:\n  seed: !!int ''\n": (4, "'' is not a YAML int"),
    HEAD + "parameters:\n  seed: !!int '-'\n": (4, "'-' is not a YAML int"),
    HEAD + "parameters:\n  seed: !!int '_'\n": (4, "'_' is not a YAML int"),
    HEAD + "parameters:\n  gate: !!float ''\n": (4, "'' is not a YAML float"),
    HEAD + "parameters:\n  thru: !!bool ''\n": (4, "'' is not a YAML bool"),
    HEAD + "parameters:\n  thru: !!null x\n": (4, "'x' is not a YAML null"),
    HEAD + f"parameters:\n  gate: 1{':0' * 200}:0.5\n": (
        4, f"gate must be a number from 0.05 to 16, not {shown('1' + ':0' * 200 + ':0.5')}"),
    HEAD + f"parameters:\n  seed: 0x{'f' * 6000}\n": (4, f"'0x{'f' * 58}' is not a YAML int"),
    HEAD + "parameters:\n  gate: 1e999\n": (4, "'1e999' is not a number to play with"),
    HEAD + "x: !!python/object/apply:os.system [echo]\n": (3, "this list or map is tagged as a YAML…"),
    HEAD + "x: !!python/name:os.system x\n": (3, "'x' is read as a YAML python/name:os.system; put it in…"),
    HEAD + "x: &a [1]\ny: *a\n": (3, "anchors and aliases (& and *) are not read here"),
    HEAD + "x: *a\n": (3, "anchors and aliases (& and *) are not read here"),
    HEAD + "x: " + "[" * 100_000: (3, "lists and maps are nested more than 40 deep"),
    HEAD + "x:\n" + "- " * 5000: (4, "lists and maps are nested more than 40 deep"),
    HEAD + "x: [" + "1," * 5000 + "]\n": (3, "has more than 4096 parts"),
    HEAD + "x: [1\n": (4, "this is not YAML: while parsing a flow sequence, expected ',' or ']', but got…"),
    HEAD + "x: 'open\n": (4, "this is not YAML: while scanning a quoted scalar, found unexpected end of…"),
    HEAD + "\tx: 1\n": (3, "this is not YAML: while scanning for the next token, found character '\\t'…"),
    HEAD + "---\n" + HEAD: (3, "this is not YAML: expected a single document in the stream, but found…"),
    HEAD + "x: \x07\n": (3, "a character that no text has"),
    "%YAML 9.9\n---\n" + HEAD: (1, "this is not YAML: found incompatible YAML document…"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BAD.items(), ids=[f"{n}" for n in range(len(BAD))])
def test_a_bad_preset_is_told_with_file_and_line(text: str, told: tuple[int, str], tmp_path: Path) -> None:
    line, sentence = told
    path = tmp_path / "preset.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(DescantError) as caught:
        load_preset(path)
    where = f"{path}, line {line}: " if line else f"{path}: "
    message = str(caught.value)
    if sentence.endswith("…"):  # the YAML library's words, or a list of all parameters
        message = message[: len(where + sentence) - 1] + "…"
    assert message == where + sentence
    assert caught.value.exit_code == 1


def test_what_is_not_text_at_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / "preset.yaml"
    path.write_bytes(b"title: x\nmodel: \xff\xfe\n")
    with pytest.raises(DescantError, match=r"preset\.yaml, line 2: this is not text in UTF-8$"):
        load_preset(path)
    path.write_bytes(bytes(range(256)))
    with pytest.raises(DescantError, match=r"preset\.yaml, line 2: this is not text in UTF-8$"):
        load_preset(path)
    path.write_bytes(b"title: x\n" + b"#" * MOST_BYTES)
    with pytest.raises(DescantError, match=r"preset\.yaml: is larger than 1 MiB$"):
        load_preset(path)
    with pytest.raises(DescantError, match=r": cannot be read \(it is not a file\)$"):
        load_preset(tmp_path)
    with pytest.raises(DescantError, match=r"none\.yaml: cannot be read \(No such file or directory\)$"):
        load_preset(tmp_path / "none.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "preset.yaml")
    with pytest.raises(DescantError, match=r": cannot be read \(it is not a file\)$"):
        load_preset(tmp_path / "preset.yaml")


def test_a_preset_says_how_to_play() -> None:
    preset = parse_preset(WHOLE, Path("shelf/bach/preset.yaml"))
    expected = Parameters(mode="free", temperature=0.9, voices=3, metre=Metre(3, 4), thru=False)
    assert preset.to_parameters() == expected
    assert preset.title == "Bach chorale"
    assert preset.credits == ["Johann Sebastian Bach"]
    stem = model_stem(Path("shelf/bach/preset.yaml"), preset)
    assert stem == Path("shelf/bach/bach-chorale.v1")


def test_a_short_preset_is_all_defaults() -> None:
    preset = parse_preset(HEAD, Path("p.yaml"))
    assert preset.to_parameters() == Parameters()
    defaults = {row.default_cc: row.name for row in TABLE.values() if row.default_cc is not None}
    assert preset.controllers() == defaults


def test_own_controllers_come_before_the_defaults() -> None:
    controllers = parse_preset(WHOLE, Path("p.yaml")).controllers()
    assert controllers[1] == "temperature"
    assert controllers[21] == "gate"  # by default temperature's
    assert 29 not in controllers  # by default gate's
    assert "thru" not in controllers.values()
    assert controllers[22] == "density"
    taken = parse_preset(HEAD + "cc: {gate: 22}", Path("p.yaml")).controllers()
    assert taken[22] == "gate"
    assert "density" not in taken.values()


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "preset.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load_preset(path).title == "Chorale"


def test_the_schema_knows_every_key_and_parameter() -> None:
    schema: dict[str, Any] = preset_json_schema()
    properties = schema["properties"]
    assert set(properties) == set(Preset.model_fields)
    assert schema["required"] == ["title", "model"]
    assert schema["additionalProperties"] is False
    parameters = properties["parameters"]
    assert parameters["additionalProperties"] is False
    assert set(parameters["properties"]) == set(TABLE) - {"mode"}
    temperature = parameters["properties"]["temperature"]
    assert (temperature["type"], temperature["minimum"], temperature["maximum"]) == ("number", 0.05, 2)
    assert temperature["description"] == TABLE["temperature"].meaning
    assert properties["mode"]["enum"] == ["free", "harmonise", "instant", "respond", "continue", "freeze"]
    assert set(properties["cc"]["properties"]) == {*TABLE, *ACTIONS} - {"seed", "metre", "takeover", "chords"}
    pattern = parameters["properties"]["metre"]["pattern"]
    assert re.search(pattern, "12/8")
    assert not re.search(pattern, "12/8x")
    assert not re.search(pattern, "x1/8")


WORDS = st.sampled_from(
    [*TABLE, *Preset.model_fields, "x", "free", "3/4", "null", "0.5", "7", "&a", "*a", "!!x"]
)
MARKS = st.sampled_from(
    ["\n", "\n  ", ": ", "- ", "[", "]", "{", "}", ", ", "'", '"', "|\n", "? ", "#", "%", "<<"]
)


def fault(action: Callable[[], object]) -> str | None:
    """The sentence of the DescantError that it raises; anything else it raises is a failure."""
    try:
        action()
    except DescantError as error:
        return str(error)
    return None


@settings(deadline=None, max_examples=300)
@given(st.lists(WORDS | MARKS | st.text(alphabet=string.printable, max_size=3), max_size=40).map("".join))
def test_any_text_is_a_preset_or_one_sentence(text: str) -> None:
    for each in (text, HEAD + text):
        told = fault(partial(parse_preset, each, Path("p.yaml")))
        assert told is None or (told.startswith("p.yaml") and "\n" not in told)


@settings(deadline=None, max_examples=100)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_preset_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "preset.yaml"
    path.write_bytes(data)
    told = fault(partial(load_preset, path))
    assert told is None or told.startswith(str(path))
