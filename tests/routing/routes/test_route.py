"""Every step of a route as a table: what comes in → what becomes of it ("" is nothing)."""

from __future__ import annotations

import pytest
import yaml
from tests.routing.routes.spelling import read, read_all, spell_all

from descant_routing import message
from descant_routing.routes import THRU, parse_route
from descant_routing.routes.kinds import KIND_OF

ONE_OF_EACH = {
    "notes": ("C4", "C4 off", "C4 v0"),
    "cc": ("cc1=30", "cc64=127", "cc123=0"),
    "bend": ("bend -100",),
    "pressure": ("pressure 30",),
    "poly pressure": ("C4 press 30",),
    "program": ("program 5",),
    "sysex": ("sysex",),
    "clock": ("clock", "start", "stop", "song position 4", "time code"),
    "system": ("tune request", "sensing", "reset"),
}
PASSES = "passes"  # as it is

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "channels": (
        "channels: 2..4",
        {
            "C4": "",
            "C4 ch2": PASSES,
            "C4 off ch4": PASSES,
            "C4 ch5": "",
            "bend 9": "",
            "bend 9 ch3": PASSES,
            "program 5 ch16": "",
            "sysex": PASSES,
            "clock": PASSES,
        },
    ),
    "channels as a list": ("channels: [1, 16]", {"C4": PASSES, "C4 ch2": "", "cc7=1 ch16": PASSES}),
    "keys": (
        "keys: C2..B3",
        {
            "B1": "",
            "C2": PASSES,
            "B3": PASSES,
            "C4": "",
            "C2 off": PASSES,
            "C4 off": "",
            "C3 press 5": PASSES,
            "C4 press 5": "",
            "cc60=1": PASSES,
            "bend 9": PASSES,
            "program 60": PASSES,
            "sysex": PASSES,
        },
    ),
    "keys up to one": ("keys: ..B3", {"C-1": PASSES, "B3": PASSES, "C4": ""}),
    "keys from one up": ("keys: C4..", {"B3": "", "C4": PASSES, "G9": PASSES}),
    "keys by number": ("keys: 36..59", {"B1": "", "C2": PASSES, "B3": PASSES, "C4": ""}),
    "keys of a kit": ("keys: [36, F#2, A2..B2]", {"C2": PASSES, "C#2": "", "F#2": PASSES, "Bb2": PASSES}),
    "velocities": (
        "velocities: 20..100",
        {
            "C4 v19": "",
            "C4 v20": PASSES,
            "C4": PASSES,
            "C4 v101": "",
            "C4 off v1": PASSES,
            "C4 v0": PASSES,
            "cc1=1": PASSES,
        },
    ),
    "only kinds": (
        "only: [notes, {cc: [1, 11]}]",
        {
            "C4": PASSES,
            "C4 off": PASSES,
            "cc1=3": PASSES,
            "cc11=3": PASSES,
            "cc7=3": "",
            "C4 press 3": "",
            "clock": "",
        },
    ),
    "only some keys, and nothing that has none": (
        "only: {keys: ..B3}",
        {"B3": PASSES, "C4": "", "B3 press 3": PASSES, "cc1=3": "", "clock": ""},
    ),
    "only all at once": (
        "only: {kind: notes, channels: 1, keys: C4..}",
        {"C4": PASSES, "B3": "", "C4 ch2": "", "C4 press 9": "", "cc1=3": "", "clock": ""},
    ),
    "drop a controller": ("drop: {cc: 7}", {"cc7=1": "", "cc7=1 ch9": "", "cc8=1": PASSES, "C4": PASSES}),
    "drop kinds": ("drop: [clock, program]", {"clock": "", "program 1": "", "C4": PASSES, "sensing": PASSES}),
    "drop keys leaves what has none": ("drop: {keys: C4}", {"C4": "", "C4 off": "", "C5": PASSES, "bend 9": PASSES}),
    "drop all at once": (
        "drop: {channels: 10, keys: ..B1}",
        {"B1 ch10": "", "C2 ch10": PASSES, "B1": PASSES, "bend 9 ch10": PASSES},
    ),
    "drop a channel": ("drop: {channels: 10}", {"C4 ch10": "", "bend 9 ch10": "", "C4": PASSES, "clock": PASSES}),
    "transpose": (
        "transpose: -12",
        {
            "C4": "C3",
            "C4 v1 ch5": "C3 v1 ch5",
            "C4 off v9": "C3 off v9",
            "C4 press 3": "C3 press 3",
            "cc60=1": PASSES,
            "bend 60": PASSES,
        },
    ),
    "transposed out of reach": (
        "transpose: 12",
        {"G8": "G9", "Ab8": "", "Ab8 off": "", "Ab8 press 3": "", "C-1": "C0"},
    ),
    "one channel": (
        "channel: 3",
        {
            "C4": "C4 ch3",
            "C4 off ch9": "C4 off ch3",
            "C4 ch3": PASSES,
            "program 5": "program 5 ch3",
            "pressure 5": "pressure 5 ch3",
            "bend 5": "bend 5 ch3",
            "clock": PASSES,
            "sysex": PASSES,
        },
    ),
    "channels mapped": (
        "channel: {1: 3, 2: 1}",
        {"C4": "C4 ch3", "C4 ch2": "C4", "C4 ch3": PASSES, "cc1=1 ch2": "cc1=1"},
    ),
    "velocity fixed": (
        "velocity: {fixed: 90}",
        {"C4 v1": "C4 v90", "C4 v127": "C4 v90", "C4 v0": PASSES, "C4 off v3": PASSES, "cc1=5": PASSES},
    ),
    "velocity scaled": (
        "velocity: {scale: 0.8, add: 10}",
        {"C4 v1": "C4 v11", "C4": "C4 v90", "C4 v127": "C4 v112", "C4 off v3": PASSES},
    ),
    "velocity stays 1 to 127": (
        "velocity: {scale: 2, add: -60}",
        {"C4 v1": "C4 v1", "C4 v30": "C4 v1", "C4 v31": "C4 v2", "C4 v93": "C4 v126", "C4 v94": "C4 v127"},
    ),
    # 127 * (64 / 127) ** 0.7 = 78.6, ** 1.4 = 48.7, ** 2 = 32.3
    "velocity soft": ("velocity: soft", {"C4 v64": "C4 v79", "C4 v127": PASSES}),
    "velocity hard": ("velocity: hard", {"C4 v64": "C4 v49", "C4 v127": PASSES}),
    "velocity by a curve of one's own": ("velocity: {gamma: 2}", {"C4 v64": "C4 v32", "C4 v1": PASSES}),
    "velocity range": (
        "velocity: {range: 40..110}",
        {"C4 v1": "C4 v40", "C4 v64": "C4 v75", "C4 v127": "C4 v110"},
    ),
    "layer": (
        "layer: [{channel: 1}, {channel: 2, transpose: 12}]",
        {
            "C4": "C4, C5 ch2",
            "C4 off": "C4 off, C5 off ch2",
            "C9": "C9",
            "cc64=9": "cc64=9, cc64=9 ch2",
            "clock": "clock",
        },
    ),
    "layer says nothing twice": ("layer: [thru, {transpose: 0}, {only: notes}]", {"C4": "C4", "cc1=1": "cc1=1"}),
    "split of a keyboard": (
        "split: [{when: {keys: ..B3}, do: {channel: 2}}, {rest: {channel: 1}}]",
        {
            "B3": "B3 ch2",
            "B3 off": "B3 off ch2",
            "C4 ch7": "C4",
            "bend 5": "bend 5 ch2, bend 5",
            "clock": "clock",
        },
    ),
    "split by force": (
        "split: [{when: {velocities: 100..}, do: {channel: 2}}, {rest: thru}]",
        {"C4 v99": PASSES, "C4": "C4 ch2", "cc1=1": "cc1=1 ch2, cc1=1"},
    ),
    "split by kind": (
        "split: [{when: {cc: 64}, do: {channel: 5}}, {when: notes, do: thru}, {rest: {channel: 9}}]",
        {"cc64=1": "cc64=1 ch5", "C4": PASSES, "cc1=1": "cc1=1 ch9", "bend 3": "bend 3 ch9"},
    ),
    "split without a rest": ("split: [{when: {channels: 2}, do: thru}]", {"C4": "", "C4 ch2": PASSES, "clock": PASSES}),
    "one after the other": (
        "[{transpose: 12}, {keys: C4..}, {channel: 2}]",
        {"C3": "C4 ch2", "B2": "", "cc1=1": "cc1=1 ch2"},
    ),
    "words of one map, in their order": ("{keys: C4.., transpose: -12}", {"C4": "C3", "B3": ""}),
    "layers that meet again": ("[{layer: [{channel: 2}, {channel: 3}]}, {channel: 1}]", {"C4": "C4"}),
    "thru": ("thru", {"C4": PASSES, "C4 v0": PASSES, "sysex": PASSES, "sensing": PASSES}),
}  # fmt: skip


