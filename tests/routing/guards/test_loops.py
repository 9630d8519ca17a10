"""The feedback guard: a cable that leads our output into our input, and players who only seem to be one."""

from __future__ import annotations

import random

import pytest
from tests.routing.routes.spelling import read, spell

from descant_routing import message
from descant_routing.guards.loops import MOST_REMEMBERED, OTHERS_NEEDED, QUIET, WINDOW, FeedbackGuard
from descant_routing.ledger import Ledger
from descant_routing.routes import Passage, Router

MS = 1_000_000


class Desk:
    """``sent``, ``hears`` in ms; what is heard reads as the messages to go on with."""

    def __init__(self) -> None:
        self.guard = FeedbackGuard()

    def sent(self, text: str, at: float, sink: str = "") -> None:
        self.guard.sent(sink, read(text), int(at * MS))

    def hears(self, text: str, at: float) -> str:
        return ", ".join(map(spell, self.guard.hears(read(text), int(at * MS))))

    def loop(self) -> None:
        """Three notes, each of them back after 2 ms, from 0 to 42 ms."""
        for number, key in enumerate(("C4", "D4", "E4")):
            self.sent(f"{key} ch2", 20 * number)
            self.hears(f"{key} ch2", 20 * number + 2)


def test_three_notes_in_a_row_that_come_back_are_a_loop() -> None:
    desk = Desk()
    heard: list[str] = []
    for at, text in ((0, "C4 ch2"), (100, "D4 ch2"), (200, "E4 ch2"), (300, "F4 ch2")):
        desk.sent(text, at)
        heard.append(desk.hears(text, at + 4))
        assert desk.guard.muted == (at >= 200)
    assert heard == ["C4 ch2", "D4 ch2", "C4 off ch2, D4 off ch2", ""], (
        "the first two end, the rest is swallowed"
    )
    assert desk.guard.loops == 1


def test_a_chord_that_comes_back_is_a_loop() -> None:
    desk = Desk()
    for text in ("C4", "E4", "G4"):
        desk.sent(text, 0)
    assert [desk.hears(text, 3) for text in ("C4", "E4", "G4")] == ["C4", "E4", "C4 off, E4 off"]
    assert desk.guard.muted


def test_an_echo_that_has_ended_by_itself_is_not_ended_again() -> None:
    desk = Desk()
    for at, key in ((0, "C4"), (50, "D4")):
        desk.sent(key, at)
        desk.hears(key, at + 1)
        desk.sent(f"{key} off", at + 20)
        assert desk.hears(f"{key} off v0", at + 21) == f"{key} off v0"
    desk.sent("E4", 100)
    assert desk.hears("E4", 101) == ""
    assert desk.guard.muted


def test_a_player_who_strikes_what_we_just_sent_is_no_loop() -> None:
    desk = Desk()
    for at in range(0, 60_000, 100):  # our chord a tenth of a second, and he hits one note of it each time
        for text in ("C4 ch2", "E4 ch2", "G4 ch2"):
            desk.sent(text, at)
        assert desk.hears("E4 ch2", at + 3) == "E4 ch2"
        assert not desk.guard.muted


def test_twice_by_chance_then_once_not_begins_anew() -> None:
    desk = Desk()
    for at in (0, 20):
        desk.sent("C4", at)
        desk.hears("C4", at + 1)
    desk.sent("D4", 40)  # does not come back
    desk.sent("C4", 60)
    assert desk.hears("C4", 61) == "C4"
    assert not desk.guard.muted


@pytest.mark.parametrize(("late", "muted"), [(WINDOW / MS, True), (WINDOW / MS + 0.001, False)])
def test_an_echo_is_back_within_the_window(late: float, muted: bool) -> None:
    desk = Desk()
    for at in (0, 100, 200):
        desk.sent("C4", at)
        desk.hears("C4", at + late)
    assert desk.guard.muted == muted


@pytest.mark.parametrize("other", ["C4 v99", "C4 ch2", "C5", "C4 press 100"])
def test_what_differs_is_no_echo(other: str) -> None:
    desk = Desk()
    for at in range(0, 1000, 10):
        desk.sent("C4", at)
        assert desk.hears(other, at + 1) == other
    assert not desk.guard.looping


def test_one_for_one_the_same_message_cannot_be_two_echoes() -> None:
    desk = Desk()
    desk.sent("C4", 0)
    assert [desk.hears("C4", at) for at in (1, 2, 3, 4)] == ["C4"] * 4
    assert not desk.guard.muted


def test_before_it_was_sent_nothing_is_its_echo() -> None:
    desk = Desk()
    for at in range(0, 300, 100):
        desk.sent("C4", at + 3)  # to leave in 3 ms
        desk.hears("C4", at + 2)
    assert not desk.guard.muted


