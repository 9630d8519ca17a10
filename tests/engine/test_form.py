"""Form: what returns, what does not, and how a section ends. Read as a musician reads a lead sheet."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.player import Player, same

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.form import spot
from descant_daemon.engine.plan import Plan
from descant_daemon.note_state import ARTICULATE, PLAY, State

BAR = 16


def alike(one: list[State], other: list[State]) -> float:
    """Share of the sounding cells that two stretches have in common."""
    a, b = np.array(one)[..., PLAY], np.array(other)[..., PLAY]
    return float((a * b).sum() / max(1, np.maximum(a, b).sum()))


def bars(notes: list[State], first: int, count: int) -> list[State]:
    return notes[first * BAR : (first + count) * BAR]


# (form, section) and for each bar of the song the bar that it returns to, "." for none.
@pytest.mark.parametrize(
    ("form", "section", "returns"),
    [
        ("AABA", 2, ". . 0 1 . . 0 1 0 1 0 1 4 5 0 1"),
        ("ABAC", 1, ". . 0 . 0 1 0 3"),
        ("AABB", 1, ". 0 . 2 0 0 2 2"),
        ("ABA", 3, ". . . . . . 0 1 2 0 1 2 3 4 5 0 1 2"),
        ("free", 4, ". . . . . . . ."),
    ],
)
def test_a_section_returns_to_the_first_of_its_letter(form: str, section: int, returns: str) -> None:
    plan = Plan(form=form, section=section)
    found = [spot(plan, bar).returns_to for bar in range(len(returns.split()))]
    assert " ".join(str(each[0]) if each else "." for each in found) == returns


def test_where_the_first_was_not_played_the_nearest_will_do() -> None:
    assert spot(Plan(form="AABA", section=4), 29).returns_to == (1, 21, 17, 13)


def test_a_new_letter_keeps_away_from_what_was_before() -> None:
    plan = Plan(form="AABA", section=2)
    assert [spot(plan, bar).avoids for bar in range(8)] == [None, None, None, None, 2, 3, None, None]


def test_sections_end_and_in_free_so_do_phrases_of_four() -> None:
    assert [bar for bar in range(12) if spot(Plan(form="ABA", section=3), bar).ends] == [2, 5, 8, 11]
    assert [bar for bar in range(12) if spot(Plan(), bar).ends] == [3, 7, 11]


def test_at_recall_1_a_section_returns_nearly_literally_and_b_is_another(make_network) -> None:  # type: ignore[no-untyped-def]
    plan = Plan(recall=1, form="AABA", section=2)
    notes = Player(make_network(eagerness=-3.5), Sampling(plan=plan)).play(range(16 * BAR))
    a, b = bars(notes, 0, 2), bars(notes, 4, 2)
    for again in (2, 6, 8, 10, 14):
        assert alike(a, bars(notes, again, 2)) > 0.9, again
    assert alike(b, bars(notes, 12, 2)) > 0.9
    assert alike(a, b) < 0.3


def test_more_recall_is_more_alike(make_network) -> None:  # type: ignore[no-untyped-def]
    likeness = []
    for recall in (0.0, 0.5, 0.75, 1.0):
        plan = Plan(recall=recall, form="AABB", section=4)
        notes = Player(make_network(eagerness=-3.5), Sampling(plan=plan)).play(range(16 * BAR))
        likeness.append(alike(bars(notes, 0, 4), bars(notes, 4, 4)))
    assert likeness == sorted(likeness)
    assert likeness[0] < 0.5 < likeness[2]


def test_free_recall_goes_back_to_one_of_the_last_bars(make_network) -> None:  # type: ignore[no-untyped-def]
    """To one, not to a mixture of them: at 1 every bar is that which it went back to."""
    notes = Player(make_network(eagerness=-3.5), Sampling(plan=Plan(recall=1))).play(range(24 * BAR))
    for bar in range(8, 24):
        back = [alike(bars(notes, bar - ago, 1), bars(notes, bar, 1)) for ago in (1, 2, 4, 8)]
        assert max(back) > 0.85, bar


def test_a_section_ends_on_what_is_held_and_a_breath(make_network) -> None:  # type: ignore[no-untyped-def]
    plan = Plan(form="ABAC", section=4)
    notes = np.array(Player(make_network(), Sampling(plan=plan)).play(range(32 * BAR)))
    within = notes.reshape(32, BAR, -1, 2)
    ends, others = within[3::4], within[[bar for bar in range(32) if bar % 4 != 3]]
    assert not ends[:, 9:, :, ARTICULATE].any(), "nothing begins after the half bar"
    assert not ends[:, 14:].any(), "an eighth to breathe in"
    assert ends[:, 8:14, :, PLAY].any(2).mean() > 0.5, "what sounds at the half bar is held"
    assert others[:, 9:, :, ARTICULATE].any()


def test_a_key_struck_in_the_last_half_bar_is_answered_all_the_same(make_network, make_state) -> None:  # type: ignore[no-untyped-def]
    network = make_network(eagerness=2.0)
    key = {BAR + 12: make_state(network.pitches, struck=(60,))}
    notes = Player(network, Sampling(plan=Plan(form="AABA", section=2))).play(range(2 * BAR), key)
    assert notes[BAR + 12][:, ARTICULATE].any()


FULL = Plan(0.6, "AABA", 2, 0.3, 8.0, "diatonic", -1, 4, True)


@pytest.mark.parametrize("plan", [FULL, FULL._replace(form="free")], ids=["form", "free"])
def test_a_loop_is_the_same_on_every_pass_with_all_of_it(make_network, make_state, plan: Plan) -> None:  # type: ignore[no-untyped-def]
    """Wherever it begins: what shapes a bar is what the song keeps of the bars before, not a running count."""
    network = make_network(eagerness=-3)
    tune = {step: make_state(network.pitches, struck=(60 + step % 7,)) for step in range(0, 192, 5)}
    player = Player(network, Sampling(plan=plan))
    first = player.play(range(192), tune)
    for begin, end in ((64, 128), (70, 100), (64, 128), (0, 192)):
        assert same(player.play(range(begin, end), tune), first[begin:end])


def test_asked_again_with_other_keys_it_looks_at_those(make_network, make_state) -> None:  # type: ignore[no-untyped-def]
    """What returns must not clash with the keys that came late, rather than with those before them."""
    network, sampling = make_network(eagerness=-3), Sampling(plan=Plan(recall=1))
    first, then = (make_state(network.pitches, struck=(key,)) for key in (50, 61))
    differs = 0
    for last in range(16, 48):
        tune = dict(enumerate([first] * last))
        straight = Player(network, sampling).play(range(last + 1), tune | {last: then})
        player = Player(network, sampling)
        player.play(range(last), tune)
        before = player.whole, player.ours
        answers = [
            player.engine.answer(Ask(100 + serial, last, BAR, now, *before, False, sampling)).ours
            for serial, now in enumerate((first, then))
        ]
        assert np.array_equal(answers[1], straight[last])
        differs += not np.array_equal(answers[0], answers[1])
    assert differs > 8


def test_thinking_ahead_changes_nothing(make_network) -> None:  # type: ignore[no-untyped-def]
    sampling = Sampling(plan=FULL)
    straight = Player(make_network(), sampling).play(range(96), ahead=False)
    assert same(Player(make_network(), sampling).play(range(96)), straight)


def test_a_neutral_plan_is_no_plan(make_network) -> None:  # type: ignore[no-untyped-def]
    """Settings of what is switched off move no note."""
    idle = Sampling(plan=Plan(section=3, key=5, beat=6, answers=True))
    assert same(Player(make_network(), idle).play(range(64)), Player(make_network()).play(range(64)))
