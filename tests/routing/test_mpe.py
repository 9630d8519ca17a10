"""MPE zones: told by RPN 6, or plain from what is played."""

from __future__ import annotations

import pytest
from tests.routing.routes.spelling import read

from descant_routing.mpe import Zones


def hear(*texts: str) -> Zones:
    zones = Zones()
    for text in texts:
        zones.feed(read(text))
    return zones


def configure(master: int, size: int) -> list[str]:
    return [f"cc101=0 ch{master}", f"cc100=6 ch{master}", f"cc6={size} ch{master}"]


def channels(zones: Zones) -> list[int]:
    return sorted(channel + 1 for channel in zones.members)


@pytest.mark.parametrize(
    ("said", "members", "ours"),
    [
        ([], [], 2),
        (configure(1, 15), [*range(2, 17)], 1),
        (configure(16, 15), [*range(1, 16)], 16),
        (configure(1, 5), [*range(2, 7)], 16),
        (configure(16, 5), [*range(11, 16)], 2),
        ([*configure(1, 7), *configure(16, 7)], [*range(2, 16)], 1),
        ([*configure(1, 10), *configure(16, 10)], [*range(2, 6), *range(6, 16)], 1),
        ([*configure(1, 15), *configure(1, 0)], [], 2),
        (["cc101=0", "cc100=5", "cc6=15"], [], 2),
        (["cc101=0", "cc100=6", "cc99=1", "cc98=1", "cc6=15"], [], 2),
        (["cc101=0 ch3", "cc100=6 ch3", "cc6=15 ch3"], [], 2),
    ],
)
def test_a_configuration_message_says_which_channels_are_a_finger_each(
    said: list[str], members: list[int], ours: int
) -> None:
    zones = hear(*said)
    assert channels(zones) == members
    assert zones.place(1) + 1 == ours


def test_the_younger_zone_takes_from_the_older() -> None:
    """MPE 1.0, 2.1.3: 15 and then 4 above leave ten below."""
    assert channels(hear(*configure(1, 15), *configure(16, 4))) == [*range(2, 12), *range(12, 16)]


@pytest.mark.parametrize("shape", ["bend 9", "pressure 9", "cc74=9"])
def test_two_fingers_each_shaped_by_itself_are_mpe(shape: str) -> None:
    zones = hear("C4 ch2", f"{shape} ch2", "E4 ch3")
    assert channels(zones) == []
    assert zones.feed(read(f"{shape} ch3"))
    assert channels(zones) == [*range(2, 17)]


@pytest.mark.parametrize(
    "played",
    [
        ["C4 ch1", "E4 ch1", "bend 9 ch1"],
        ["C4 ch2", "bend 9 ch2", "C4 off ch2", "E4 ch3", "bend 9 ch3"],
        ["C4 ch2", "E4 ch2", "bend 9 ch2", "G4 ch3", "bend 9 ch3"],
        ["C4 ch2", "E4 ch3", "cc1=9 ch2", "cc1=9 ch3"],
    ],
)
def test_what_others_play_too_is_no_mpe(played: list[str]) -> None:
    """Catches a keyboard, or two, whose harmony goes to a channel that nobody listens to."""
    assert channels(hear(*played)) == []
