"""What the critic says of drafts, against the same rules counted note by note; and which draft it has played."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from descant_daemon.engine.choice import MORE, Choice
from descant_daemon.engine.critic import WEIGHTS, Critic
from descant_daemon.engine.fault_finding import MUD
from descant_daemon.engine.sonority import name_of
from descant_daemon.note_state import ARTICULATE, PLAY, State

LOW, PITCHES = 36, 48  # C2 to B5
W = WEIGHTS


def draft(keys: str, held: str = "") -> State:
    state = np.zeros((PITCHES, 2), np.float32)
    for key in held.split():
        state[number(key) - LOW] = (1, 0)
    for key in keys.split():
        state[number(key) - LOW] = (1, 1)
    return state


def number(name: str) -> int:
    return ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"].index(name[:-1]) + 12 * (
        int(name[-1]) + 1
    )


def critic(before: str, given: str, *, beat: bool = True, his: str = "", rests: bool = False) -> Critic:
    """``before``: our notes that lead to the step, ``his``: the player's then."""
    was = draft(his)[:, PLAY] > 0, draft(before)[:, PLAY] > 0
    return Critic(1.0, was, draft(given)[:, PLAY] > 0, LOW, beat, rests)


SHAPES: dict[str, list[tuple[int, ...]]] = {
    "triad": [(0, 4, 7), (0, 3, 7)],
    "altered": [(0, 3, 6), (0, 4, 8)],
    "seventh": [(0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11), (0, 3, 6, 10), (0, 3, 6, 9), (0, 4, 10), (0, 3, 10),
                (0, 4, 11)],
    "suspended": [(0, 5, 7), (0, 2, 7)],
    "added": [(0, 2, 4, 7, 10), (0, 2, 3, 7, 10), (0, 2, 4, 7), (0, 3, 7, 11), (0, 5, 7, 10)],
}  # fmt: skip


def chord(classes: set[int]) -> tuple[str, int | None, int | None]:
    """What it is, its root, its third."""
    for what, shapes in SHAPES.items():
        for shape in shapes:
            for root in range(12):
                if {(root + degree) % 12 for degree in shape} == classes:
                    third = next(((root + each) % 12 for each in (4, 3) if each in shape), None)
                    return what, root, third
    whole = [{(root + degree) % 12 for degree in shape} for shape in SHAPES["triad"] for root in range(12)]
    return ("part" if any(classes <= triad for triad in whole) else "other"), None, None


def smoothly(before: list[int], after: list[int]) -> list[tuple[int, int]]:
    """Of all ways to lead the notes without crossing the one that moves least; of alike ones the lowest."""
    if len(before) > len(after):
        return [(two, one) for one, two in smoothly(after, before)]
    ways = itertools.combinations(after, len(before))
    return list(
        zip(
            before,
            min(ways, key=lambda way: sum(abs(a - b) for a, b in zip(before, way, strict=True))),
            strict=True,
        )
    )


def slowly(judge: Critic, played: State) -> float:
    ours = [int(row) for row in np.flatnonzero(played[:, PLAY])]
    if not ours:
        return 0.0
    given = [int(row) for row in np.flatnonzero(judge.given)]
    now = sorted({*ours, *given})
    his, mine = ([int(row) for row in np.flatnonzero(each)] for each in judge.before)
    was = sorted({*his, *mine})
    classes = [(row + LOW) % 12 for row in now]
    what, root, third = chord(set(classes))
    score: float = getattr(W, what)
    score += W.root_below * (root == classes[0])
    if third is not None and root is not None:
        score += W.fifth_below * ((root + 7) % 12 == classes[0])
    score += W.third_twice * (third is not None and classes.count(third) > 1)
    score *= 1 if judge.beat else W.off_beat
    score += W.unsettled * (judge.rests and what not in {"triad", "part"})
    score += W.clash * sum(any(abs(row - key) % 12 in (1, 11) for key in given) for row in ours)
    if len(now) > 1:
        score += W.mud * (now[1] - now[0] < 7 and now[0] + LOW < MUD)
    if was:
        moved = abs(now[0] - was[0])
        score += W.still_bass * (moved == 0 and bool(played[:, ARTICULATE].any()))
        score += W.bass_by_fourth * (moved in (5, 7)) + W.wide_bass * max(0, moved - 12)
    theirs, moves = smoothly(his, given), smoothly(mine, ours)
    for one, other in [*itertools.combinations(moves, 2), *itertools.product(theirs, moves)]:
        interval = abs(one[0] - other[0]) % 12
        same = abs(one[1] - other[1]) % 12 == interval and (one[1] - one[0]) * (other[1] - other[0]) > 0
        score += W.parallel * (interval in {0, 7} and same)
    low, high = (
        min((*given, *(move[1] for move in moves)), default=0),
        max((*given, *(m[1] for m in moves)), default=0),
    )
    score += W.leap * sum(max(0, abs(one - two) - 2) for one, two in moves if low < two < high)
    return judge.force * score


