"""Sampling from the lowest pitch up, in machine code: an LSTM step a pitch, and the dice in between.

Each pitch knows the choices below it, so the pitches come one after the other; several lines come together,
a weight that is at hand serving all of them. A line's arithmetic does not depend on its neighbours, so lines that
ask the same, drafts of one answer, are one until their dice fall differently: the lowest of them leads the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from descant_daemon.compiled import compiled
from descant_daemon.families.arithmetic import sigmoid, tanh

PITCH_CLASSES = 12
GATES = 4  # input, output, forget, cell: ONNX's order
TOGETHER = 8  # states that a pass over the gates takes in
ROWS = 2  # of a line: with what is given, and as if nothing were


@compiled
def sample_pitches(  # noqa: PLR0917 - arrays in, arrays out
    known: Any,
    whose: Any,
    given: Any,
    over: Any,
    follow: Any,
    axis: Any,
    vicinity: Any,
    chosen: Any,
    logits: Any,
) -> None:
    """Choose Descant's notes of a step for ``L`` lines (Kotecha & Young §3.1: from the lowest note up).

    ``known [K, P, G]``: see ``NoteAxis.known``, and ``whose [L]`` says which is a line's; ``given [L, P, 2]``.
    Lines that share what is known share what is given and ``follow``, too: they differ in their dice alone.
    ``over [L, P, 2]``: the logits beyond which a pitch plays and is struck; ``follow [L]``: guidance, 0 for none
    (Ho & Salimans 2022); ``axis``: beside, units, weights, head and its bias, of a ``NoteAxis``.
    Written: ``chosen [L, P, 2]``, which must be zero, and ``logits [L, P, 2 + V]``, of velocities only
    where a note is struck, up to the last pitch that might play.
    """
    beside, units, weights, head, head_bias = axis
    lines, pitches = given.shape[:2]
    width = GATES * units[0]
    states = np.zeros((ROWS * lines, units.sum() + TOGETHER), np.float32)
    cells = np.zeros_like(states)
    sums = np.empty((ROWS * lines, GATES * units.max()), np.float32)
    tops = states[:, units[:-1].sum() : units.sum()]
    below = np.zeros((lines, 2), np.float32)
    keys, ends = survey(given, over)
    guided = (follow > 0) & (keys[:, 0] >= 0)
    leader = leaders(whose, ends)
    rows = np.empty(ROWS * lines, np.int64)
    for pitch in range(pitches):
        count = 0
        for line in range(lines):
            if pitch < ends[line] and leader[line] == line:
                for row in range(ROWS * line, ROWS * line + (2 if guided[line] else 1)):
                    begin(sums[row], known[whose[line], pitch], below[line], beside, width)
                    rows[count] = row
                    count += 1
                hear(sums[ROWS * line], given[line], keys[line], pitch, beside, width, vicinity)
        if not count:
            break
        step_up(sums, states, cells, units, weights, rows[:count])
        for line in range(lines):
            if pitch < ends[line]:
                found, first = logits[line, pitch], leader[line]
                if first == line:
                    weigh(found, 0, 2, tops[ROWS * line], head, head_bias)
                    if guided[line]:
                        guide(found, follow[line], tops[ROWS * line + 1], head, head_bias)
                else:
                    found[0], found[1] = logits[first, pitch, 0], logits[first, pitch, 1]
                if given[line, pitch, 0] == 0 and found[0] > over[line, pitch, 0]:
                    chosen[line, pitch, 0] = 1
                    if found[1] > over[line, pitch, 1]:
                        chosen[line, pitch, 1] = 1
                        weigh(found, 2, len(head), tops[ROWS * first], head, head_bias)
                below[line, 0] = given[line, pitch, 0] + chosen[line, pitch, 0]
                below[line, 1] = given[line, pitch, 1] + chosen[line, pitch, 1]
        part(leader, below, states, cells)


@compiled
def leaders(whose: Any, ends: Any) -> Any:
    """The first line that asks the same as each, ``[L]``: itself where it is the first."""
    leader = np.arange(len(whose))
    for line in range(1, len(whose)):
        for other in range(line):
            if leader[other] == other and whose[other] == whose[line] and ends[other] == ends[line]:
                leader[line] = other
                break
    return leader


@compiled
def part(leader: Any, below: Any, states: Any, cells: Any) -> None:
    """Lines that have chosen otherwise than their leader leave it, those that chose alike together."""
    before = leader.copy()
    for line in range(len(leader)):
        led = before[line]
        if led == line or (below[line, 0] == below[led, 0] and below[line, 1] == below[led, 1]):
            continue
        leader[line] = line
        for other in range(led + 1, line):
            alike = below[line, 0] == below[other, 0] and below[line, 1] == below[other, 1]
            if alike and before[other] == led and leader[other] == other:
                leader[line] = other
                break
        if leader[line] == line:
            for row in range(ROWS):
                states[ROWS * line + row] = states[ROWS * led + row]
                cells[ROWS * line + row] = cells[ROWS * led + row]


@compiled
def survey(given: Any, over: Any) -> Any:
    """The given keys of each line, lowest first and -1 after the last, and the pitch at which its climb ends."""
    lines, pitches = given.shape[:2]
    keys, ends = np.full((lines, pitches + 1), -1), np.zeros(lines, np.int64)
    for line in range(lines):
        held = 0
        for pitch in range(pitches):
            if given[line, pitch, 0] > 0:
                keys[line, held] = pitch
                held += 1
            elif over[line, pitch, 0] < np.inf:
                ends[line] = pitch + 1
    return keys, ends


@compiled
def begin(gates: Any, known: Any, below: Any, beside: Any, width: Any) -> None:
    """The first layer's gates: what is known of the pitch, and what was chosen below it."""
    for gate in range(width):
        gates[gate] = known[gate] + below[0] * beside[0, gate] + below[1] * beside[1, gate]


