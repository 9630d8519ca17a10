"""The critic's judgement in machine code: many drafts, each in less time than it takes to draw one."""

from __future__ import annotations

from typing import Any

import numpy as np

from descant_daemon.compiled import compiled
from descant_daemon.engine.leading import FAR, FIFTH, OCTAVE, led, parallel
from descant_daemon.engine.sonority import CLASSES, NO_CHORD, PART, TRIAD
from descant_daemon.note_state import ARTICULATE, PLAY

MUD = 48  # MIDI key
STEP = 2  # semitones
SETTLED = (TRIAD, PART)
SEMITONE, FOURTH_OR_FIFTH = (1, CLASSES - 1), (OCTAVE - FIFTH, FIFTH)


@compiled
def judged(  # noqa: PLR0917 - arrays in, arrays out
    drafts: Any,
    was_given: Any,
    was_ours: Any,
    given: Any,
    low: Any,
    beat: Any,
    rests: Any,
    weights: Any,
    tables: Any,
) -> Any:
    """Scores and faults, ``[D]`` each, of ``drafts [D, P, 2]``; of the player and of what was, the rows that sound."""
    scores, faulty = np.zeros(len(drafts)), np.zeros(len(drafts), np.bool_)
    pitches = drafts.shape[1]
    ours, sounding = np.empty(pitches, np.int64), np.empty(2 * pitches, np.int64)
    theirs, moves = np.empty((len(given), 2), np.int64), np.empty((len(was_ours), 2), np.int64)
    least = np.empty((pitches + 1, pitches + 1), np.int64)
    their_moves = theirs[: led(was_given, given, theirs, least)] if len(given) else theirs
    was = min(was_given[0] if len(was_given) else FAR, was_ours[0] if len(was_ours) else FAR)
    for draft in range(len(drafts)):
        count, both, struck = survey(drafts[draft], given, ours, sounding)
        if not count:
            continue
        chosen, chord = ours[:count], sounding[:both]
        worth, what = worth_of(chord, low, weights, tables)
        scores[draft] = worth if beat else worth * weights.off_beat
        unsettled = rests and what not in SETTLED
        if unsettled:
            scores[draft] += weights.unsettled
        for row in chosen:
            scores[draft] += weights.clash * clashes(row, given)
        if both > 1 and chord[1] - chord[0] < FIFTH and chord[0] + low < MUD:
            scores[draft] += weights.mud
        if was < FAR:
            scores[draft] += bass(abs(chord[0] - was), struck, weights)
        pairs, leaps = voices(moves[: led(was_ours, chosen, moves, least)], their_moves, given)
        scores[draft] += weights.parallel * pairs + weights.leap * leaps
        faulty[draft] = pairs > 0 or (beat and (what == NO_CHORD or unsettled))
    return scores, faulty


@compiled
def survey(state: Any, given: Any, ours: Any, sounding: Any) -> Any:
    """Written from the lowest up: rows of Descant's notes and of all; how many, whether one is struck."""
    count = both = at = 0
    struck = False
    following = given[0] if len(given) else FAR
    for row in range(len(state)):
        if state[row, PLAY] > 0:
            ours[count] = sounding[both] = row
            count += 1
            both += 1
            struck |= state[row, ARTICULATE] > 0
        elif row == following:
            sounding[both] = row
            both += 1
        if row == following:
            at += 1
            following = given[at] if at < len(given) else FAR
    return count, both, struck


@compiled
def worth_of(chord: Any, low: Any, weights: Any, tables: Any) -> Any:
    """What the ``chord [V]`` is worth on a beat, and what it is."""
    bits = twice = 0
    for row in chord:
        bit = 1 << (row + low) % CLASSES
        twice |= bits & bit
        bits |= bit
    lowest, root, third = (chord[0] + low) % CLASSES, tables.root[bits], tables.third[bits]
    worth = weights[tables.what[bits]]
    if root == lowest:
        worth += weights.root_below
    if third >= 0:
        if (root + FIFTH) % CLASSES == lowest:
            worth += weights.fifth_below
        if twice >> third & 1:
            worth += weights.third_twice
    return worth, tables.what[bits]


@compiled
def clashes(row: Any, given: Any) -> Any:
    """Whether a note is a semitone from one of the player's, whatever the octave."""
    near = False
    for key in given:
        near |= abs(row - key) % CLASSES in SEMITONE
    return near


@compiled
def bass(moved: Any, struck: Any, weights: Any) -> Any:
    """What it is worth that the lowest note has moved by so much."""
    worth = weights.wide_bass * max(0, moved - OCTAVE)
    if moved == 0 and struck:
        worth += weights.still_bass
    if moved in FOURTH_OR_FIFTH:
        worth += weights.bass_by_fourth
    return worth


@compiled
def voices(moves: Any, theirs: Any, given: Any) -> Any:
    """How many pairs of voices are parallel, one of them ours, and how far inner voices leap beyond ``STEP``.

    ``moves [n, 2]``, ``theirs [m, 2]``: from where to where its voices go, and the player's.
    """
    pairs = leaps = 0
    for at in range(len(moves)):
        move = moves[at]
        for other in range(at):
            pairs += parallel(moves[other], move)
        for each in theirs:
            pairs += parallel(each, move)
        below = at > 0 or (len(given) > 0 and given[0] < move[1])
        above = at < len(moves) - 1 or (len(given) > 0 and given[-1] > move[1])
        if below and above:
            leaps += max(0, abs(move[1] - move[0]) - STEP)
    return pairs, leaps
