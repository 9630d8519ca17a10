"""How long before a deadline to stop sleeping."""

from __future__ import annotations

from descant_routing.ports.punctuality import SpinWindow


def test_the_spin_is_the_worst_of_the_last_32_sleeps_within_its_cap() -> None:
    spin = SpinWindow()
    assert spin.window == 800_000  # nothing known yet
    for by in [300_000, *[50_000] * 31]:
        spin.overslept(by)
    assert spin.window == 300_000
    spin.overslept(-20)
    assert spin.window == 50_000
    spin.overslept(5_000_000)
    assert spin.window == 800_000
