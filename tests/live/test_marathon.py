"""A song through JACK with its tempo changed on the way, in short; the same program runs it for an hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.live.conftest import StatusLines, excused
from tests.live.test_jack import MELODY

if TYPE_CHECKING:
    from tests.live.conftest import Rig

BAR, BEAT = 96, 24  # ticks
HALF_A_TICK = 428  # frames, at 140 BPM; more than any answer takes, less than any slip


def test_the_place_is_exact_and_nothing_hangs_when_the_tempo_changes(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    rig.master(120)
    status = StatusLines(rig.descant("--clock", "midi", "--json"))
    loop = -(-max(start + length for start, length, _ in MELODY) // BAR) * BAR
    plan = {"seconds": 18, "tempi": [120, 132, 118, 96, 104, 140], "every": 3, "notes": MELODY, "loop": loop}
    heard = rig.marathon(plan)
    last = status.latest
    assert not last["running"]
    assert (last["bar"], last["beat"]) == (
        (heard["ticks"] - 1) // BAR + 1,
        (heard["ticks"] - 1) // BEAT % 4 + 1,
    )
    assert heard["strikes"] > 30
    assert heard["ours_sounding"] == heard["doubled"] == heard["orphans"] == heard["too_early"] == 0
    late = {int(frames): count for frames, count in heard["lateness"].items()}
    astray = sum(count for frames, count in late.items() if frames > HALF_A_TICK)
    assert sum(late.values()) > 5
    assert astray < 0.5 * sum(late.values()) + 4 * excused(last), "who has slipped by a tick stays a tick off"
