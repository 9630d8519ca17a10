"""What a rig passes dry, and what an effect has of it."""

from __future__ import annotations

from descant_daemon.effect.cables.patchbay import dry_passages
from descant_daemon.effect.effect import Effect
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Ears, Input, Instance, Output, Program, Rig
from descant_daemon.time.midi_clock import MidiClock
from descant_routing.routes import Passage, parse_route

PROGRAM = Program(Parameters())


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
    late = Instance((PROGRAM,), Ears("keys"), output="choir", name="late")
    rig = Rig((late,), (Input("keys"),), (Output("choir", offset=5),), clock_from="keys", feedback="choir")
    effect = Effect(rig, MidiClock())
    assert list(effect.patchbay.outputs) == ["choir"]
    assert effect.patchbay.gated
    assert [part.instance for part in effect.parts] == [late]
    assert [part.playhead.offset for part in effect.parts] == [5]
