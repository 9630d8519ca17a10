"""What is wrong is said at once, and a flood of it now and then."""

from __future__ import annotations

from descant_daemon.live.control.complaints import LONGEST, Complaints


def test_the_first_is_said_at_once_and_once() -> None:
    complaints = Complaints()
    assert complaints.due(0.0) == []
    complaints.add("no")
    assert complaints.due(0.0) == ["no"]
    assert complaints.due(100.0) == []


def test_more_of_it_is_counted() -> None:
    complaints = Complaints()
    complaints.add("first")
    assert complaints.due(0.0) == ["first"]
    for number in range(1235):
        complaints.add(f"wrong {number}")
    assert complaints.due(0.5) == []
    assert complaints.due(1.0) == ["wrong 1234 (and 1,234 more like it)"]


def test_a_flood_of_an_hour_is_few_lines_and_after_a_rest_one_is_said_at_once_again() -> None:
    complaints, said = Complaints(), list[str]()
    for tenth in range(36_000):
        complaints.add("wrong")
        said += complaints.due(tenth / 10)
    assert 3600 / LONGEST <= len(said) < 3600 / LONGEST + 10
    complaints.due(3600 + LONGEST)
    complaints.add("again")
    assert complaints.due(3600 + 4 * LONGEST) == ["again"]
    complaints.add("soon")
    assert complaints.due(3600 + 4 * LONGEST + 1.1) == ["soon"]
