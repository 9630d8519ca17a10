"""Cables that come and go, on a system that is made up; the driving thread is the test itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.routing.ports.doubles import NoEnds, Patch, one

from descant_routing import message
from descant_routing.errors import DescantError, UsageError
from descant_routing.ports import switchboard
from descant_routing.ports.api import Cables
from descant_routing.ports.cable import Cable, Sounding
from descant_routing.ports.inbox import InOrder
from descant_routing.ports.wiring import Wiring
from descant_routing.timed import MAIN, Timed

if TYPE_CHECKING:
    from collections.abc import Callable

ON, OFF = message.note_on(0, 60, 100), message.note_off(0, 60)
A, B = "Keystation:MIDI 1 20:0", "Keystation:MIDI 1 24:0"


class Town(NoEnds):
    """Ports of others by name, and what has been done with ours."""

    def __init__(self, *there: str) -> None:
        self.there = list(there)
        self.tries: list[str] = []
        self.refuses = False
        self.open_now: list[Cable] = []
        self.settled: Callable[[], object] = list

    def names(self, is_input: bool) -> list[str]:
        return self.there

    def open(self, cable: Cable) -> None:
        self.open_now.append(cable)

    def join(self, cable: Cable, other: str) -> None:
        self.tries.append(other)
        if self.refuses:
            raise DescantError("refused")

    def settle(self) -> None:
        self.settled()

    def close(self, cable: Cable) -> None:
        if cable in self.open_now:
            self.open_now.remove(cable)


def wired(town: Town, cables: Cables) -> Wiring[Cable]:
    wiring = Wiring(town, "Town", cables, lambda: None)
    wiring.start()
    return wiring


def told(wiring: Wiring[Cable]) -> list[str]:
    """What the effect is told in the next cycle."""
    patch = Patch({})
    wiring.tell(patch, 0)
    return patch.told


def test_a_port_that_is_back_under_another_number_is_the_same_port() -> None:
    town = Town(A)
    wiring = wired(town, one("keystation"))
    town.there = []
    wiring.look(poll=True)
    assert told(wiring) == ["-"]
    town.there = ["Nanokey:MIDI 1 20:0", B]
    wiring.look(poll=True)
    assert told(wiring) == ["+"]
    assert (wiring.inputs[MAIN].found, wiring.absent) == (B, {})


def test_nobody_is_told_of_a_connection_before_it_is_in_force() -> None:
    """What is sent at once to somebody who is back would else go nowhere."""
    town = Town(A)
    wiring = wired(town, one(None, A))
    wiring.missed(wiring.outputs[MAIN])
    said: list[list[str]] = []
    town.settled = lambda: said.append(told(wiring))
    wiring.look(poll=True)
    assert said == [["-"]]
    assert told(wiring) == ["+"]


def test_nothing_closes_before_the_driving_thread_has_let_go_of_it() -> None:
    town = Town()
    wiring = wired(town, one())
    (keys, synth), seen = town.open_now, list[list[Cable]]()
    town.settled = lambda: seen.append([*town.open_now])
    thread = threading.Thread(target=run_until_turned, args=(wiring,))
    thread.start()
    wiring.rewire(Cables({MAIN: None}, {}))
    thread.join()
    assert seen == [[keys, synth]]
    assert town.open_now == [keys]


def test_of_two_alike_each_cable_keeps_its_own() -> None:
    town = Town(A, B)
    wiring = wired(town, Cables({"one": A, "two": B}, {}))
    town.there = [A]
    wiring.look(poll=True)
    assert (told(wiring), list(wiring.absent)) == (["-two"], ["two"]), "it took the other's keyboard"
    town.there = [A, "Keystation:MIDI 1 28:0"]
    wiring.look(poll=True)
    assert told(wiring) == ["+two"]
    assert wiring.inputs["two"].found == "Keystation:MIDI 1 28:0"


def test_a_number_of_yesterday_is_found_today() -> None:
    assert wired(Town(B), one(A)).inputs[MAIN].found == B


def test_who_refuses_is_asked_less_and_less_often() -> None:
    town = Town(A)
    wiring = wired(town, one(A))
    wiring.missed(wiring.inputs[MAIN])
    town.tries.clear()
    town.refuses = True
    tries: list[int] = []
    for look in range(80):
        wiring.look(poll=True)
        tries += [look] * (len(town.tries) > len(tries))
    assert tries == [0, 1, 3, 7, 15, 31, 63]
    town.refuses = False
    for _ in range(32):
        wiring.look(poll=True)
    assert wiring.absent == {}


def test_a_loss_while_it_is_taken_up_is_not_forgotten() -> None:
    """Somebody pulls the plug again between our connecting and our saying so."""
    town = Town(A)
    wiring = wired(town, one(A))
    cable = wiring.inputs[MAIN]
    wiring.missed(cable)
    join = town.join

    def join_and_lose(cable: Cable, other: str) -> None:
        join(cable, other)
        wiring.missed(cable)

    town.join = join_and_lose  # type: ignore[method-assign]
    wiring.look(poll=True)
    assert wiring.absent
    town.join = join  # type: ignore[method-assign]
    wiring.look(poll=True)
    wiring.look(poll=True)
    assert wiring.absent == {}


def test_only_a_patient_rig_may_name_what_is_not_there() -> None:
    town = Town()
    with pytest.raises(UsageError, match="no Town input port 'organ'"):
        wired(town, one("organ"))
    wiring = wired(town, one("organ")._replace(patient=True))
    assert wiring.absent == {MAIN: "organ is not there yet: it is taken up when it comes"}
    town.there = ["Hammond Organ", "Organ 2"]
    wiring.look(poll=True)
    assert wiring.absent, "either could be meant"
    town.there = ["Hammond Organ"]
    wiring.look(poll=False)
    assert told(wiring) == ["+"]
    town.there = ["Hammond Organ", "Organ 2"]
    with pytest.raises(UsageError, match="ambiguous"):
        wired(town, one("organ")._replace(patient=True))


def test_what_is_as_it_was_is_the_very_same_cable() -> None:
    town = Town(A, "Prophet")
    wiring = wired(town, one("keystation", "prophet"))
    keys = wiring.inputs[MAIN]
    thread = threading.Thread(target=run_until_turned, args=(wiring,))
    thread.start()
    wiring.rewire(Cables({MAIN: A, "more": None}, {MAIN: None}))
    thread.join()
    assert wiring.inputs[MAIN] is keys, "another name for the same port"
    assert keys.shown == A
    assert town.tries == [A, "Prophet"]
    assert [cable.label for cable in town.open_now] == [MAIN, "more", MAIN]


def run_until_turned(wiring: Wiring[Cable]) -> None:
    patch = Patch({})
    while not wiring.turning:
        wiring.tell(patch, 0)
    wiring.turn()
    wiring.release()


def test_a_cable_that_is_waited_for_does_not_keep_others_from_being_rewired() -> None:
    town = Town(A)
    wiring = wired(town, one(A))
    town.there = []
    wiring.look(poll=True)
    told(wiring)
    thread = threading.Thread(target=run_until_turned, args=(wiring,))
    thread.start()
    wiring.rewire(Cables({MAIN: A}, {"click": None}))
    thread.join()
    assert wiring.absent
    assert wiring.outputs.keys() == {"click"}


def test_where_no_cycle_comes_everything_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "_ANSWER", 0.01)
    town = Town()
    wiring = wired(town, one())
    before = (wiring.inputs, wiring.outputs, [*town.open_now])
    with pytest.raises(DescantError, match="Town has no cycles any more: the cables stay as they are"):
        wiring.rewire(Cables({"more": None}, {}))
    assert told(wiring) == [], "it is not done after all, later"
    assert (wiring.inputs, wiring.outputs, town.open_now) == before


def test_a_synth_is_owed_the_ends_of_before_anybody_noticed() -> None:
    """Looked for once a second: ends of the last one or two looks may have gone nowhere; a new strike is spared."""
    sounding = Sounding()
    for key in (60, 61, 62, 63):
        sounding.watch(message.note_on(0, key, 1))
    sounding.watch(message.note_off(0, 60))
    sounding.shift()
    sounding.watch(message.note_off(0, 61))
    sounding.shift()  # it was there: what ended before the look before has arrived
    sounding.watch(message.note_off(0, 62))
    sounding.lose()
    sounding.watch(message.note_off(0, 63))
    sounding.watch(message.note_on(0, 61, 1))
    assert sounding.owed() == [message.note_off(0, 62), message.note_off(0, 63)]
    assert sounding.owed() == []


@given(st.lists(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("ab")), max_size=6), max_size=6))
def test_several_inputs_are_one_stream_that_loses_nothing(batches: list[list[tuple[int, str]]]) -> None:
    order, merged = InOrder(), list[Timed]()
    for number, batch in enumerate(batches):
        merged += order.merge(
            [Timed(at, bytes([number, place]), port) for place, (at, port) in enumerate(batch)]
        )
    times = [each.time for each in merged]
    assert times == sorted(times)
    for port in "ab":
        came = [
            bytes([n, p]) for n, batch in enumerate(batches) for p, (_, at) in enumerate(batch) if at == port
        ]
        assert sorted(each.data for each in merged if each.port == port) == came
    assert all(at >= asked for at, asked in zip(times, sorted(t for b in batches for t, _ in b), strict=True))
