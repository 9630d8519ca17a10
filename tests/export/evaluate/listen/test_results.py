"""What answers say, on answers whose outcome is known by formula."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_export.evaluate.listen.blind_test import AnswerKey, Response, read_answers, seal
from descant_export.evaluate.listen.results import picks, ratings
from descant_routing.errors import DescantError

Z = 1.959963984540054  # of the normal distribution, 95%
RATED = AnswerKey(
    "x",
    {"clip-01": "human", "clip-02": "human", "clip-03": "ours", "clip-04": "ours", "clip-05": "markov"},
    {},
    (),
)
PICKED = AnswerKey(
    "x", {"a1": "human", "b1": "ours", "a2": "human", "b2": "ours"}, {}, [("a1", "b1"), ("b2", "a2")]
)


def rate(listener: str, **given: int) -> list[Response]:
    return [Response(listener, f"clip-{name[1:]}", str(value)) for name, value in given.items()]


def test_means_are_over_listeners_however_much_each_answers() -> None:
    answers = rate("ann", c01=10, c02=8, c03=4) + rate("bob", c01=3, c03=4, c04=6)
    found = ratings(answers, RATED)
    assert list(found) == ["human", "ours"]
    assert found["human"].mean == (9 + 3) / 2, "not (10 + 8 + 3) / 3"
    assert (found["human"].ratings, found["human"].listeners) == (3, 2)
    assert found["human"].deviation == pytest.approx(math.sqrt((3**2 + 1**2 + 4**2) / 2))
    assert found["human"].difference == ((4 - 9) + (5 - 3)) / 2


@pytest.mark.parametrize("listeners", [2, 5, 8])
def test_when_all_agree_only_one_of_two_to_the_n_sign_flips_goes_as_far(listeners: int) -> None:
    answers = [
        answer
        for number in range(listeners)
        for answer in rate(f"l{number}", c01=8 + number % 2, c03=4 + number % 2)
    ]
    human = ratings(answers, RATED)["human"]
    assert human.difference == -4
    assert human.p == pytest.approx(2 / 2**listeners)


def test_the_interval_of_listeners_who_agree_is_a_point_and_of_one_there_is_none() -> None:
    agreed = ratings(rate("ann", c03=7) + rate("bob", c03=7) + rate("cy", c03=7), RATED)["ours"]
    assert (agreed.low, agreed.high) == (7, 7)
    alone = ratings(rate("ann", c01=2, c03=7), RATED)
    assert math.isnan(alone["ours"].low)
    assert math.isnan(alone["human"].p)


def test_the_interval_of_many_is_that_of_the_normal_distribution() -> None:
    answers = [answer for number in range(100) for answer in rate(f"l{number}", c03=3 if number % 2 else 7)]
    found = ratings(answers, RATED)["ours"]
    half = Z * 2 / math.sqrt(100)  # deviation 2
    assert found.low == pytest.approx(5 - half, abs=0.06)
    assert found.high == pytest.approx(5 + half, abs=0.06)


def test_picks_have_the_binomial_p_and_wilsons_interval() -> None:
    answers = [Response(f"l{n}", "a1 b1", "a1") for n in range(5)]
    found = picks(answers, PICKED)["ours"]
    assert (found.answers, found.found, found.share) == (5, 5, 1)
    assert found.p == pytest.approx(2 * 0.5**5)
    assert found.low == pytest.approx(5 / (5 + Z**2))
    assert found.high == pytest.approx(1)
    half = picks([*answers, *(Response(f"l{n}", "b2 a2", "b2") for n in range(5))], PICKED)["ours"]
    assert half.share == 0.5
    assert half.p == pytest.approx(1)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[str], Path]:
    """``saved(text)``: a file of answers beside the key; S stands for its seal."""
    sealed = RATED.sealed()
    (tmp_path / "key.sealed").write_bytes(sealed)

    def write(text: str) -> Path:
        path = tmp_path / "answers.csv"
        path.write_text(f"seal,listener,question,answer\n{text.replace('S', seal(sealed))}")
        return path

    return write


def test_answers_as_the_form_saves_them(saved: Callable[[str], Path]) -> None:
    path = saved('S,"Ann ""A"", B",clip-01,10\n\nS,bob,clip-03,1\n')
    result = CliRunner().invoke(app, ["listen", "--results", str(path), "--json"], catch_exceptions=False)
    report = json.loads(result.stdout)
    assert (report["listeners"], report["answers"]) == (2, 2)
    assert report["results"]["human"]["mean"] == 10
    assert report["results"]["human"]["p"] is None
    table = CliRunner().invoke(app, ["listen", "--results", str(path)], catch_exceptions=False).stdout
    assert "held-out" in table
    assert "nan" not in table


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no answer in these files"),
        ("S,ann,clip-01\n", r"answers\.csv, line 2: there are 3 fields, not 4"),
        ("S,ann,clip-09,3\n", r"line 2: 'clip-09' was not asked"),
        ("S,ann,clip-01,3\nS,ann,clip-02,11\n", r"line 3: '11' is no answer; 1 to 10"),
        ("S,ann,clip-01,3\nS,ann,clip-01,4\n", r"line 3: ann has answered clip-01 already"),
        ("0,ann,clip-01,3\n", "another blind test than the key"),
    ],
)
def test_what_is_no_answer_is_named(saved: Callable[[str], Path], text: str, words: str) -> None:
    path = saved(text)
    with pytest.raises(DescantError, match=words):
        read_answers([path], RATED, seal(RATED.sealed()))


def test_another_file_and_a_missing_key(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DescantError, match=r"x\.csv is no file of answers"):
        read_answers([tmp_path / "x.csv"], RATED, "")
    with pytest.raises(DescantError, match=r"no key\.sealed beside the answers"):
        CliRunner().invoke(app, ["listen", "--results", str(tmp_path / "x.csv")], catch_exceptions=False)
