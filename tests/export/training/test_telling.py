"""What is told of a training while it goes on: in any width, and where nobody watches."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from descant_export.training.telling import EVERY, Teller, about
from descant_export.training.train import UpdateReport
from descant_export.verdict import told_apart, verdict


def at(update: int, seconds: float, validation: tuple[float, float] | None = None) -> UpdateReport:
    return UpdateReport(update, -16.389, validation, -1.0, seconds, 2000.0, 0.01)


def drawn(width: int, *told: UpdateReport) -> str:
    """The line as a terminal of that width shows it."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None, legacy_windows=False)
    teller = Teller(console, 1000, -4.6)
    for each in told:
        teller.show(each)
    out.truncate(0)
    out.seek(0)
    console.print(teller.line(width))
    return out.getvalue().rstrip("\n")


def test_at_80_columns_nothing_is_cut() -> None:
    line = drawn(80, at(1, 3.0), at(11, 13.0))
    assert line.startswith("update 11 of 1000, about 16 min left, train -16.389")
    assert "\n" not in line
    assert len(line) <= 80
    assert "…" not in line


@pytest.mark.parametrize("width", range(24, 140))
def test_what_does_not_fit_is_left_out_whole(width: int) -> None:
    line = drawn(width, at(1, 3.0), at(999, 13.0))
    assert "\n" not in line
    assert len(line) <= width
    assert line.startswith("update 999 of 1000")
    words = line.partition("━")[0].strip().split(", ")
    assert words == ["update 999 of 1000", "about 1 s left", "train -16.389"][: len(words)]


def test_redirected_a_line_comes_now_and_then_and_each_look_is_one() -> None:
    out = io.StringIO()
    with Teller(Console(file=out, width=300), 100, -4.6) as teller:
        for update in range(1, 71):
            teller.show(at(update, float(update), (-15.4, -10.2) if update == 50 else None))
    lines = out.getvalue().splitlines()
    assert lines == [
        "update 1 of 100, train -16.389",
        f"update {1 + EVERY:.0f} of 100, about 69 s left, train -16.389",
        "update 50 of 100, about 50 s left, train -16.389",
        "update 50: validation -15.400 nats a step alone, -10.200 under a given melody "
        "(higher is better; holding the last note: -4.600 alone)",
    ]


def test_a_run_that_goes_on_is_timed_from_where_it_was_taken_up() -> None:
    assert "about 49 s left" in drawn(80, at(901, 50_000.0), at(902, 50_000.5))


def test_the_best_look_is_that_of_the_checkpoint_which_is_kept() -> None:
    teller = Teller(Console(file=io.StringIO()), 10, -4.6)
    for update, looked in enumerate([(-5.0, -4.0), (-3.0, -2.0), (-2.5, -3.0)]):
        teller.show(at(update, 0.0, looked))
    assert teller.best == -3.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 1 s"),
        (89, "about 89 s"),
        (840, "about 14 min"),
        (7200, "about 2 h"),
        (9000, "about 2.5 h"),
    ],
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert about(seconds) == words


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (-14.6, "worse than holding the last note (-14.60 and -4.60 nats a step): train longer."),
        (-4.6, "worse than holding"),
        (-4.0, "no better than a Markov chain of single notes (-4.00 and -3.90 nats a step): train longer."),
        (-2.9, "better than holding the last note (-2.90 nats a step; holding: -4.60; a Markov chain"),
    ],
)
def test_the_verdict(model: float, words: str) -> None:
    assert words in verdict(model, -4.6, -3.9)
    assert ("train longer" in words) <= ("train longer" in verdict(model, -4.6, -3.9))


@pytest.mark.parametrize(
    ("auc", "halves", "words"),
    [
        (0.55, (0.4, 0.5), "hardly told"),
        (0.72, (0.5, 0.75), "hardly told"),
        (0.72, (0.5, 0.6), "often taken for human"),
        (0.9, (0.4, 0.6), "sound like the style, and are mostly told"),
        (1.0, (0.4, 0.6), "told from human music nearly always (AUC 1.00; 0.5 is chance, and halves"),
    ],
)
def test_the_verdict_of_a_judge(auc: float, halves: tuple[float, float], words: str) -> None:
    told = told_apart("tangos", auc, halves)
    assert words in told
    assert told.startswith("tangos: takes ")
