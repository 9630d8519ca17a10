"""An effect is made in one place, from a rig."""

from __future__ import annotations

import ast
from pathlib import Path

from descant_daemon.effect.building import build_effect, dry_passages
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Input, Instance, Output, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing.routes import Passage, parse_route

DAEMON = Path(__file__).parents[2] / "daemon"
PROGRAM = Program(Parameters())


def test_nobody_else_makes_one() -> None:
    """Who makes one by hand forgets a cable, a guard or an offset that the rig has."""
    makers = [
        path.relative_to(DAEMON / "descant_daemon").as_posix()
        for path in DAEMON.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Effect"
    ]
    assert makers == ["effect/building.py"]


def test_what_is_heard_passes_to_where_it_is_answered() -> None:
    """Where an input has one output everything passes; where it has several, only what is heard for it."""
    low = Instance((PROGRAM,), Ears("keys", high=59), output="bass")
    high = Instance((PROGRAM,), Ears("keys", frozenset({2}), low=60), output="choir")
    cables = (Input("keys"), Input("pads")), (Output("bass"), Output("choir"))
    assert dry_passages(Rig((low,), *cables)) == [Passage("keys", "bass")]
    assert dry_passages(Rig((low, high), *cables)) == [
        Passage("keys", "bass", parse_route({"keys": "..B3"})),
        Passage("keys", "choir", parse_route([{"channels": 3}, {"keys": "C4.."}])),
    ]
    own = (Passage("pads", "choir"),)
    assert dry_passages(Rig((low, high), *cables, routes=own)) == own


def test_the_effect_has_what_the_rig_says() -> None:
    late = Instance((PROGRAM,), Ears("keys"), output="choir", name="late", offset=5)
    rig = Rig((late,), (Input("keys"),), (Output("choir", offset=5),), clock_from="keys", feedback="choir")
    effect = build_effect(rig, MidiClock())
    assert list(effect.patchbay.outputs) == ["choir"]
    assert effect.patchbay.gated
    assert [part.track for part in effect.parts] == [late]