@compiled
def hear(gates: Any, given: Any, keys: Any, pitch: Any, beside: Any, width: Any, vicinity: Any) -> None:
    """Add what the given ``keys`` mean to ``pitch``: each its class, its side, and its place in the window."""
    classes = 2 + 2 * (2 * vicinity + 1)
    sides = classes + PITCH_CLASSES
    for key in keys:
        if key < 0:
            break
        away = key - pitch
        add(gates, beside[classes + away % PITCH_CLASSES], given[key, 0], width)
        if away != 0:
            add(gates, beside[sides + (1 if away > 0 else 0)], given[key, 0], width)
        if -vicinity <= away <= vicinity:
            for plane in range(2):
                add(gates, beside[2 + 2 * (away + vicinity) + plane], given[key, plane], width)


@compiled
def add(gates: Any, weights: Any, feature: Any, width: Any) -> None:
    """``gates += feature * weights``."""
    for gate in range(width):
        gates[gate] += feature * weights[gate]


@compiled
def weigh(logits: Any, first: Any, last: Any, top: Any, head: Any, bias: Any) -> None:
    """Logits ``first`` to ``last`` of the last layer's state."""
    for output in range(first, last):
        logits[output] = dot(top, head[output]) + bias[output]


@compiled
def guide(logits: Any, follow: Any, alone: Any, head: Any, bias: Any) -> None:
    """Away from what the state ``alone`` says, as if nothing were given."""
    for plane in range(2):
        logits[plane] += follow * (logits[plane] - (dot(alone, head[plane]) + bias[plane]))


@compiled
def step_up(sums: Any, states: Any, cells: Any, units: Any, weights: Any, rows: Any) -> None:
    """All layers of one pitch, for ``rows``; the first layer's ``sums`` hold what came from outside."""
    at = begin = below = 0
    for layer in range(len(units)):
        own, width = units[layer], GATES * units[layer]
        if layer:
            bias = weights[at : at + width]
            at += width
            for row in rows:
                for gate in range(width):
                    sums[row, gate] = bias[gate]
        # The state below is new by now and this pitch's own is still of the pitch below: they lie side by side. What
        # lies beyond them, up to a multiple of TOGETHER, meets weights of zero.
        count = -(-(below + own) // TOGETHER) * TOGETHER
        add_products(sums, states, begin - below, count, weights[at : at + count * width], width, rows)
        at += count * width
        for row in rows:
            remember(sums[row], states[row, begin : begin + own], cells[row, begin : begin + own])
        begin += own
        below = own


@compiled
def add_products(sums: Any, states: Any, first: Any, count: Any, weights: Any, width: Any, rows: Any) -> None:
    """``sums += states @ weights`` in ``rows``, eight states at a time: those weights serve every row from the cache.

    Of the states ``count`` from ``first`` on, a multiple of eight; of the sums the first ``width``.
    """
    for at in range(0, count, TOGETHER):
        w = weights[at * width : (at + TOGETHER) * width].reshape(TOGETHER, width)
        for row in rows:
            x, total = states[row, first + at : first + at + TOGETHER], sums[row]
            x0, x1, x2, x3, x4, x5, x6, x7 = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
            for gate in range(width):
                low = x0 * w[0, gate] + x1 * w[1, gate] + x2 * w[2, gate] + x3 * w[3, gate]
                high = x4 * w[4, gate] + x5 * w[5, gate] + x6 * w[6, gate] + x7 * w[7, gate]
                total[gate] += low + high


@compiled
def remember(gates: Any, state: Any, cell: Any) -> None:
    """The LSTM's cell (ONNX operator LSTM, default activations)."""
    own = len(state)
    for unit in range(own):
        enter, leave = sigmoid(gates[unit]), sigmoid(gates[own + unit])
        stay, new = sigmoid(gates[2 * own + unit]), tanh(gates[3 * own + unit])
        cell[unit] = stay * cell[unit] + enter * new
        state[unit] = leave * tanh(cell[unit])


@compiled
def dot(one: Any, other: Any) -> Any:
    """In order, so that every machine rounds alike."""
    total = np.float32(0)
    for index in range(len(one)):
        total += one[index] * other[index]
    return total
