"""Routes as text: what is written is read back, what is wrong is named, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from tests.routing.routes.strategies import ROUTES

from descant_daemon.settings.lined_yaml import parse_lined
from descant_routing.errors import UsageError
from descant_routing.routes import THRU, Route, describe, parse_route, route_text
from descant_routing.routes.changes import Transpose
from descant_routing.routes.route import Layer

CANONICAL = """\
- only: notes
- only: [notes, bend, {cc: [1, 11]}]
- drop: {cc: 7}
- drop: {kind: [notes, clock], channels: 10, keys: ..B1}
- channels: 1..4
- channels: [1, 3]
- keys: C2..B3
- keys: [..F#2, Bb3, C4..]
- velocities: 1..100
- transpose: -12
- velocity: soft
- velocity: {gamma: 0.5}
- velocity: {fixed: 90}
- velocity: {scale: 0.8, add: 10}
- velocity: {range: 40..110}
- channel: 3
- channel: {1: 3, 2: 4}
- layer:
    - {channel: 1}
    - {channel: 2, transpose: 12}
    - thru
- split:
    - {when: {keys: ..B3}, do: {channel: 2}}
    - {when: {kind: notes, velocities: 100..127}, do: [{transpose: 12}, {keys: ..C6}, {transpose: -5}]}
    - {rest: thru}
"""


@settings(max_examples=100, deadline=None)
@given(ROUTES)
def test_what_is_written_is_read_back(route: Route) -> None:
    assert parse_route(yaml.safe_load(route_text(route))) == route


@settings(max_examples=50, deadline=None)
@given(ROUTES)
def test_every_route_has_a_clause_on_one_line(route: Route) -> None:
    said = describe(route)
    assert said
    assert "\n" not in said


def test_the_printed_form_is_the_one_that_a_musician_would_write() -> None:
    assert route_text(parse_route(yaml.safe_load(CANONICAL))) == CANONICAL


def test_presets_reader_where_every_key_is_text_gives_the_same_route() -> None:
    assert parse_route(parse_lined(CANONICAL, Path("rig.yaml")).value) == parse_route(
        yaml.safe_load(CANONICAL)
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("thru", "[]"),
        ("{transpose: 2}", "[{transpose: 2}]"),
        ("{transpose: 2, channel: 1}", "[{transpose: 2}, {channel: 1}]"),
        ("channels: 1-4", "channels: [1, 2, 3, 4]"),
        ("keys: C#2..Ab3", "keys: 37..56"),
        ("keys: [c#2, DB2, 'D♭2', C♯2]", "keys: 37"),
        ("keys: ..G9", "keys: C-1.."),
        ("only: {cc: [7]}", "only: {cc: 7}"),
        ("only: [{cc: 7}, {cc: 8}]", "only: {cc: [7, 8]}"),
        ("velocity: soft", "velocity: {gamma: 0.7}"),
        ("velocity: {add: 5}", "velocity: {scale: 1, add: 5}"),
        ("channel: {2: 2}", "channel: {1: 1}"),
        ("split: [{do: thru}]", "split: [{rest: []}]"),
    ],
)
def test_two_ways_to_say_it(one: str, other: str) -> None:
    assert parse_route(yaml.safe_load(one)) == parse_route(yaml.safe_load(other))


WRONG = {
    "3": "a route is 'thru' or a list of steps such as 'transpose: -12', not 3",
    "": "a route is 'thru' or a list of steps such as 'transpose: -12', not nothing",
    "through": "a route is 'thru' or a list of steps such as 'transpose: -12', not 'through'",
    "{}": "a step is a word and what it says, such as 'transpose: -12', not {}",
    "[thru, transpose]": "in the 1st step: a step is a word and what it says, such as 'transpose: -12', not 'thru'",
    "transpos: 2": "unknown word 'transpos' (did you mean 'transpose'?)",
    "[{channel: 1}, {channel: 2}, {zither: 3}]": (
        "in the 3rd step: unknown word 'zither' "
        "(known: only, drop, channels, keys, velocities, transpose, velocity, channel, layer, split)"
    ),
    "only: note": "unknown kind 'note' (did you mean 'notes'?)",
    "only: {key: C4}": "unknown condition 'key' (did you mean 'keys'?)",
    "only: 3": "only must be kinds such as notes, [notes, bend] or {cc: 7}, not 3",
    "drop: {}": "drop must say something, such as {keys: C2..B3}",
    "drop: {kind: notes, cc: 1}": (
        "drop: kind and cc exclude each other; write kind: [notes, {cc: 1}] for either"
    ),
    "drop: {cc: 128}": "cc must be controllers from 0 to 127, such as 7 or [1, 11], not 128",
    "channels: 0": "channels must be from 1 to 16, such as 3, 1..4 or [1, 3], not 0",
    "channels: [1, 17]": "channels must be from 1 to 16, such as 3, 1..4 or [1, 3], not 17",
    "channels: on": "channels must be from 1 to 16, such as 3, 1..4 or [1, 3], not True",
    "channels: []": "channels must be from 1 to 16, such as 3, 1..4 or [1, 3], not []",
    "keys: H2": (
        "keys must be names or numbers from C-1 to G9 (0 to 127), such as C4, C2..B3, ..B3 or [36, 38], not 'H2'"
    ),
    "keys: A9": (
        "keys must be names or numbers from C-1 to G9 (0 to 127), such as C4, C2..B3, ..B3 or [36, 38], not 'A9'"
    ),
    "keys: '..'": (
        "keys must be names or numbers from C-1 to G9 (0 to 127), such as C4, C2..B3, ..B3 or [36, 38], not '..'"
    ),
    "keys: B3..C2": "keys: the range 'B3..C2' runs downwards",
    "velocities: 0..100": "velocities must be from 1 to 127, such as 1..100, not '0..100'",
    "transpose: 1.5": "transpose must be semitones from -127 to 127, such as -12, not 1.5",
    "transpose: 128": "transpose must be semitones from -127 to 127, such as -12, not 128",
    "channel: 17": "channel must be from 1 to 16, or a map such as {1: 3, 2: 4}, not 17",
    "channel: {1: x}": "channel must be from 1 to 16, or a map such as {1: 3, 2: 4}, not 'x'",
    "velocity: loud": (
        "velocity must be soft, hard, {gamma: 0.7}, {fixed: 90}, {scale: 0.8, add: 10} or {range: 40..110}, "
        "not 'loud'"
    ),
    "velocity: {fixed: 0}": "fixed must be a velocity from 1 to 127, not 0",
    "velocity: {gamma: 0}": "gamma must be a number from 0.1 to 10, not 0",
    "velocity: {gamma: .nan}": "gamma must be a number from 0.1 to 10, not nan",
    "velocity: {scale: .inf}": "scale must be a number from 0 to 10, not inf",
    "velocity: {add: 0.5}": "add must be a whole number from -127 to 127, not 0.5",
    "velocity: {range: 90}": "range must be two velocities from 1 to 127, such as 40..110, not 90",
    "layer: {channel: 1}": "layer must be a list of branches, not {'channel': 1}",
    "layer: [thru, {transpose: x}]": (
        "in the 2nd branch: transpose must be semitones from -127 to 127, such as -12, not 'x'"
    ),
    "[{channel: 1}, {split: [{when: {keys: ..B3}, do: [{channel: 2}, {channel: 0}]}]}]": (
        "in the 2nd step: in the 1st branch: in the 2nd step: "
        "channel must be from 1 to 16, or a map such as {1: 3, 2: 4}, not 0"
    ),
    "split: [{when: {keys: ..B3}}]": (
        "in the 1st branch: a branch of a split says 'when' and 'do', or 'rest', not {'when': {'keys': '..B3'}}"
    ),
    "split: [{rest: thru}, {rest: thru}]": (
        "in the 2nd branch: nothing comes here, because the branch before it takes all the rest"
    ),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.items())
def test_one_sentence_says_what_is_wrong_and_where(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_route(yaml.safe_load(text))
    assert str(caught.value) == sentence


def test_layers_in_layers_without_end_are_refused() -> None:
    value: object = "thru"
    for _ in range(3000):
        value = {"layer": [value]}
    with pytest.raises(UsageError, match="layers and splits stand more than 8 deep inside each other"):
        parse_route(value)
    assert parse_route({"layer": ["thru"]}) == Route((Layer((THRU,)),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thru", "everything"),
        ("[{only: notes}, {keys: C2..B3}, {transpose: -12}, {channel: 3}]",
         "notes from C2 to B3, an octave down, on channel 3"),
        ("{only: [notes, bend, {cc: [1, 11]}], channels: 1..4, velocity: soft}",
         "notes, pitch bend and controllers 1 and 11, only channels 1 to 4, soft touch"),
        ("{keys: ..B3, velocities: 1..100}", "everything, of the keys only up to B3, only velocities 1 to 100"),
        ("[{drop: {cc: 7}}, {drop: {channels: 10}}]", "everything, without controller 7, without channel 10"),
        ("{only: {kind: notes, keys: C4.., channels: 2, velocities: 90..}}",
         "notes C4 and up on channel 2 at velocities 90 to 127"),
        ("{channel: {1: 3, 2: 4}, velocity: {scale: 0.8, add: -10}}",
         "everything, channel 1 on 3 and 2 on 4, velocity × 0.8 − 10"),
        ("{only: notes, transpose: 7, velocity: {range: 40..110}}",
         "notes, a fifth up, velocities within 40 to 110"),
        ("{layer: [thru, {channel: 2, transpose: 14}]}",
         "everything, layered: (as it is) and (on channel 2, 14 semitones up)"),
        ("{split: [{when: {keys: ..B3}, do: {channel: 2}}, {rest: {velocity: {fixed: 90}}}]}",
         "everything, split: (keys up to B3: on channel 2) and (the rest: at velocity 90)"),
    ],
)  # fmt: skip
def test_a_route_in_words(text: str, said: str) -> None:
    assert describe(parse_route(yaml.safe_load(text))) == said


def test_routes_are_values() -> None:
    one, other = parse_route({"transpose": 12}), Route((Transpose(12),))
    one(b"\x90\x3c\x40")
    assert one == other
    assert hash(one) == hash(other)
    assert one != parse_route({"transpose": 11})