@pytest.mark.parametrize("seed", range(40))
def test_all_drafts_at_once_are_judged_as_note_by_note(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def some(most: int) -> State:
        state = np.zeros((PITCHES, 2), np.float32)
        rows = rng.choice(PITCHES, int(rng.integers(0, most + 1)), replace=False)
        state[rows, PLAY] = 1
        state[rows, ARTICULATE] = rng.random(len(rows)) < 0.7
        return state

    given = some(2)
    drafts = np.array([some(4) * (1 - given[:, :1]) for _ in range(12)])
    before = some(2)[:, PLAY] > 0, some(4)[:, PLAY] > 0
    judge = Critic(0.7, before, given[:, PLAY] > 0, LOW, bool(seed % 2), bool(seed % 3))
    assert judge.scores(drafts)[0] == pytest.approx([slowly(judge, each) for each in drafts])


@pytest.mark.parametrize(
    ("better", "worse", "before", "given"),
    [
        ("C3 E4 G4", "C3 F4 B4", "", "C5"),  # a chord that has a name
        ("C3 E4 G4", "E3 E4 G4", "", "C5"),  # its root below, its third once
        ("C3 F4 A4", "C3 E4 G4", "", "F5"),  # no semitone against the tune
        ("B2 D4 G4", "D3 F4 A4", "C3 E4 G4", ""),  # no parallels
        ("F2 C4 A4", "C3 F4 A4", "C3 E4 G4", "F5"),  # a bass that moves
        ("C2 C3 E4", "C2 E2 C4", "", "G4"),  # nothing close together down there
    ],
)
def test_the_better_of_two(better: str, worse: str, before: str, given: str) -> None:
    one, other = critic(before, given).scores(np.array([draft(better), draft(worse)]))[0]
    assert one > other


@pytest.mark.parametrize(
    ("before", "his", "now", "given", "beat", "faulty"),
    [
        ("C3 E3 G3", "", "D3 F3 A3", "", False, True),  # a fifth to a fifth
        ("C3 E3 G3", "", "B2 D3 G3", "", False, False),
        ("E3 G3", "E4", "D3 F3", "D4", False, True),  # in octaves with the player
        ("E3 G3", "E4", "D3 F3", "", False, False),  # who is away
        ("C3 E3 G3", "", "C3 F3 B3", "", True, True),  # no chord
        ("C3 E3 G3", "", "C3 F3 B3", "", False, False),  # where it may pass
    ],
)
def test_what_is_a_fault(before: str, his: str, now: str, given: str, beat: bool, faulty: bool) -> None:
    assert critic(before, given, his=his, beat=beat).scores(draft(now)[None])[1].tolist() == [faulty]


def test_where_the_player_rests_only_a_triad_is_settled() -> None:
    """A seventh is a chord like others while he moves on, none to end a phrase in."""
    seventh, triad = "G2 B3 F4", "C3 E4 G4"
    for rests in (False, True):
        judge = critic("", "G5", rests=rests)
        scores, faulty = judge.scores(np.array([draft(seventh), draft(triad)]))
        assert faulty.tolist() == [rests, False]
        assert scores[1] - scores[0] > -W.unsettled * rests


def test_what_has_stood_still_for_long_is_less_likely_to_go_on() -> None:
    """On a beat, and the longer the less; a chord that is struck again and again stands still, too."""
    fresh, tired, longer = (critic("C3 E3 G3", "C5")._replace(stale=beats) for beats in (0.0, 2.0, 4.0))
    sounding = draft("C3 E3 G3")[:, PLAY] > 0
    over = [
        Choice(
            dice=np.zeros((2, PITCHES, 2)), allowed=np.ones(PITCHES, np.bool_), sounding=sounding,
            temperature=1.0, odds=1.0, voices=4, critic=each,
        ).thresholds[0, :, PLAY]
        for each in (fresh, tired, longer, longer._replace(beat=False))
    ]  # fmt: skip
    assert over[0][sounding].max() < over[1][sounding].min() < over[2][sounding].min()
    assert np.array_equal(over[0], over[3])
    assert all(np.array_equal(over[0][~sounding], each[~sounding]) for each in over)


def test_a_draft_with_another_rhythm_is_never_played() -> None:
    """However good its chord: the first draft says whether something is struck, and how much is held and struck."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        drafts = np.zeros((16, PITCHES, 2), np.float32)
        for each in drafts:
            rows = rng.choice(PITCHES, int(rng.integers(0, 5)), replace=False)
            each[rows, PLAY] = 1
            each[rows, ARTICULATE] = rng.random(len(rows)) < rng.random()
        judge = critic("C3 E4 G4", "C5")
        choice = Choice(
            dice=np.zeros((16, PITCHES, 2)), allowed=np.ones(PITCHES, np.bool_), sounding=np.ones(PITCHES, np.bool_),
            temperature=1.0, odds=1.0, voices=4, critic=judge,
        )  # fmt: skip
        logits = rng.normal(0, 1, drafts.shape).astype(np.float32)
        given = draft("C5")
        best = drafts[choice.best(drafts, logits, given)]
        for plane in (PLAY, ARTICULATE):
            first, found = drafts[0, :, plane].sum(), best[:, plane].sum()
            assert (found > 0) == (first > 0)
            assert 0 <= found - first <= MORE


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ("C3 E3 G3", "C"), ("E3 G3 C4", "C/E"), ("A2 C3 E3", "Am"), ("G2 A3 C4 E4", "Am7/G"), ("G3 B3 D4 F4", "G7"),
        ("B2 D3 F3", "Bdim"), ("C3 E3 Ab3", "Caug"), ("D3 F3 Ab3 C4", "Dm7b5"), ("C3 F3 G3", "Csus4"),
        ("F#3 A3 C4 Eb4", "F#dim7"), ("Eb3 A3 C4 F#4", "Ebdim7"), ("C3 C4", ""), ("C3 Db3 D3", ""),
        ("Bb2 D4 Ab4", "Bb7"),
    ],
)  # fmt: skip
def test_sonorities_by_their_names(keys: str, name: str) -> None:
    numbers = [number(key) for key in keys.split()]
    assert name_of(sum({1 << key % 12 for key in numbers}), numbers[0] % 12) == name
