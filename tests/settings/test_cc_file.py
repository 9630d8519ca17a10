"""Writing into somebody's file: what stands there before and after, letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.settings.cc_file import CcFile
from descant_daemon.settings.lined_yaml import parse_lined
from descant_daemon.settings.preset import load_preset
from descant_daemon.settings.source import Controller, Nrpn, Pair, Source
from descant_routing.errors import DescantError

HEAD = "title: 'Rag'   # mine\nmodel: rag\n"
RIG = """\
# On stage.
instances:
  choir:
    preset: hymn
    cc: {low: 1,   high: 2}   # of the left hand

  # the right hand
  bass:
    preset: rag

    # no controllers yet

  lead: {preset: folk}
inputs:
  keys: Keystation
"""

# File, what is put (always low: 21+53) → the lines that are new, by their numbers from 1. All others stay.
ADDED: dict[str, tuple[str, dict[int, str]]] = {
    "no section": (HEAD, {3: "cc:", 4: "  low: 21+53"}),
    "no section, and the last line is open": (HEAD.rstrip(), {3: "cc:", 4: "  low: 21+53"}),
    "no section, and a comment at the end": (
        HEAD + "\n# to do\n", {3: "cc:", 4: "  low: 21+53"}),
    "no section after a list": (HEAD + "credits:\n  - Joplin\n", {5: "cc:", 6: "  low: 21+53"}),
    "a section with a comment that belongs to what follows": (
        HEAD + "cc:\n    temperature: 1   # the big one\n    gate: null\n\n# who\ncredits: [Joplin]\n",
        {6: "    low: 21+53"}),
    "an entry without a value": (HEAD + "cc:\n  gate:\n  high: 7\n", {6: "  low: 21+53"}),
    "a section at the end, the last line open": (HEAD + "cc:\n  gate: 3", {5: "  low: 21+53"}),
    "lines that end as in DOS": ("title: Rag\r\nmodel: rag\r\ncc:\r\n  gate: 3\r\n", {5: "  low: 21+53"}),
    "an end that is marked": (HEAD + "...\n", {3: "cc:", 4: "  low: 21+53"}),
    "a byte order mark": ("\ufefftitle: Rag\nmodel: rag\n", {3: "cc:", 4: "  low: 21+53"}),
    "a text of several lines": (
        HEAD + "credits:\n- |\n  Joplin\n\n  and others\n", {8: "cc:", 9: "  low: 21+53"}),
}  # fmt: skip
# The same → one piece of text becomes another.
CHANGED = {
    "an entry": (HEAD + "cc:\n  low: 3 # was\n  gate: 4\n", "low: 3 # was", "low: 21+53 # was"),
    "an entry in quotes": (HEAD + "cc:\n  low: 'nrpn 5'\n", "'nrpn 5'", "21+53"),
    "an entry without a value": (HEAD + "cc:\n  low:\n  gate: 4\n", "low:", "low: 21+53"),
    "an entry in braces": (HEAD + "cc: { low: 3, gate: 4 }\n", "low: 3,", "low: 21+53,"),
    "braces": (HEAD + "cc: {gate: 4}  # x\n", "4}", "4, low: 21+53}"),
    "empty braces": (HEAD + "cc: {}\nmode: free\n", "{}", "{low: 21+53}"),
    "braces over several lines": (
        HEAD + "cc: {gate: 4,\n  high: 5,\n}\n", "high: 5,", "high: 5, low: 21+53,"),
    "a file in braces": ("{title: Rag, model: rag}\n", "rag}", "rag, cc: {low: 21+53}}"),
}  # fmt: skip
SOURCE = Pair(21, 53)


def put(tmp_path: Path, text: str, name: str, source: Source, instance: str | None = None) -> str:
    path = tmp_path / "preset.yaml"
    path.write_bytes(text.encode())
    CcFile(path, instance).put(name, source)
    return path.read_bytes().decode()


@pytest.mark.parametrize(("text", "new"), ADDED.values(), ids=list(ADDED))
def test_an_entry_is_added_and_no_other_line_changes(text: str, new: dict[int, str], tmp_path: Path) -> None:
    after = put(tmp_path, text, "low", SOURCE)
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = after.split(ending)
    assert {number: lines[number - 1] for number in new} == new
    kept = [line for number, line in enumerate(lines, 1) if number not in new]
    assert ending.join(kept).rstrip(ending) == text.rstrip(ending)
    assert after.endswith(ending)
    assert load_preset(tmp_path / "preset.yaml").bindings().names[SOURCE] == "low"


@pytest.mark.parametrize(("text", "old", "new"), CHANGED.values(), ids=list(CHANGED))
def test_an_entry_is_changed_in_its_place(text: str, old: str, new: str, tmp_path: Path) -> None:
    assert put(tmp_path, text, "low", SOURCE) == text.replace(old, new)
    assert load_preset(tmp_path / "preset.yaml").bindings().names[SOURCE] == "low"


@pytest.mark.parametrize(
    ("instance", "old", "new"),
    [
        ("choir", "high: 2}", "high: 2, gate: nrpn 7}"),
        ("bass", "    preset: rag\n", "    preset: rag\n    cc:\n      gate: nrpn 7\n"),
        ("lead", "{preset: folk}", "{preset: folk, cc: {gate: nrpn 7}}"),
    ],
)
def test_a_rig_keeps_all_but_the_instance_that_is_named(
    instance: str, old: str, new: str, tmp_path: Path
) -> None:
    assert put(tmp_path, RIG, "gate", Nrpn(7), instance) == RIG.replace(old, new)


def test_a_folder_stands_for_its_preset_and_a_link_for_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "rag").mkdir()
    (tmp_path / "rag" / "preset.yaml").write_text(HEAD)
    (tmp_path / "mine.yaml").symlink_to(tmp_path / "rag" / "preset.yaml")
    CcFile(tmp_path / "rag").put("low", Controller(3))
    CcFile(tmp_path / "mine.yaml").put("gate", Controller(4))
    assert (tmp_path / "mine.yaml").is_symlink()
    assert (tmp_path / "rag" / "preset.yaml").read_text() == HEAD + "cc:\n  low: 3\n  gate: 4\n"


REFUSED = {
    "in use": (HEAD + "cc: {gate: 21}\n", None, "line 3: low (21+53) and gate (21) both need controller 21"),
    "in use by a pair": (HEAD + "cc:\n  mode: 9\n  gate: 21+53\n", None, "line 5: 21+53 moves both low and gate"),
    "no preset": ("colour: red\n", None, "line 1: unknown key 'colour' (known: "),
    "no map": (HEAD + "cc:\n", None, "line 3: 'cc' must be a map of names and values, not nothing"),
    "a rig": (RIG, None, " is a rig: say which instance, with --instance choir or bass or lead"),
    "no rig": (HEAD, "choir", " is no rig: it has no instance 'choir'"),
    "nobody": (RIG, "base", " has no instance 'base' (did you mean 'bass'?)"),
    "a rig whose cc is none": ("instances: {a: {cc: 3}}\n", "a", ": 'cc' of a must be a map of names and values"),
    "a rig whose cc is wrong": ("instances: {a: {cc: {lo: 3}}}\n", "a", "line 1: unknown parameter 'lo'"),
    "a text that keeps its empty lines": (
        HEAD + "credits:\n- |+\n  Joplin\n\n", None,
        " is written in a way that is not added to here: add 'low: 21+53'"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "instance", "sentence"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_is_told_and_nothing_is_written(
    text: str, instance: str | None, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(DescantError) as caught:
        put(tmp_path, text, "low", SOURCE, instance)
    assert str(caught.value).startswith(str(tmp_path / "preset.yaml"))
    assert sentence in str(caught.value)
    assert (tmp_path / "preset.yaml").read_bytes() == text.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["preset.yaml"]


COMMENT = st.sampled_from(["", "  # x", "\n\n# y", "\n"])
ENTRY = st.sampled_from(["temperature: 2", "gate: null", "high: nrpn 3", "mode: 12+44", "voices: '7'"])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(ENTRY, COMMENT), max_size=5, unique_by=lambda each: each[0]),
    st.sampled_from(["", "credits: [Joplin]\n", "credits:\n- Joplin\n# z\n", "mode: free"]),
    st.booleans(),
)
def test_whatever_is_there_stays(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str]], tail: str, first: bool
) -> None:
    section = "cc:\n" + "".join(f"   {entry}{comment}\n" for entry, comment in entries) if entries else ""
    text = section + HEAD + tail if first else HEAD + section + tail
    after = put(tmp_path_factory.getbasetemp(), text, "low", Controller(3))
    before_value, value = parse_lined(text, Path("p")).value, parse_lined(after, Path("p")).value
    assert isinstance(value, dict)
    assert isinstance(before_value, dict)
    before_cc = before_value.pop("cc", {})
    assert value.pop("cc") == {**(before_cc if isinstance(before_cc, dict) else {}), "low": 3}
    assert value == before_value
    rest = iter(after.split("\n"))
    assert all(line in rest for line in text.rstrip("\n").split("\n"))  # in this order
