"""The drawing of a rig: read back from its characters, every wire leads where the rig says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from descant_daemon.settings.bindings import bind
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.diagram import draw
from descant_daemon.settings.rig.values import Ears, Input, Instance, Output, Program, Rig
from descant_routing.routes import Passage, Route, parse_route
from descant_routing.routes.changes import Transpose

UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)
JOINS = {
    "─": (LEFT, RIGHT), "│": (UP, DOWN), "┌": (DOWN, RIGHT), "└": (UP, RIGHT), "┐": (DOWN, LEFT), "┘": (UP, LEFT),
    "├": (UP, DOWN, RIGHT), "┤": (UP, DOWN, LEFT), "┬": (LEFT, RIGHT, DOWN), "┴": (LEFT, RIGHT, UP),
    "┼": (UP, DOWN, LEFT, RIGHT),
}  # fmt: skip
Place = tuple[int, int]
Wire = tuple[str, str, str]  # from a box, by an arrow's head, to a box

HYMN = Program(Parameters(), bindings=bind(), name="hymn", title="Hymn")


def rig(
    inputs: int,
    outputs: int,
    instances: list[tuple[int, list[int], int]],
    routes: list[tuple[int, int]] | None = None,
    port: str | None = None,
) -> Rig:
    """Cables i0, i1 and o0, o1 and so on; of an instance n0, n1: input, inputs listened to, output.

    A route is drawn as ``dry: transpose: 40``, then 41, and so on. Every other input has a ``port``,
    whose box is a line higher.
    """
    passages = [
        Passage(f"i{source}", f"o{sink}", Route((Transpose(40 + number),)))
        for number, (source, sink) in enumerate(routes or ())
    ]
    return Rig(
        title="Drawn",
        inputs=tuple(Input(f"i{number}", port if number % 2 else None) for number in range(inputs)),
        outputs=tuple(Output(f"o{number}") for number in range(outputs)),
        instances=tuple(
            Instance(
                name=f"n{number}",
                programs=(HYMN,),
                first=0,
                switch="bar",
                hears=Ears(f"i{heard}"),
                listens=tuple(Ears(f"i{each}") for each in listens),
                output=f"o{output}",
            )
            for number, (heard, listens, output) in enumerate(instances)
        ),
        clock="auto",
        clock_from="i0",
        tempo=None,
        send_clock=False,
        feedback=None,
        routes=None if routes is None else tuple(passages),
    )


def meant(rig: Rig) -> set[Wire]:
    wires: set[Wire] = set()
    for each in rig.instances:
        wires |= {(each.hears.input, "▶", each.name), (each.name, "▶", each.output)}
        wires |= {(listened.input, "▷", each.name) for listened in each.listens}
    for source, sink, route in rig.routes or ():
        (step,) = route.steps
        assert isinstance(step, Transpose)
        wires |= {(source, "▶", str(step.semitones)), (str(step.semitones), "▶", sink)}
    return wires


def read_back(drawing: str) -> set[Wire]:
    """What a finger finds that follows each wire from where it leaves a box to its arrows' heads."""
    rows = drawing.splitlines()
    exits = {
        (row, box.end() - 1): box[1]
        for row, line in enumerate(rows)
        for box in re.finditer(r"│ (?:dry: transpose: )?([in]?\d+)(?:: hymn)? *├", line)
    }
    return {
        (name, head, end)
        for (row, column), name in exits.items()
        for head, end in follow(rows, (row, column + 1), RIGHT, set(), set(exits))
    }


def follow(
    rows: list[str], at: Place, way: Place, seen: set[tuple[Place, Place]], exits: set[Place]
) -> set[tuple[str, str]]:
    """The arrows' heads, and the boxes behind them, of a wire that goes ``way`` from ``at`` on."""
    if at in exits:  # of another box that the same wire comes from
        return set()
    if (at, way) in seen:
        return set()
    seen.add((at, way))
    row, column = at
    character = rows[row][column]
    if character in "▶▷":
        return {(character, box_at(rows, row, column + 1))}
    back = (-way[0], -way[1])
    joins = JOINS[character]
    if back in joins:
        onwards = [each for each in joins if each != back]
    else:
        assert character == "│", f"a wire breaks off at row {row}, column {column}:\n" + "\n".join(rows)
        onwards = [way]  # under another wire
    found: set[tuple[str, str]] = set()
    for each in onwards:
        found |= follow(rows, (row + each[0], column + each[1]), each, seen, exits)
    return found


def box_at(rows: list[str], row: int, column: int) -> str:
    """The name in the box whose left edge is there; of a line further down, the name above it."""
    assert rows[row][column] == "│"
    while not (name := re.match(r"│ (?:dry: transpose: )?([no]?\d+)\b", rows[row][column:])):
        row -= 1
    return name[1]


@st.composite
def rigs(drawn: st.DrawFn) -> Rig:
    inputs, outputs = drawn(st.integers(1, 7)), drawn(st.integers(1, 7))
    source, sink = st.integers(0, inputs - 1), st.integers(0, outputs - 1)
    instance = st.tuples(source, st.lists(source, max_size=3), sink)
    instances = drawn(st.lists(instance, min_size=1, max_size=16))
    routes = drawn(st.none() | st.lists(st.tuples(source, sink), max_size=6))
    return rig(inputs, outputs, instances, routes, "Keystation")


@settings(deadline=None, max_examples=150)
@given(rigs())
def test_every_wire_leads_where_the_rig_says(drawn: Rig) -> None:
    assert read_back(draw(drawn)) == meant(drawn)


@pytest.mark.parametrize("count", [1, 2, 16])
def test_neighbours_are_joined_by_straight_wires(count: int) -> None:
    drawn = draw(rig(count, count, [(number, [], number) for number in range(count)]))
    straight = [line for line in drawn.splitlines() if re.search(r"├─+▶│ n\d+: hymn +├─", line)]
    assert len(straight) == count
    assert max(map(len, drawn.splitlines())) < 80


def test_a_route_is_said_in_two_lines_at_most() -> None:
    plain = rig(1, 1, [(0, [], 0)])
    steps: list[object] = [{"keys": "C2..B3"}, {"velocity": {"gamma": 0.5}}, {"channel": 3}, {"channels": 1}]
    drawn = draw(replace(plain, routes=(Passage("i0", "o0", parse_route(steps)), Passage("i0", "o0"))))
    assert "│ dry: keys: C2..B3, velocity:" in drawn
    assert "{gamma: 0.5}, channel: 3," in drawn
    assert "│ dry: thru" in drawn
    assert "channels: 1" not in drawn


def test_wide_letters_and_long_names_keep_the_boxes_straight() -> None:
    plain = rig(2, 1, [(0, [], 0), (1, [], 0)])
    named = replace(plain.inputs[0], port="鍵盤オルガン"), replace(plain.inputs[1], port="A" * 40)
    lines = draw(replace(plain, inputs=named)).splitlines()
    assert lines[1].startswith("│ i0                 ├")
    assert lines[2].startswith("│ 鍵盤オルガン       │")
    assert any(line.startswith("│ AAAAAAAAAAAAAAAAA… │") for line in lines)
