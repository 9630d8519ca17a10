"""Plain words in files, against the tables of the YAML specification, and against PyYAML where the two agree."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from descant_daemon.settings.lined_yaml import FileError, parse_lined
from descant_daemon.settings.scalars import dump

# YAML 1.2.2, examples of 10.3.2 and 10.2.1, and what 1.1 would make of the last five.
SPECIFICATION: dict[str, object] = {
    "~": None, "null": None, "": None, "NULL": None,
    "true": True, "True": True, "FALSE": False, "yes": True, "off": False, "No": False,
    "0": 0, "-19": -19, "+7": 7, "007": 7, "0o7": 7, "0x3A": 58,
    "0.": 0.0, "-0.0": -0.0, ".5": 0.5, "+12e03": 12000.0, "-2E+05": -200000.0, "1e3": 1000.0,
    "1:30": "1:30", "1_000": "1_000", "2001-02-03": "2001-02-03", "=": "=", "0b11": "0b11",
    "yEs": "yEs", "nan": "nan", "e3": "e3", ".": ".", "-": None, "0x": "0x", "1e": "1e",
}  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=20)
    | st.sampled_from(["1e3", "0o7", "1:30", "2001-02-03", "yes", "~", "<<", "=", "0x1F", "1_0", ".inf", "007"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def read(text: str) -> object:
    return parse_lined(text, Path("x.yaml")).value


@pytest.mark.parametrize(("text", "value"), [each for each in SPECIFICATION.items() if each[0] != "-"])
def test_a_plain_word_means_what_the_specification_says(text: str, value: object) -> None:
    found = read(f"x: {text}\n")
    assert isinstance(found, dict)
    assert (type(found["x"]), found["x"]) == (type(value), value)


@given(PLAIN)
def test_what_is_written_is_read_again_here_and_by_yaml_1_1(value: object) -> None:
    for flow in (False, True):
        text = dump({"value": value}, flow=flow)
        assert read(text) == {"value": value}
        assert yaml.safe_load(text) == {"value": value}


@pytest.mark.parametrize(
    "text",
    [
        "seed: 1" + ":0" * 500_000,
        "gate: !!float 1" + ":0" * 400_000,
        "seed: 0x" + "f" * 1_000_000,
        "gate: 1." + "0" * 1_000_000 + "x",
        "x" * 1_000_000 + ": 1",
        "? " * 500_000,
    ],
    ids=range(6),
)
def test_a_megabyte_is_refused_without_delay(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(FileError) as raised:
        read(text)
    assert len(str(raised.value)) < 3000
    assert time.process_time() - begin < 10, "of the processor; what is read in quadratic time takes minutes"