def test_in_a_loop_only_echoes_are_swallowed() -> None:
    desk = Desk()
    desk.loop()
    desk.sent("G4 ch2", 100)
    assert desk.hears("C4", 101) == "C4", "the player's, on his own channel"
    assert desk.hears("A4 ch2", 101) == "A4 ch2", "and on ours"
    assert desk.hears("G4 ch2", 102) == ""
    desk.sent("G4 off ch2", 200)
    assert desk.hears("G4 v0 ch2", 203) == "", "a note-off comes back in any spelling"
    assert desk.hears("G4 off ch2", 204) == "G4 off ch2", "a second one is somebody else's"
    assert desk.hears("clock", 204) == "clock"


def test_one_channel_loops_the_others_are_free() -> None:
    desk = Desk()
    desk.loop()
    desk.sent("C4", 100)
    assert desk.hears("C4", 101) == "C4"
    assert desk.guard.looping == [""]


def test_a_loop_is_over_when_it_was_quiet_for_a_second() -> None:
    desk = Desk()
    desk.loop()
    last = 42 * MS
    assert desk.guard.next_deadline() == last + QUIET
    desk.guard.advance(last + QUIET - 1)
    assert desk.guard.muted
    desk.sent("C4 ch2", 600)
    desk.hears("C4 ch2", 602)
    assert desk.guard.next_deadline() == 602 * MS + QUIET, "an echo keeps it"
    desk.guard.advance(602 * MS + QUIET)
    assert not desk.guard.muted
    assert desk.guard.next_deadline() is None
    desk.loop()
    assert desk.guard.muted, "and it is found again where the cable is still there"
    assert desk.guard.loops == 2


def test_a_controller_that_trembles_is_no_loop_and_one_that_loops_mutes_nobody() -> None:
    desk = Desk()
    for number in range(OTHERS_NEEDED):
        assert not desk.guard.looping
        desk.sent(f"cc1={number}", number)
        assert desk.hears(f"cc1={number}", number + 0.5) == (
            f"cc1={number}" if number + 1 < OTHERS_NEEDED else ""
        )
    assert desk.guard.looping == [""]
    assert not desk.guard.muted


def test_system_exclusive_loops_too_and_clock_is_none_of_ours() -> None:
    desk = Desk()
    for at in range(100):
        for text in ("sysex", "clock"):
            desk.sent(text, at, "synth")
            heard = desk.hears(text, at + 0.5)
        assert heard == "clock"
    assert desk.guard.looping == ["synth"]


def test_it_remembers_no_more_than_a_window() -> None:
    guard = FeedbackGuard()
    for number in range(10 * MOST_REMEMBERED):
        guard.sent("", message.note_on(number % 16, number % 128, 1), 0)
    assert len(guard._sent) == MOST_REMEMBERED  # pyright: ignore[reportPrivateUsage]
    guard.hears(b"\x90\x3c\x40", 2 * WINDOW)
    assert not guard._sent  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("seed", range(5))
def test_with_a_cable_from_out_to_in_every_note_of_the_player_ends(seed: int) -> None:
    """Guard, router and ledger together; what leaves is back 0.5 to 4 ms later, in order."""
    dice = random.Random(seed)
    guard, router, ledger = FeedbackGuard(), Router([Passage("", "")]), Ledger()
    events = [(at, message.note_on(0, 60 + at // 50 % 5, 90)) for at in range(0, 1000, 50)]
    events += [(at + 30, message.note_off(0, data[1])) for at, data in events]
    waiting = sorted((at * MS, data) for at, data in events)
    arrived = 0
    while waiting:
        now, data = waiting.pop(0)
        arrived += 1
        assert arrived < 500, "it goes round and round"
        for each in guard.hears(data, now):
            for _, made in router.feed(each, ""):
                for sent in ledger.pass_dry(made):
                    guard.sent("", sent, now)
                    back = max(
                        [
                            now + dice.randrange(MS // 2, 4 * MS),
                            *(at for at, _ in waiting if at < now + 4 * MS),
                        ]
                    )
                    waiting.append((back, sent))
        waiting.sort(key=lambda event: event[0])
    assert guard.loops == 1
    assert not router.sounding
    assert not ledger.sounding


def test_two_tracks_that_play_the_same_chords_are_no_loop() -> None:
    desk = Desk()
    for at in range(0, 10_000, 500):
        for key in ("C4", "E4", "G4"):
            for _ in range(2):  # what a track plays passes, and then comes the other's
                assert desk.hears(key, at) == key
                desk.sent(key, at)
    assert not desk.guard.muted
