"""Whether an answer follows a tune that leaves its key, and what it does without one."""

from __future__ import annotations

import numpy as np
from tests.export.evaluate.judge.harmony.score import FOUR_FOUR, music, piece

from descant_daemon.engine.key import Key
from descant_export.evaluate.judge.harmony import shock as shocks
from descant_export.evaluate.judge.harmony.free import free
from descant_export.evaluate.judge.harmony.measured import heard
from descant_export.evaluate.judge.harmony.shock import shock

C_MAJOR = Key(0, "major")


def test_bars_until_the_new_key_is_found() -> None:
    """C major for a bar too long, then half of a bar in D flat, silence, D flat."""
    found = shock(music("c5:80", "c4:16 d4:16 f#4:8 d4:8 r:16 gb4:16"), C_MAJOR, 1)
    assert found.before.value == 0
    assert [bar.value for bar in found.after[:2]] == [1, 0.5]
    assert np.isnan(found.after[2].value)
    assert found.bars == 3, "silence has found nothing"


def test_a_key_that_is_never_found() -> None:
    found = [shock(music("c5:48", text), C_MAJOR, 1) for text in ("c4:16 d4:32", "c4:16 d4:16 f4:16")]
    assert [each.bars for each in found] == [None, 1]
    together = shocks.pooled(found)
    assert [bar.value for bar in together.after] == [1, 0.5]
    assert together.before.whole == 32


def test_a_take_alone_is_counted_by_eighths() -> None:
    """Seven bars of C major, on and off the beat, and a bar of F minor in eighth notes."""
    still = ("c4:4 c4:4 c4:4 c4:4 " * 7, "e4:14 d4:2 " * 7, "g4:16 " * 7)
    busy = ("c4:2 " * 8, "f4:2 " * 8, "ab4:2 " * 8)
    found = free(heard(piece(*(a + b for a, b in zip(still, busy, strict=True))), FOUR_FOUR, tunes=0))
    assert found.unchanged == 28
    assert found.notes == (7, 7, 7, 7, 7, 7, 7, 24)
    assert found.voices == (3,) * 8
    assert found.keys[0] == "C major"
    assert found.keys[-1] == "F minor"
    assert found.changes == 1
