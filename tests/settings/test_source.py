"""What may stand in a cc map: what each entry means, how it is written back, and the sentence for what is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.settings.preset import parse_preset, preset_json_schema
from descant_daemon.settings.source import ButtonKey, Controller, Nrpn, Pair, Source, parse_source
from descant_routing.errors import DescantError, UsageError

HEAD = "title: Chorale\nmodel: bach\n"

# What the file says → what it means.
READ: dict[str, Source | None] = {
    "21": Controller(21),
    "'21'": Controller(21),
    "119": Controller(119),
    "6": Controller(6),
    "21+53": Pair(21, 53),
    "'21 + 53'": Pair(21, 53),
    "53+21": Pair(53, 21),
    "1+2": Pair(1, 2),
    "nrpn 1234": Nrpn(1234),
    "NRPN   0": Nrpn(0),
    "nrpn 16382": Nrpn(16382),
    "null": None,
    "~": None,
}
NONE = ["120", "-1", "1.0", "true", "''", "21+", "21+21", "21+120", "20+21+22", "nrpn", "nrpn 16383", "nrpn -1",
        "nrpn1", "rpn 3", "cc 21", "[21]", "{}", "99999999999999999999", "²", "٢١"]  # fmt: skip

# What the file says of a button → what it means.
BUTTONS = {
    "key C2": ButtonKey(36),
    "key 36": ButtonKey(36),
    "Key   bb3": ButtonKey(58),
    "key C#-1": ButtonKey(1),
    "key G9": ButtonKey(127),
    "nrpn 1234": Nrpn(1234),
    "102": Controller(102),
}
NO_BUTTONS = ["key", "key 128", "key H2", "key A9", "keyC2", "key C", "key C2..C4", "C2"]

# A cc map → what is wrong with it.
QUARRELS = {
    "{low: 3, high: 3}": "controller 3 moves both low and high",
    "{low: 3, panic: 3}": "controller 3 moves both low and panic",
    "{low: 21+53, high: 21+53}": "21+53 moves both low and high",
    "{low: 21+53, high: 53}": "low (21+53) and high (53) both need controller 53",
    "{low: 53, high: 21+53}": "low (53) and high (21+53) both need controller 53",
    "{low: 21+53, high: 53+21}": "low (21+53) and high (53+21) both need controller 21",
    "{low: nrpn 5, high: nrpn 5}": "nrpn 5 moves both low and high",
    "{low: nrpn 5, high: 38}": "low (nrpn 5) and high (38) both need controller 38",
    "{low: 6+38, high: nrpn 5}": "low (6+38) and high (nrpn 5) both need controller 6",
    "{low: nrpn 5, high: 101}": "low (nrpn 5) and high (101) both need controller 101",
    "{low: 64}": "controller 64 is the sustain pedal and cannot move low",
    "{low: 0+31}": "controller 0 is bank select and cannot move low",
    "{freeze: 32}": "controller 32 is bank select and cannot move freeze",
    "{low: key C2}": "key C2 cannot move low: a key only does actions, such as capture",
    "{panic: key C2, tap: key 36}": "key C2 moves both panic and tap",
    "{seed: nrpn 5}": "seed cannot be moved by a controller",
    "{frieze: 3}": "unknown parameter 'frieze' (did you mean 'freeze'?)",
}
ANY_SOURCE: st.SearchStrategy[Source] = st.one_of(
    st.builds(Controller, st.integers(0, 119).filter(lambda number: number not in (0, 32, 64))),
    st.builds(Pair, st.integers(1, 31), st.integers(33, 63)),
    st.builds(Nrpn, st.integers(0, 16382)),
    st.builds(ButtonKey, st.integers(0, 127)),
)


@pytest.mark.parametrize(("text", "source"), READ.items())
def test_what_a_file_says_is_a_source(text: str, source: Source | None) -> None:
    assert parse_source(yaml.safe_load(text), "low") == source
    assert parse_preset(f"{HEAD}cc: {{low: {text}}}\n", Path("p.yaml")).cc == {"low": source}


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_source_is_told_in_a_sentence(text: str) -> None:
    wanted = "the controller of low must be a number from 0 to 119, a pair such as 21+53, nrpn 0 to 16382, "
    with pytest.raises(UsageError, match="^" + re.escape(wanted + "or null for none, not ")):
        parse_source(yaml.safe_load(text), "low")


@pytest.mark.parametrize(("text", "source"), BUTTONS.items())
def test_a_button_may_be_a_key(text: str, source: Source) -> None:
    assert parse_source(yaml.safe_load(text), "capture") == source
    assert parse_preset(f"{HEAD}cc: {{capture: {text}}}\n", Path("p.yaml")).cc == {"capture": source}


@pytest.mark.parametrize("text", NO_BUTTONS)
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"^the controller of capture must be a number .* or a key such as key C2, "
    ):
        parse_source(yaml.safe_load(text), "capture")


@pytest.mark.parametrize(("text", "sentence"), QUARRELS.items())
def test_two_cannot_have_one_controller(text: str, sentence: str) -> None:
    with pytest.raises(DescantError) as caught:
        parse_preset(f"{HEAD}cc: {text}\n", Path("p.yaml"))
    assert str(caught.value) == f"p.yaml, line 3: {sentence}"


def test_several_nrpns_and_the_halves_of_different_pairs_live_together() -> None:
    text = f"{HEAD}cc: {{low: nrpn 5, high: nrpn 6, gate: 21+53, voices: 20+52}}\n"
    assert len(parse_preset(text, Path("p.yaml")).cc) == 4


@settings(deadline=None, max_examples=200)
@given(ANY_SOURCE)
def test_a_source_written_to_a_file_comes_back(source: Source) -> None:
    """Unquoted, as a person would type it."""
    assert parse_source(yaml.safe_load(str(source)), "capture") == source


@settings(deadline=None, max_examples=100)
@given(ANY_SOURCE)
def test_sources_of_different_kinds_are_never_taken_for_each_other(source: Source) -> None:
    """A decoder keeps them in one dictionary."""
    numbers = (getattr(source, "number", 0), getattr(source, "coarse", 0))
    others = {
        Controller(numbers[0]),
        Nrpn(numbers[0]),
        ButtonKey(numbers[0]),
        Pair(numbers[1], numbers[1] + 1),
    }
    others.discard(source)
    assert source not in others


def test_the_schema_says_what_the_reader_takes() -> None:
    schema: dict[str, Any] = preset_json_schema()
    entry = schema["properties"]["cc"]["properties"]["capture"]
    assert entry["default"] == 102
    assert entry["type"] == ["integer", "string", "null"]
    assert (entry["minimum"], entry["maximum"]) == (0, 119)
    for text, good in {
        "21": True, "21+53": True, "nrpn 1234": True, "key C#2": True, "key 36": True, "rpn 3": False, "x21": False,
    }.items():  # fmt: skip
        assert bool(re.search(entry["pattern"], text)) == good
    knob = schema["properties"]["cc"]["properties"]["low"]
    assert not re.search(knob["pattern"], "key C2")
