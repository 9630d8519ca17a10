"""The table of parameters: what may be typed, what may be set, and what a knob does."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
import yaml

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.bindings import MOVABLE
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import TABLE, Parameters, parse_setting
from descant_daemon.settings.reference import parameter_reference
from descant_daemon.settings.row import Row, Value
from descant_routing.errors import UsageError

# MIDI 1.0 Detailed Specification 4.2.1, table 3: what it leaves undefined.
UNDEFINED_CCS = {3, 9, 14, 15, *range(20, 32), 85, 86, 87, 89, 90, *range(102, 120)}
KNOBS = [row for row in TABLE.values() if row.controllable]
SWITCHES = [row for row in KNOBS if row.kind in ("choice", "bool")]
RANGES = [row for row in KNOBS if row.kind in ("int", "float")]

BAD_SETTINGS = {
    "temperature": "'temperature' is not of the form name=value",
    "": "'' is not of the form name=value",
    "temprature=1": "unknown parameter 'temprature' (did you mean 'temperature'?)",
    "=1": f"unknown parameter '' (known: {', '.join(TABLE)})",
    "temperature=0": "temperature must be a number from 0.05 to 2, not 0.0",
    "temperature=2.01": "temperature must be a number from 0.05 to 2, not 2.01",
    "temperature=nan": "temperature must be a number from 0.05 to 2, not 'nan'",
    "temperature=1e999": "temperature must be a number from 0.05 to 2, not inf",
    "temperature=1,5": "temperature must be a number from 0.05 to 2, not '1,5'",
    "temperature=": "temperature must be a number from 0.05 to 2, not ''",
    "density=2": "density must be a number from 0 to 1.98, not 2.0",
    "voices=3.5": "voices must be a whole number from 0 to 16, not '3.5'",
    "voices=17": "voices must be a whole number from 0 to 16, not 17",
    "voices=true": "voices must be a whole number from 0 to 16, not 'true'",
    "channel=0": "channel must be a whole number from 1 to 16, not 0",
    "seed=4294967296": "seed must be a whole number from 0 to 4294967295, not 4294967296",
    "seed=-1": "seed must be a whole number from 0 to 4294967295, not -1",
    "seed=" + "9" * 5000: "seed must be a whole number from 0 to 4294967295, not '" + "9" * 27 + "..."
    + "9" * 28 + "'",
    "mode=harmonize": "mode must be free or harmonise or instant or respond or continue or freeze, not 'harmonize'",
    "thru=maybe": "thru must be true or false, not 'maybe'",
    "metre=4": "metre must be beats/unit such as 4/4, 3/4 or 6/8 (unit 1, 2, 4, 8 or 16), not '4'",
    "metre=0/4": "metre must be beats/unit such as 4/4, 3/4 or 6/8 (unit 1, 2, 4, 8 or 16), not '0/4'",
    "metre=4/3": "metre must be beats/unit such as 4/4, 3/4 or 6/8 (unit 1, 2, 4, 8 or 16), not '4/3'",
    "recall=1.1": "recall must be a number from 0 to 1, not 1.1",
    "section=0": "section must be a whole number from 1 to 32, not 0",
    "form=AAB": "form must be free or AABA or AABB or ABAB or ABAC or AAAB or ABA or ABACA, not 'AAB'",
    "key=H": "key must be C or Db or D or Eb or E or F or F# or G or Ab or A or Bb or B or follow, not 'H'",
    "low=128": "low must be a whole number from 0 to 127, not 128",
}  # fmt: skip

GOOD_SETTINGS: dict[str, tuple[str, Value]] = {
    "temperature=.5": ("temperature", 0.5),
    " temperature = 1e-1 ": ("temperature", 0.1),
    "voices=0": ("voices", 0),
    "low=+48": ("low", 48),
    "mode=free": ("mode", "free"),
    "thru=off": ("thru", False),
    "thru=YES": ("thru", True),
    "seed=4294967295": ("seed", 4294967295),
    "key=F#": ("key", "F#"),
    "form=ABACA": ("form", "ABACA"),
    "metre=12/8": ("metre", Metre(12, 8)),
    "metre=32/16": ("metre", Metre(32, 16)),
}


@pytest.mark.parametrize(("text", "sentence"), BAD_SETTINGS.items(), ids=lambda text: text[:30])
def test_a_setting_that_makes_no_sense_is_named_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        Parameters().with_settings([text])
    assert str(caught.value) == sentence
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("text", "parsed"), GOOD_SETTINGS.items())
def test_a_setting_is_read_in_its_own_type(text: str, parsed: tuple[str, Value]) -> None:
    name, value = parse_setting(text)
    assert (name, value) == parsed
    assert type(value) is type(parsed[1])
    assert getattr(Parameters().with_settings([text]), name) == value


def test_settings_apply_in_order_and_are_judged_together() -> None:
    moved = Parameters(low=60, high=72).with_settings(["low=80", "high=90", "high=91"])
    assert (moved.low, moved.high) == (80, 91)
    with pytest.raises(UsageError, match=r"low \(80\) must not be above high \(72\)"):
        Parameters(high=72).with_settings(["low=80"])


def test_parameters_cannot_be_changed_or_made_wrong() -> None:
    parameters = Parameters(temperature=1)
    assert type(parameters.temperature) is float
    with pytest.raises(dataclasses.FrozenInstanceError):
        parameters.temperature = 2.0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    for name, wrong in {
        "voices": True,
        "thru": 1,
        "temperature": float("nan"),
        "mode": "",
        "gate": None,
    }.items():
        with pytest.raises(UsageError, match=f"^{name} must be "):
            Parameters().with_values({name: wrong})
    with pytest.raises(UsageError, match="did you mean 'voices'"):
        Parameters().with_values({"voice": 3})


def test_every_default_is_a_value_of_its_row_and_has_a_meaning() -> None:
    assert [field.name for field in dataclasses.fields(Parameters)] == list(TABLE)
    for row in TABLE.values():
        assert row.check(row.default) == row.default == getattr(Parameters(), row.name)
        assert row.meaning.endswith(".")


def test_every_choice_is_a_word_to_yaml_too() -> None:
    """``off`` and ``no`` would be false when a preset says them unquoted."""
    for row in TABLE.values():
        assert [yaml.safe_load(choice) for choice in row.choices] == list(row.choices)


def test_default_controllers_are_distinct_and_nobody_elses() -> None:
    numbers = [cc for cc in MOVABLE.values() if cc is not None]
    assert not set(TABLE) & set(ACTIONS)
    assert len(set(numbers)) == len(numbers) > 0
    assert set(numbers) <= UNDEFINED_CCS
    assert all(row.controllable for row in TABLE.values() if row.default_cc is not None)
    assert TABLE["variation"].default_cc is not None
    assert not TABLE["seed"].controllable
    assert not TABLE["metre"].controllable


@pytest.mark.parametrize("row", RANGES, ids=lambda row: row.name)
def test_a_knob_reaches_both_ends_and_only_rises(row: Row) -> None:
    values = [float(str(row.from_position(position / 127))) for position in range(128)]
    assert (values[0], values[-1]) == (row.low, row.high)
    assert all(low <= high for low, high in pairwise(values))
    assert all(row.check(row.from_position(position / 127)) is not None for position in range(128))


@pytest.mark.parametrize("row", RANGES, ids=lambda row: row.name)
def test_value_to_knob_and_back_is_the_same(row: Row) -> None:
    if row.kind == "int" and row.high - row.low <= 127:
        for value in range(int(row.low), int(row.high) + 1):
            assert row.from_position(row.to_cc(value) / 127) == value
    if row.kind == "float" or row.high - row.low >= 127:
        for position in range(128):
            assert row.to_cc(row.from_position(position / 127)) == position


@pytest.mark.parametrize("row", SWITCHES, ids=lambda row: row.name)
def test_choices_share_the_knob_in_equal_bands(row: Row) -> None:
    stops: tuple[Value, ...] = row.choices or (False, True)
    turned = [row.from_position(position / 127) for position in range(128)]
    assert list(dict.fromkeys(turned)) == list(stops)
    widths = [turned.count(stop) for stop in stops]
    assert max(widths) - min(widths) <= 1
    assert [row.from_position(row.to_cc(stop) / 127) for stop in stops] == list(stops)
    assert (row.to_cc(stops[0]), row.to_cc(stops[-1])) == (0, 127)


def test_bands_of_more_than_two_choices_come_back_too() -> None:
    for count in range(2, 17):
        row = Row("x", "choice", "0", "", choices=tuple(str(number) for number in range(count)))
        assert [row.from_position(row.to_cc(choice) / 127) for choice in row.choices] == list(row.choices)


def test_what_has_no_knob_says_so() -> None:
    for name in ("seed", "metre"):
        with pytest.raises(UsageError, match=f"^{name} cannot be moved by a controller"):
            TABLE[name].from_position(3 / 127)
        with pytest.raises(UsageError, match=f"^{name} cannot be moved by a controller"):
            TABLE[name].to_cc(TABLE[name].default)


def test_controllers_may_cross_low_and_high_on_their_way() -> None:
    crossed = Parameters(high=60).with_values({"low": TABLE["low"].from_position(72 / 127)})
    assert (crossed.low, crossed.high) == (72, 60)
    assert crossed.with_values({"high": TABLE["high"].from_position(90 / 127)}).consistent().high == 90


@pytest.mark.parametrize(
    ("metre", "steps_per_beat", "steps"),
    [
        ("4/4", 4, 16),
        ("3/4", 4, 12),
        ("6/8", 4, 12),
        ("5/16", 4, 5),
        ("2/2", 4, 16),
        ("4/1", 4, 64),
        ("4/4", 6, 24),
    ],
)
def test_a_bar_in_steps(metre: str, steps_per_beat: int, steps: int) -> None:
    bar = Parameters().with_settings([f"metre={metre}"]).metre
    assert bar.steps_per_bar(steps_per_beat) == steps
    assert str(bar) == metre


def test_a_bar_that_the_steps_do_not_fill_is_refused() -> None:
    with pytest.raises(UsageError, match=r"a bar of 5/16 is not a whole number of the model's steps \(6 in"):
        Metre(5, 16).steps_per_bar(6)


def test_the_reference_page_has_a_row_for_each_parameter_and_action() -> None:
    parameters, actions = (part.splitlines() for part in parameter_reference().split("\n\n"))
    assert [line.split("`")[1] for line in parameters[2:]] == list(TABLE)
    assert [line.split("`")[1] for line in actions[2:]] == list(ACTIONS)
    assert {line.count("|") for line in parameters} == {8}
    assert {line.count("|") for line in actions} == {4}
    assert "| `temperature` | 0.05 … 2 | × | `1.0` | 21 | yes |" in parameter_reference()
    assert "| `seed` | 0 … 4294967295 |" in parameter_reference()
    assert actions[-1].startswith("| `freeze` | 85 | Loops the last bars")
