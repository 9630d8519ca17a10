"""Takes of format 1 lie here as files: each is played again to the byte, by the rules and defaults of its time.

``rig.take``: two inputs and outputs, presets of two models, splits, an NRPN, a pair of controllers, a key as a button,
routes; half-way another rig comes. ``elder.take``: a clock of Descant's own, and a header from before there were some
parameters, drums and rules in it. Both were played with ``Thirds`` for an engine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Instance, Output, Program, Rig
from descant_daemon.settings.source import ButtonKey, Nrpn, Pair
from descant_daemon.tape.former import renewed_rig
from descant_daemon.tape.header import plain_rig, read_rig
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import TakeFile
from descant_daemon.tape.replay import ReplayVerdict, replay
from descant_routing.errors import DescantError
from descant_routing.routes import parse_route

OLD = Path(__file__).parent / "old"


class Thirds:
    """For the engine: under each given key one a third or a fifth lower, by turns."""

    def answer(self, ask: Ask) -> Answer:
        ours = np.zeros_like(ask.given)
        down = (4, 7)[ask.step // 2 % 2]
        for row in np.flatnonzero(ask.given[:, 0]):
            if row >= down and not ask.given[row - down, 0]:
                ours[row - down] = (1, 1 - ask.step % 2)
        return Answer(ask.serial, ask.step, ours, ask.instance, velocities=np.zeros(len(ours), np.uint8))

    def answer_all(self, asks: Sequence[Ask]) -> list[Answer]:
        return [self.answer(ask) for ask in asks]

    def think_ahead(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("name", "messages", "midi"),
    [
        ("rig", 177, "24401b9181a1e2bb52ebd4afc474d1012e2769b85cf0737d5946b4dead358d7c"),
        ("elder", 111, "3055abb42d79fdcb2b132f235c83a6962ca6df10767d63f528aef15144b1cf9e"),
    ],
)
def test_a_take_of_format_1_plays_again_to_the_byte(name: str, messages: int, midi: str) -> None:
    """``midi``: SHA-256 of the MIDI file that the version that recorded it made of its replay."""
    take, verdict = TakeFile(OLD / f"{name}.take"), ReplayVerdict()
    thirds: Any = Thirds
    content = whole_take(take.header, replay(take.header, take.lines(), thirds, verdict))
    assert str(verdict) == f"identical: {messages} messages"
    assert hashlib.sha256(content).hexdigest() == midi


def test_everything_that_it_says_is_read() -> None:
    first, later = TakeFile(OLD / "rig.take").rigs()
    left, right = first.instances
    assert [each.label for each in first.inputs] == ["keys", "pads"]
    assert (first.inputs[0].longest_note, first.inputs[0].storm) == (3_000_000_000, 500)
    assert first.routes is not None
    assert first.routes[0][2] == parse_route([{"channels": [1, 2]}, {"transpose": -12}])
    assert (first.feedback, first.clock, later.routes, later.feedback) == ("choir", "midi", None, None)
    assert (left.switch, first.offset_of(left), left.hears.low, left.hears.drums) == (
        "beat",
        7_000_000,
        30,
        False,
    )
    assert left.listens[0].input == "pads"
    assert right.hears.drums
    hymn, tango = left.programs
    assert {Pair(21, 53), Nrpn(300), ButtonKey(36)} < set(hymn.bindings.names)
    assert hymn.credits == ("Tossed for Descant.", "By hymn.")
    assert (tango.model.number, tango.model.abilities.styles, tango.parameters.style) == (
        1,
        ("tango", "waltz"),
        "waltz",
    )
    assert str(tango.model.stem) == "/home/clara/presets/coins1/coins"


def test_what_it_does_not_say_is_as_it_was_then() -> None:
    take = TakeFile(OLD / "elder.take")
    assert (take.header.rules, take.header.offset, take.header.tempo) == (1, -5_000_000, 120)
    assert (take.header.rig.clock, take.header.rig.send_clock) == ("internal", True)
    (instance,) = take.header.rig.instances
    assert instance.hears.drums
    parameters = instance.programs[0].parameters
    assert (parameters.lead_in, parameters.bridge, parameters.key_pull) == (True, 0.0, 0.0)
    assert parameters.key_hearing == "major_minor"


@pytest.mark.parametrize(
    ("values", "otherwise"),
    [
        ({"scale": "diatonic", "key": "follow"}, True),
        ({"scale": "diatonic", "key": "D"}, False),
        ({"scale": "chromatic", "key": "follow"}, False),
        ({"scale": "diatonic", "key": "follow", "key_pull": 0.0}, False),
    ],
)
def test_a_followed_key_that_was_heard_otherwise_then_is_known(
    tmp_path: Path, values: dict[str, Any], otherwise: bool
) -> None:
    facts = json.loads((OLD / "elder.take").read_bytes().splitlines()[0])
    facts["rig"]["instances"][0]["programs"][0]["values"] = values
    path = tmp_path / "a.take"
    path.write_text(json.dumps(facts) + "\n")
    assert TakeFile(path).heard_otherwise == otherwise


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"presets": []}, "it has no 0"),
        ({"outputs": 3}, "it is not put together as rigs were"),
        ({"clock_from": "x"}, "'rig': there is no input 'x'"),
        ({"more": 1}, "'rig.more': Unexpected keyword argument"),
    ],
)
def test_one_that_does_not_hold_together_is_told(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    facts = json.loads((OLD / "rig.take").read_bytes().splitlines()[0])
    facts["rig"] |= change
    path = tmp_path / "a.take"
    path.write_text(json.dumps(facts) + "\n")
    with pytest.raises(DescantError) as caught:
        TakeFile(path)
    assert sentence in str(caught.value)


def test_a_rig_of_today_is_left_as_it_is() -> None:
    assert renewed_rig({"instances": []}) == {"instances": []}


def test_a_rig_as_it_is_written_now_comes_back_whole() -> None:
    """Every kind of value that a rig can have, through JSON."""
    for rig in TakeFile(OLD / "rig.take").rigs():
        assert read_rig(json.loads(json.dumps(plain_rig(rig)))) == rig


def test_an_instance_that_repeats_its_outputs_offset_is_read() -> None:
    """So did takes that were recorded before it stood at the output alone."""
    rig = Rig(
        (Instance((Program(Parameters()),), output="synth"),), outputs=(Output("synth", offset=7_000_000),)
    )
    plain = plain_rig(rig)
    plain["instances"][0]["offset"] = 7_000_000
    assert read_rig(plain) == rig
