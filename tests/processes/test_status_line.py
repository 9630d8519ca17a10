"""The line that a musician reads."""

from __future__ import annotations

from descant_daemon.live.control.status import status_line

STATUS = {
    "running": True,
    "bar": 12,
    "beat": 3,
    "bpm": 120.04,
    "held": [60, 64],
    "sounding": [48],
    "engine": True,
    "late": 0,
    "staleness": 0,
}


def test_where_we_are_and_what_sounds() -> None:
    assert status_line(STATUS) == "▶    12.3  120.0 BPM    you E4 C4               descant C3                "


def test_whoever_has_pulled_a_plug_can_read_which() -> None:
    absent = {"keys": "Keystation is gone: it is taken up again when it is back"}
    assert status_line({**STATUS, "absent": absent}).endswith("   waiting for keys")
    assert status_line({**STATUS, "absent": {"": "gone"}}).endswith("   waiting for the port")
