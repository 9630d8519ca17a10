"""What a back-end ends when the effect cannot."""

from __future__ import annotations

from descant_routing.ports.cable import Sounding


def test_sounding_ends_exactly_what_sounds() -> None:
    sounding = Sounding()
    for text in ("93 40 50", "90 3c 40", "90 3e 40", "80 3e 00", "90 43 40", "90 43 00", "b0 40 7f"):
        sounding.watch(bytes.fromhex(text))
    assert [data.hex(" ") for data in sounding.end()] == ["80 3c 40", "83 40 40"]
    assert sounding.end() == []
