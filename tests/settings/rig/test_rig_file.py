"""Rig files: the sentence with the line for everything that cannot be, and all of them at once."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.settings.rig.grammar import InstanceForm, RigForm
from descant_daemon.settings.rig.rig_file import RigError, load_rig, parse_rig

# One line each, so that a row says the line that it means.
ONE = "instances: {choir: {preset: hymn}}\n"
CABLES = "inputs: {keys: Keystation, daw: }\noutputs: {synth: Prophet, back: }\n"
MANY = "instances:\n" + "".join(f"  number-{count}: {{preset: hymn}}\n" for count in range(17))

# File → a sentence for each fault, in order; "3: " is its line.
FAULTS: dict[str, list[str]] = {
    # What a file is.
    "": ["0: is empty"],
    "- keys\n": ["1: a rig is a map of keys and values, such as 'title: On stage'"],
    "title: [open\n": ["2: this is not YAML: while parsing a flow sequence, expected ',' or ']', but got…"],
    "title: Stage\n": ["1: the key 'instances' is missing"],
    # Keys.
    ONE + "titel: Stage\n": ["2: unknown key 'titel' (did you mean 'title'?)"],
    ONE + "inputs: {keys: {prot: Keystation}}\n": [
        "2: unknown key 'prot' in 'inputs.keys' (did you mean 'port'?)"],
    ONE + "outputs: {synth: {ofset: 3}}\n": [
        "2: unknown key 'ofset' in 'outputs.synth' (did you mean 'offset'?)"],
    "instances:\n  choir:\n    prest: hymn\n": [
        "3: unknown key 'prest' in 'instances.choir' (did you mean 'preset'?)"],
    "instances:\n  choir: {preset: hymn, listens: [{chanels: 2}]}\n": [
        "2: unknown key 'chanels' in 'instances.choir.listens.0' (did you mean 'channels'?)",
        "2: the key 'instances.choir.listens.0.input' is missing"],
    # Kinds of values.
    ONE + "title: 5\n": ["2: 'title' must be text, not 5"],
    ONE + "clock: mid\n": ["2: 'clock' must be auto or midi or internal or link or jack, not 'mid'"],
    ONE + "tempo: fast\n": ["2: 'tempo' must be a number, not 'fast'"],
    ONE + "tempo: 1500\n": ["2: 'tempo' must be at most 999, not 1500"],
    ONE + "tempo: true\n": ["2: 'tempo' must be a number, not True"],
    ONE + "send_clock: 1\n": ["2: 'send_clock' must be true or false, not 1"],
    ONE + "takeover: grab\n": ["2: 'takeover' must be jump or pickup or scale, not 'grab'"],
    ONE + "inputs:\n": ["2: 'inputs' must be a map of names and values, not nothing"],
    ONE + "inputs: {}\n": ["2: 'inputs' must be at least 1, not {}"],
    ONE + "inputs: {keys: 5}\n": ["2: 'inputs.keys.port' must be text, not 5"],
    ONE + "inputs: {keys: [Keystation]}\n": [
        "2: 'inputs.keys' must be a map of names and values, not ['Keystation']"],
    ONE + "inputs: {keys: ''}\n": ["2: 'inputs.keys.port' must be some text, not ''"],
    ONE + "inputs: {keys: {longest_note: 0}}\n": ["2: 'inputs.keys.longest_note' must be at least 1, not 0"],
    ONE + "inputs: {keys: {storm: 3}}\n": ["2: 'inputs.keys.storm' must be at least 100, not 3"],
    ONE + "inputs: {keys: {storm: 1e3}}\n": ["2: 'inputs.keys.storm' must be a whole number, not 1000.0"],
    ONE + "inputs: {keys: {mpe: yes please}}\n": [
        "2: 'inputs.keys.mpe' must be true or false, not 'yes please'"],
    ONE + "outputs: {synth: {offset: 301}}\n": ["2: 'outputs.synth.offset' must be at most 300, not 301"],
    ONE + "outputs: {Prophet 5: }\n": [
        "2: 'Prophet 5' cannot be a name in 'outputs': letters, digits, '-' and '_', 30 at most, the first a "
        "letter or a digit"],
    "instances: {}\n": ["1: 'instances' must be at least 1, not {}"],
    "instances: {choir: hymn}\n": ["1: 'instances.choir' must be a map of names and values, not 'hymn'"],
    MANY: ["1: 'instances' may be 16 at most, not 17"],
    "instances: {choir: {preset: [hymn]}}\n": ["1: 'instances.choir.preset' must be text, not ['hymn']"],
    "instances: {choir: {programs: hymn}}\n": ["1: 'instances.choir.programs' must be a list, not 'hymn'"],
    "instances: {choir: {preset: hymn, switch: now}}\n": [
        "1: 'instances.choir.switch' must be step or beat or bar, not 'now'"],
    "instances: {choir: {preset: hymn, mode: harmonize}}\n": [
        "1: 'instances.choir.mode' must be free or harmonise or instant or respond or continue or freeze, "
        "not 'harmonize'"],
    "instances: {choir: {preset: hymn, parameters: {voices: 99}}}\n": [
        "1: voices must be a whole number from 0 to 16, not 99"],
    "instances: {choir: {preset: hymn, parameters: {mode: free}}}\n": [
        "1: mode has a line of its own, above the parameters"],
    "instances: {choir: {preset: hymn, cc: {voices: 64}}}\n": [
        "1: controller 64 is the sustain pedal and cannot move voices"],
    # Channels and keys.
    **{
        f"instances: {{choir: {{preset: hymn, channels: {written}}}}}\n": [
            f"1: channels must be from 1 to 16, such as 3, 1..4 or [1, 3], not {shown}"]
        for written, shown in {
            "0": "0", "17": "17", "true": "True", "[]": "[]", "1.5": "1.5", "5-17": "'5-17'", "[1, x]": "'x'",
        }.items()
    },
    "instances: {choir: {preset: hymn, channels: 4-2}}\n": ["1: channels: the range '4-2' runs downwards"],
    **{
        f"instances: {{choir: {{preset: hymn, keys: {written}}}}}\n": [
            "1: keys must be a key or a range of them, such as C2..C6, C4.., ..B3 or 36..84 (C4 is 60), "
            f"not {shown}"]
        for written, shown in {
            "128": "128", "H4": "'H4'", "..": "'..'", "C2..C12": "'C2..C12'", "[36, 38]": "[36, 38]", "true": "True",
            "null": "nothing",
        }.items()
    },
    "instances: {choir: {preset: hymn, keys: C6..C2}}\n": ["1: keys: the range 'C6..C2' runs downwards"],
    "instances: {choir: {preset: hymn,\n  listens: [{input: keys,\n  channels: 20}]}}\n": [
        "3: channels must be from 1 to 16, such as 3, 1..4 or [1, 3], not 20",
        "2: there is no input 'keys': the file names none"],
    # Of every sort, in one round: shapes, then references and names.
    "tempo: fast\ninputs: {keys: {port: Keystation, storm: 1}}\ncolour: red\nclock: midi\nsend_clock: true\n"
    "instances:\n  choir: {preset: hym, output: synth, parameters: {voices: 99}}\n"
    "  bass: {preset: 5, input: kes, keys: Z9}\nroutes: [{from: keys, do: {transpose: x}}, {to: nowhere}]\n": [
        "1: 'tempo' must be a number, not 'fast'",
        "2: 'inputs.keys.storm' must be at least 100, not 1",
        "3: unknown key 'colour' (known: title, clock, clock_from, tempo, send_clock, inputs, outputs, instances, …",
        "7: voices must be a whole number from 0 to 16, not 99",
        "8: 'instances.bass.preset' must be text, not 5",
        "8: keys must be a key or a range of them, such as C2..C6, …",
        "9: transpose must be semitones from -127 to 127, such as -12, not 'x'",
        "5: send_clock goes with Descant's own clock; with clock: midi somebody else sends it",
        "7: there is no output 'synth': the file names none",
        "7: there is no preset called 'hym' (did you mean 'hymn'?)",
        "8: there is no input 'kes' (did you mean 'keys'?)",
        "9: there is no output 'nowhere': the file names none"],
    # Routes.
    ONE + "routes: thru\n": ["2: 'routes' must be a list, not 'thru'"],
    ONE + "routes:\n- {form: keys}\n": ["3: unknown key 'form' in 'routes.0' (did you mean 'from'?)"],
    ONE + "routes:\n- do: [{channels: 1},\n    {transpose: far}]\n": [
        "3: in the 2nd step: transpose must be semitones from -127 to 127, such as -12, not 'far'"],
    ONE + "routes:\n- to: out\n- from: keys\n": [
        "3: there is no output 'out': the file names none", "4: there is no input 'keys': the file names none"],
    # What refers to what.
    CABLES + ONE + "clock_from: dww\n": ["4: there is no input 'dww' (did you mean 'daw'?)"],
    CABLES + ONE + "clock_from: synth\n": ["4: 'synth' is an output, and an input is meant"],
    CABLES + ONE + "feedback: keys\n": ["4: 'keys' is an input, and an output is meant"],
    CABLES + "instances: {choir: {preset: hymn, input: kyes}}\n": [
        "3: there is no input 'kyes' (did you mean 'keys'?)"],
    CABLES + "instances: {choir: {preset: hymn, output: lights}}\n": [
        "3: there is no output 'lights' (known: synth, back)"],
    CABLES + "instances: {choir: {preset: hymn, listens: [keyz]}}\n": [
        "3: there is no input 'keyz' (did you mean 'keys'?)"],
    "instances: {choir: {preset: hymn, input: keys}}\n": ["1: there is no input 'keys': the file names none"],
    ONE + "inputs: {keys: }\noutputs: {keys: }\n": ["3: 'keys' is the label of an input already"],
    ONE + "outputs: {in: }\n": ["2: 'in' is the label of an input already"],
    ONE + "send_clock: true\nclock: midi\n": [
        "2: send_clock goes with Descant's own clock; with clock: midi somebody else sends it"],
    # Presets.
    "instances: {choir: {mode: free}}\n": ["1: 'instances.choir' needs a preset"],
    "instances: {choir: {preset: hym}}\n": ["1: there is no preset called 'hym' (did you mean 'hymn'?)"],
    "instances: {choir: {preset: no/where}}\n": ["1: there is no preset at no/where: no preset.yaml is there"],
    "instances:\n  choir:\n    preset: hymn\n    programs: [hymn,\n      flok]\n": [
        "5: there is no preset called 'flok' (did you mean 'folk'?)"],
    "instances: {choir: {preset: hymn,\n  parameters: {low: 60, high: 50}}}\n": [
        "2: with the preset hymn, low (60) must not be above high (50)"],
    # hymn itself begins at 40.
    "instances: {choir: {preset: hymn,\n  parameters: {high: 30}}}\n": [
        "2: with the preset hymn, low (40) must not be above high (30)"],
    # All at once, in the order of lines.
    CABLES + "clock_from: dww\ninstances:\n  choir: {preset: hym, input: kyes}\n  pad: {preset: folk, output: daw}\n": [
        "3: there is no input 'dww' (did you mean 'daw'?)",
        "5: there is no input 'kyes' (did you mean 'keys'?)",
        "5: there is no preset called 'hym' (did you mean 'hymn'?)",
        "6: 'daw' is an input, and an output is meant"],
    "tempo: 5\ninstances:\n  choir: {preset: hymn, switch: now}\n  pad: {preset: hymn, colour: red}\nclock: sun\n": [
        "1: 'tempo' must be at least 10, not 5",
        "3: 'instances.choir.switch' must be step or beat or bar, not 'now'",
        f"4: unknown key 'colour' in 'instances.pad' (known: {', '.join(InstanceForm.model_fields)})",
        "5: 'clock' must be auto or midi or internal or link or jack, not 'sun'"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), FAULTS.items(), ids=[f"{n}" for n in range(len(FAULTS))])
def test_what_is_wrong_is_told_with_file_and_line(text: str, told: list[str], tmp_path: Path) -> None:
    path = tmp_path / "stage.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(RigError) as caught:
        load_rig(path)
    expected = [
        f"{path}: {sentence}" if line == "0" else f"{path}, line {line}: {sentence}"
        for line, _, sentence in (each.partition(": ") for each in told)
    ]
    lines = str(caught.value).splitlines()
    assert len(lines) == len(expected), lines
    for said, meant in zip(lines, expected, strict=True):
        assert (
            said.startswith(meant[:-1]) if meant.endswith("…") else said == meant
        )  # the YAML library's words
    assert caught.value.sentences == tuple(str(caught.value).splitlines())
    assert caught.value.exit_code == 2


def test_a_preset_that_is_wrong_itself_is_told_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "preset.yaml").write_text("title: Mine\nmodel: x\nmode: fre\n")
    path = tmp_path / "stage.yaml"
    path.write_text("instances:\n  solo: {preset: mine}\n")
    with pytest.raises(RigError) as caught:
        load_rig(path)
    assert str(caught.value) == (
        f"{path}, line 2: the preset mine cannot be used: {tmp_path / 'mine' / 'preset.yaml'}, line 3: "
        "'mode' must be free or harmonise or instant or respond or continue or freeze, not 'fre'"
    )


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RigError, match=r"none\.yaml: cannot be read \(No such file or directory\)$"):
        load_rig(tmp_path / "none.yaml")


WORDS = st.sampled_from(
    [
        *RigForm.model_fields,
        *InstanceForm.model_fields,
        "choir",
        "keys",
        "hymn",
        "C2..C6",
        "1-4",
        "null",
        "7",
        "from",
    ]
)
MARKS = st.sampled_from(["\n", "\n  ", "\n    ", ": ", "- ", "[", "]", "{", "}", ", ", "'", "#", "|\n"])


def faults(text: str) -> tuple[str, ...]:
    """The sentences of the RigError that a text earns; anything else that it raises is a failure."""
    try:
        parse_rig(text, Path("stage.yaml"))
    except RigError as error:
        return error.sentences
    return ()


@settings(deadline=None, max_examples=200)
@given(st.lists(WORDS | MARKS | st.text(alphabet=string.printable, max_size=3), max_size=30).map("".join))
def test_any_text_is_a_rig_or_sentences(text: str) -> None:
    for each in (text, ONE + text, CABLES + ONE + text):
        told = faults(each)
        assert all(sentence.startswith("stage.yaml") for sentence in told)
        assert not any("\n" in sentence for sentence in told)
