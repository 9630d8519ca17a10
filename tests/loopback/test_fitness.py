"""The sentence and the table, from lists made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from descant_daemon.cli.loopback import table
from descant_daemon.loopback.fitness import Axis, Measured, as_json, judge

JACK = Axis("jack", "JACK", 48_000, 256)
ALSA = Axis("alsa", "ALSA", 1_000_000_000)
GOOD = Measured(JACK, "bach-chorale", [0] * 4, [0] * 8, [96, 240, None, 48], [0] * 4)


def test_a_good_machine() -> None:
    verdict = judge(GOOD)
    assert verdict.fit
    assert verdict.says == "This machine is fit to play through JACK."
    assert table(GOOD, verdict) == [
        "JACK at 48000 Hz, 256 frames a period (5.33 ms): bach-chorale",
        "ms                      p50      p99      max       sd   heard    target",
        "grid jitter           0.000    0.000    0.000    0.000   8/8      ✓ 0 frames",
        "key to harmony        2.000    5.000    5.000    1.700   3/4      ✓ p99 at most 10 ms",
        "thru                  0.000    0.000    0.000    0.000   4/4      ✓ p99 at most 2 ms",
        "JACK alone            0.000    0.000    0.000    0.000   4/4",
        "This machine is fit to play through JACK.",
    ]


@pytest.mark.parametrize(
    ("worse", "missed", "advice"),
    [
        ({"grid": [0] * 7 + [1]}, "grid jitter", "close other programs"),
        ({"grid": [256] * 8}, "grid jitter", "close other programs"),
        ({"grid": [0, 1], "xruns": 3}, "grid jitter", "JACK counted 3 xruns"),
        ({"harmony": [481] * 4}, "key to harmony", "close other programs"),
        ({"harmony": [None] * 4}, "key to harmony", "close other programs"),
        ({"thru": [97] * 4}, "thru", "close other programs"),
        ({"thru": [0, 0, None, 0]}, "thru", "1 of 4 notes never arrived"),
        ({"axis": replace(JACK, period=1024), "harmony": [500] * 4}, "key to harmony",
         "a period of 1024 frames is 21.3 ms: choose a shorter one"),
        ({"echo": [480] * 4, "thru": [480] * 4}, "thru", "JACK alone takes 10.0 ms"),
    ],
)  # fmt: skip
def test_what_was_missed_and_what_to_do(worse: dict[str, object], missed: str, advice: str) -> None:
    verdict = judge(replace(GOOD, **worse))  # type: ignore[arg-type]
    assert not verdict.fit
    assert verdict.says.startswith(f"This machine is not fit yet: {missed} missed the target; ")
    assert advice in verdict.says


def test_xruns_are_not_hidden() -> None:
    says = judge(replace(GOOD, xruns=3)).says
    assert says == "This machine is fit to play through JACK, though JACK counted 3 xruns meanwhile."


def test_just_within_every_target() -> None:
    assert judge(replace(GOOD, harmony=[480] * 4, thru=[96] * 4)).fit


def test_without_frames_a_constant_delay_is_no_jitter_and_half_a_ms_is_allowed() -> None:
    alsa = Measured(
        ALSA, "bach-chorale", [100_000] * 4, [700_000, 1_200_000, 700_000], [4_000_000], [200_000]
    )
    assert judge(alsa).fit
    assert "Notes come 0.700 ms after their sixteenth in the middle." in table(alsa, judge(alsa))
    assert not judge(replace(alsa, grid=[700_000, 1_200_001, 700_000])).fit


def test_scripts_get_frames_and_ms() -> None:
    found = json.loads(json.dumps(as_json(GOOD, judge(GOOD))))
    assert found["raw"]["harmony"] == [96, 240, None, 48]
    assert found["figures_ms"]["harmony"] == {
        "heard": 3, "asked": 4, "p50": 2.0, "p99": 5.0, "max": 5.0, "sd": pytest.approx(1.6997, abs=1e-3)
    }  # fmt: skip
    assert (found["rate"], found["period"], found["fit"]) == (48_000, 256, True)
