"""How well the clock is followed, beside what others ship: every row meets its target and leaves the others behind."""

from __future__ import annotations

import pytest
from tests.time import follower_table as table
from tests.time.follower_table import MEASURES, Kind, Measure, Row, follower_table
from tests.time.rivals import Dll, MeanOf24

SEEDS = range(12)
NAMES = [measure.name for measure in MEASURES]


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    return {row.name: row for row in follower_table(SEEDS)}


def test_the_table(rows: dict[str, Row], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{'':34}{'ours':>10}{'DLL':>10}{'mean of 24':>12}{'target':>10}")
        for row in rows.values():
            print(
                f"{row.name:34}{row.ours:10.3f}{row.dll:10.3f}{row.mean24:12.3f}{row.target:10.3f} {row.unit}"
            )
    assert list(rows) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_met(rows: dict[str, Row], name: str) -> None:
    assert rows[name].met, rows[name]


@pytest.mark.parametrize(
    ("name", "dll", "mean24"),
    [
        ("phase, jitter .3 ms: rms", 0.058, 0.38),
        ("phase, jitter .3 ms: p99", 0.14, 0.97),
        ("USB-like jitter and spikes: rms", 0.15, 0.96),
        ("sent by the block of 512: rms", 0.44, 3.7),
        ("120 to 140 BPM: below 2 ms", 3.4, 0.39),
        ("20 BPM in 8 beats: mean peak", 21, 2.4),
    ],
)
def test_the_others_do_as_well_as_they_are_known_to(
    rows: dict[str, Row], name: str, dll: float, mean24: float
) -> None:
    """Figures of an independent simulation: nobody is made to look worse than he is."""
    assert rows[name].dll == pytest.approx(dll, rel=0.1)
    assert rows[name].mean24 == pytest.approx(mean24, rel=0.1)


@pytest.mark.parametrize(
    ("most", "ours", "target", "dll", "mean24", "met"),
    [
        (True, 1.0, 1.0, None, None, True),
        (True, 1.1, 1.0, None, None, False),
        (False, 1.0, 1.0, None, None, True),
        (False, 0.9, 1.0, None, None, False),
        (True, 1.0, 1.0, 1 / 4, 1 / 8, True),
        (True, 1.0, 1.0, 1 / 5, None, False),
        (True, 1.0, 1.0, None, 1 / 9, False),
        (False, 1.0, 1.0, 1 / 5, None, True),
        (False, 1.0, 1.0, None, 1 / 7, False),
    ],
)
def test_met_is_the_target_and_the_distance_to_each_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
    most: bool,
    ours: float,
    target: float,
    dll: float | None,
    mean24: float | None,
    met: bool,
) -> None:
    def measured(kind: Kind, seeds: object) -> float:
        return 4.0 if kind is Dll else 8.0 if kind is MeanOf24 else ours

    monkeypatch.setattr(table, "MEASURES", [Measure("name", "ms", measured, target, most, dll, mean24)])
    assert follower_table([0]) == [Row("name", "ms", ours, 4.0, 8.0, target, met)]
