"""Judges, on music whose verdict is known before it is given."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression

from descant_export.corpus.piece import Piece, from_notes
from descant_export.evaluate.judge.discriminator import Excerpt, between_halves, importances_of, tell_apart
from descant_export.evaluate.judge.judgement import Music, as_many, form_and_space
from descant_export.evaluate.judge.parameter_sweep import statistics_along, sweep, wire
from descant_export.evaluate.judge.style_classifier import StyleJudge
from descant_export.evaluate.takes.style import load_style
from descant_export.evaluate.takes.take import Take, render_take
from descant_routing.errors import DescantError

Pieces = Callable[[range], list[Piece]]


def each_its_own(pieces: list[Piece]) -> list[Excerpt]:
    return [Excerpt(piece, piece.name) for piece in pieces]


def off_beat(piece: Piece) -> Piece:
    """Every note a sixteenth late, but for the last."""
    notes = piece.notes.copy()
    notes["on"] += 1
    return replace(piece, notes=notes)


def test_what_is_never_on_the_beat_is_found_out_and_the_judge_says_by_what(hymns: Pieces) -> None:
    late = [off_beat(piece) for piece in hymns(range(50, 62))]
    found = tell_apart(each_its_own(hymns(range(12))), each_its_own(late))
    assert found.auc["all"] == 1
    assert found.auc["statistics"] == 1
    giveaway = {each.name: each for each in found.giveaways}["onsets on sixteenths"]
    assert (giveaway.human, giveaway.music, giveaway.alone) == (0, 1, 1)
    assert {each.name for each in found.giveaways[:12]} & {
        "onsets on sixteenths",
        "onsets on beats",
        "beat struck 0100",
    }


def test_importances_are_those_of_the_library() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 20))  # more features than are asked about at once
    truth = (values[:, 3] + 0.5 * values[:, 17] + 0.3 * rng.normal(size=300) > 0).astype(int)
    judge = LogisticRegression().fit(values, truth)
    library: Any = permutation_importance(
        judge, values, truth, scoring="neg_log_loss", n_repeats=20, random_state=1
    )
    assert importances_of(judge, values, truth, 0) == pytest.approx(
        library.importances_mean, rel=0.1, abs=0.02
    )


@pytest.mark.usefixtures("few_trees")
def test_a_judge_is_not_asked_about_a_piece_that_it_has_heard(hymns: Pieces) -> None:
    """Eight pieces, four copies each, sides at random: who may hear a copy knows every answer."""
    pieces = hymns(range(8))
    copies = [Excerpt(piece, piece.name) for piece in pieces for _ in range(4)]
    human, music = copies[:16], copies[16:]
    strangers = tell_apart(human, music, say_why=False).auc["all"]
    known = [excerpt._replace(group=f"{at}") for at, excerpt in enumerate(copies)]
    acquainted = tell_apart(known[:16], known[16:], say_why=False).auc["all"]
    assert acquainted > 0.99
    assert strangers < 0.9


def test_halves_of_one_kind_are_hardly_told_apart(hymns: Pieces) -> None:
    found = between_halves(each_its_own(hymns(range(24))))
    assert 0.25 < sum(found) / len(found) < 0.75


@pytest.mark.usefixtures("few_trees")
def test_the_same_seed_gives_the_same_verdict(hymns: Pieces, runs: Pieces) -> None:
    sides = each_its_own(hymns(range(3))), each_its_own(hymns(range(3, 6)))
    assert tell_apart(*sides, seed=3) == tell_apart(*sides, seed=3)


def test_one_piece_is_too_few(hymns: Pieces) -> None:
    with pytest.raises(DescantError, match="too few pieces to tell apart"):
        tell_apart(each_its_own(hymns(range(1))), each_its_own(hymns(range(1, 5))))


def test_sides_are_made_alike_in_size_by_whole_pieces(hymns: Pieces) -> None:
    pieces = [Excerpt(piece, f"piece {at // 3}") for at, piece in enumerate(hymns(range(30)))]
    drawn = as_many(Music([], pieces), 10, seed=1).excerpts
    assert len(drawn) == 12
    assert all(sum(other.group == each.group for other in drawn) == 3 for each in drawn)
    assert drawn != as_many(Music([], pieces), 10, seed=2).excerpts


def test_the_judge_of_styles_names_what_it_has_learned(hymns: Pieces, runs: Pieces) -> None:
    judge = StyleJudge({"hymn": hymns(range(20)), "run": runs(range(20))})
    found = judge.named({"hymn": hymns(range(50, 56)), "run": [*runs(range(50, 52)), *hymns(range(70, 72))]})
    assert found.counts == {"hymn": {"hymn": 6, "run": 0}, "run": {"hymn": 2, "run": 2}}
    assert found.accuracy == (1 + 1 / 2) / 2, "styles count alike, however many excerpts each has"
    assert judge.chance == 0.5
    assert judge.named({"hymn": hymns(range(90, 92)), "run": []}).counts == {"hymn": {"hymn": 2, "run": 0}}


def test_form_and_space_are_ranges_over_pieces() -> None:
    bars = [*range(16)] * 4
    same = from_notes("same", [[(at * 16, at * 16 + 16, 60) for at in range(4)]], bars)
    rests = from_notes("rests", [[(0, 16, 60), (48, 64, 62)]], bars)
    found = form_and_space([same, rests])
    assert found["repeated bars"][:3] == (0.5, 0, 1)
    assert found["silent beats"][:3] == (0.25, 0, 0.5)
    assert found["longest silence, bars"][:3] == (1, 0, 2)
    assert math.isnan(found["silent beats below the top voice"].mean), "there is but one"
    under = from_notes("under", [[(0, 64, 72)], [(0, 16, 60), (32, 64, 60)]], bars)
    found = form_and_space([under, same])
    assert found["silent beats"].mean == 0
    assert found["silent beats below the top voice"][:3] == (0.25, 0.25, 0.25)
    assert found["longest silence below the top voice, bars"].mean == 1


def test_a_sweep_that_moves_one_way_has_rank_correlation_one() -> None:
    def fast(notes: int) -> Piece:
        return from_notes("x", [[(at, at + 1, 60 + at % 5) for at in range(notes)]], [*range(16)] * 4)

    found = statistics_along([0, 0.5, 1], [[fast(8), fast(12)], [fast(20)], [fast(40)]])
    assert found["notes_per_quarter"].means == [10 / 16, 20 / 16, 40 / 16]
    assert found["notes_per_quarter"].monotone == 1
    assert found["silent_beats"].monotone == -1
    assert found["note_length"].monotone != found["note_length"].monotone, "what does not move has none"


def test_stuck_and_doubled_notes_are_counted() -> None:
    on, off = bytes((0x91, 60, 80)), bytes((0x81, 60, 0))
    assert wire([(0, on), (10, off), (10, on), (20, off)]) == (0, 0)
    assert wire([(0, on), (10, on), (20, off)]) == (0, 1)
    assert wire([(0, on), (5, bytes((0x90, 60, 80))), (10, bytes((0x91, 60, 0)))]) == (1, 0), "by channel"


def test_a_turned_controller_is_heard_and_what_it_plays_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """From plenty to silence within one take: much at first, nothing new in the last bar."""
    heard: list[Take] = []

    def kept(*arguments: Any, **named: Any) -> Take:
        heard.append(render_take(*arguments, **named))
        return heard[-1]

    monkeypatch.setattr("descant_export.evaluate.judge.parameter_sweep.render_take", kept)
    style = load_style("bach-chorale", mode="free")
    _, wires = sweep(style, "density", [1.8, 0.9, 0], [], 1, 4)
    (take,) = heard
    on = take.piece.notes["on"]
    assert (on < 16).sum() > 4
    assert (on > 48).sum() == 0, "the step on the bar line was asked for before"
    assert wires == (0, 0)
