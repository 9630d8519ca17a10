"""A rig as a drawing in characters: inputs at the left, who plays in the middle, outputs at the right."""

from __future__ import annotations

from itertools import accumulate
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

import yaml
from rich.cells import cell_len, set_cell_size

from descant_daemon.settings.rig.canvas import Canvas
from descant_daemon.settings.rig.cautions import answer_channels, passes
from descant_daemon.settings.rig.ranges import ALL_CHANNELS, KeyRange, channels_text
from descant_daemon.settings.rig.wires import Net, assign_tracks, place_boxes
from descant_routing.routes.text import plain_route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from descant_daemon.settings.rig.values import Ears, Input, Instance, Output, Rig
    from descant_routing.routes import Passage

WIDEST_SIDE, WIDEST_MIDDLE = 18, 32  # cells within a box
FRAME = 4  # cells of a box that are not text
ANSWERED, LISTENED = "▶", "▷"


class _Wire(NamedTuple):
    """Between a line of a box in the middle and the cable called ``label``."""

    line: int
    label: str
    head: str = ANSWERED


class _Box(NamedTuple):
    """A box in the middle."""

    lines: list[str]
    sources: list[_Wire]
    sink: _Wire


class _Side(NamedTuple):
    """The boxes of one side, a net and a track for each."""

    boxes: Sequence[Sequence[str]]
    nets: Sequence[Net]
    tracks: Sequence[int]
    room: int
    """Cells for the wires."""


def draw(rig: Rig) -> str:
    """The drawing, lines of some 60 to 100 cells: ▶ leads to who answers and to where, ▷ to who listens."""
    boxes = [_instance(each, with_thru=rig.routes is None) for each in rig.instances]
    boxes += map(_passage, rig.routes or ())
    tops = list(accumulate((len(box.lines) + 1 for box in boxes[:-1]), initial=0))  # neighbours share an edge
    placed = list(zip(tops, boxes, strict=True))
    arrows = [(top + 1 + wire.line, wire) for top, box in placed for wire in box.sources]
    leaves = [(top + 1 + box.sink.line, box.sink) for top, box in placed]
    inputs, outputs = _side(rig.inputs, "in", arrows), _side(rig.outputs, "out", leaves)
    canvas = Canvas()
    middle = _draw_inputs(canvas, inputs, _width(inputs.boxes) + FRAME)
    for row, wire in arrows:
        canvas.text(row, middle - 1, wire.head)
    width = _width([box.lines for box in boxes])
    for top, box in placed:
        canvas.box(top, middle, box.lines, width, [box.sink.line])
        if top:
            canvas.text(top, middle, f"├{'─' * (width + 2)}┤")
    _draw_outputs(canvas, outputs, middle + width + FRAME)
    return str(canvas)


def _instance(instance: Instance, *, with_thru: bool) -> _Box:
    name, others = instance.programs[instance.first].name, len(instance.programs) - 1
    thru = ", thru" if with_thru and passes(instance) else ""
    answers = f"ch {channels_text(answer_channels(instance))}{thru}"
    lines = [
        f"{instance.name}: {name}{f' +{others}' if others else ''}",
        f"{_heard(instance.hears)} → {answers}",
    ]
    sources = [_Wire(0, instance.hears.input)]
    for listened in instance.listens:
        sources.append(_Wire(len(lines), listened.input, LISTENED))
        lines.append(f"listens: {_heard(listened)}")
    return _Box([_cut(line, WIDEST_MIDDLE) for line in lines], sources, _Wire(0, instance.output))


def _passage(passage: Passage) -> _Box:
    said = plain_route(passage.route)
    if not isinstance(said, str):
        said = yaml.safe_dump(said, default_flow_style=True, sort_keys=False, width=2**31).strip()[1:-1]
    lines = wrap(f"dry: {said}", WIDEST_MIDDLE, max_lines=2, placeholder="…")
    return _Box(lines, [_Wire(0, passage.source)], _Wire(0, passage.sink))


def _heard(hears: Ears) -> str:
    keys = KeyRange(hears.low, hears.high)
    parts = [] if hears.channels == ALL_CHANNELS else [f"ch {channels_text(hears.channels)}"]
    return " ".join(parts if keys == KeyRange() else [*parts, str(keys)]) or "all"


def _side(cables: Sequence[Input | Output], ours: str, wires: Sequence[tuple[int, _Wire]]) -> _Side:
    boxes = [
        [_cut(text, WIDEST_SIDE) for text in (each.label or ours, each.port) if text is not None]
        for each in cables
    ]
    rows = [[row for row, wire in wires if wire.label == each.label] for each in cables]
    tops = place_boxes([len(box) + 2 for box in boxes], rows)
    nets = [Net(top + 1, tuple(there)) for top, there in zip(tops, rows, strict=True)]
    tracks = assign_tracks(nets)
    return _Side(boxes, nets, tracks, 2 * max(tracks) + 5)


def _draw_inputs(canvas: Canvas, side: _Side, edge: int) -> int:
    """Boxes, and wires from their edge on; returns the column where they end."""
    end = edge + side.room
    for number, (box, net, track) in enumerate(zip(side.boxes, side.nets, side.tracks, strict=True)):
        canvas.box(net.here - 1, 0, box, edge - FRAME, [0] if net.there else [])
        if net.there:
            _wire(canvas, f"in {number}", net, (edge, edge + 1 + 2 * track, end - 2))
    return end


def _draw_outputs(canvas: Canvas, side: _Side, edge: int) -> None:
    """Wires from the edge of the middle on, and the boxes where they end."""
    end = edge + side.room
    for number, (box, net, track) in enumerate(zip(side.boxes, side.nets, side.tracks, strict=True)):
        canvas.box(net.here - 1, end, box, _width(side.boxes))
        if net.there:
            _wire(canvas, f"out {number}", net, (end - 2, end - 3 - 2 * track, edge))
            canvas.text(net.here, end - 1, ANSWERED)


def _wire(canvas: Canvas, name: str, net: Net, columns: tuple[int, int, int]) -> None:
    """``columns``: where it begins at its box, its track's, and where it ends at the middle."""
    box, track, middle = columns
    canvas.across(name, net.here, min(box, track), max(box, track))
    canvas.down(name, track, *net.span)
    for row in net.there:
        canvas.across(name, row, min(track, middle), max(track, middle))


def _width(boxes: Sequence[Sequence[str]]) -> int:
    return max(cell_len(line) for lines in boxes for line in lines)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"