@pytest.mark.parametrize(("route", "table"), TABLES.values(), ids=TABLES)
def test_step(route: str, table: dict[str, str]) -> None:
    made = parse_route(yaml.safe_load(route))
    found = {text: spell_all(made(read(text))) for text in table}
    assert found == {text: text if out == PASSES else out for text, out in table.items()}


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_each_kind_passes_alone_or_is_dropped_alone(kind: str) -> None:
    every = [read(text) for texts in ONE_OF_EACH.values() for text in texts]
    its = [read(text) for text in ONE_OF_EACH[kind]]
    only, drop = parse_route({"only": kind}), parse_route({"drop": kind})
    assert [data for data in every if only(data)] == its
    assert [data for data in every if not drop(data)] == its


def test_every_status_of_midi_is_of_one_kind() -> None:
    known = [status for status in range(0x80, 0x100) if KIND_OF[status]]
    undefined = {0xF4, 0xF5, 0xF7, 0xF9, 0xFD}  # MIDI 1.0, table 5; F7 ends another
    assert set(range(0x80, 0x100)) - set(known) == undefined
    assert {KIND_OF[status] for status in known} == set(ONE_OF_EACH)


def test_through_no_steps_the_very_same_bytes_pass() -> None:
    data = message.note_on(0, 60, 100)
    assert THRU(data)[0] is data


def test_nrpn_keeps_its_order_and_bytes() -> None:
    sequence = read_all("cc99=1 ch2, cc98=2 ch2, cc6=3 ch2, cc38=4 ch2")
    route = parse_route([{"only": ["notes", "cc"]}, {"channel": {2: 5}}])
    assert (
        spell_all(out for data in sequence for out in route(data))
        == "cc99=1 ch5, cc98=2 ch5, cc6=3 ch5, cc38=4 ch5"
    )
