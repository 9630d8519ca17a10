"""What a rig may do and a musician may not have meant: one sentence for each, and none where all is well."""

from __future__ import annotations

from pathlib import Path

import pytest

from descant_daemon.settings.rig.cautions import cautions
from descant_daemon.settings.rig.rig_file import parse_rig

CABLES = "inputs: {keys: , daw: }\noutputs: {synth: , back: }\n"
TWO = "inputs: {keys: , pads: }\noutputs: {synth: }\n"

# Rig → what to beware of.
TABLE: dict[str, list[str]] = {
    # Nothing.
    "instances: {choir: {preset: hymn}}": [],
    "instances: {choir: {preset: hymn}, pad: {preset: hymn, parameters: {channel: 3}}}": [],
    # Cables that do nothing.
    TWO + "instances: {choir: {preset: hymn}}": ["nobody hears the input pads"],
    TWO + "instances: {choir: {preset: hymn, listens: [pads]}}": [],
    TWO + "clock_from: pads\ninstances: {choir: {preset: hymn}}": [],
    TWO + "clock: internal\nclock_from: pads\ninstances: {choir: {preset: hymn}}": ["nobody hears the input pads"],
    "outputs: {synth: , back: }\ninstances: {choir: {preset: hymn}}": ["nothing goes to the output back"],
    "outputs: {synth: , back: }\nfeedback: back\ninstances: {choir: {preset: hymn}}": [],
    "outputs: {synth: , back: }\nsend_clock: true\ninstances: {choir: {preset: hymn}}": [],
    # What goes out may come in again.
    "inputs: {keys: Nord}\noutputs: {synth: nord}\ninstances: {choir: {preset: hymn}}": [
        "keys and synth are the same port, Nord: where it sends on what it gets, Descant answers itself"],
    # Two answer in one place.
    "instances: {choir: {preset: hymn}, pad: {preset: folk}}": [
        "choir and pad answer on the same channel, 2 of out"],
    "instances: {choir: {preset: hymn}, pad: {preset: folk}, solo: {preset: piano}}": [
        "choir, pad and solo answer on the same channel, 2 of out"],
    "outputs: {a: , b: }\ninstances: {choir: {preset: hymn}, pad: {preset: folk, output: b}}": [],
    # Ours on the player's channel.
    "instances: {choir: {preset: hymn, channels: 1-2}}": ["choir answers on channel 2 of out, on which in passes too"],
    "instances: {choir: {preset: hymn, channels: 1-2, parameters: {thru: false}}}": [],
    "instances: {choir: {preset: hymn, channels: 1}}": [],
    "instances: {choir: {preset: hymn, channels: 1}, pad: {preset: hymn, channels: 2, parameters: {channel: 3}}}": [
        "choir answers on channel 2 of out, on which in passes too"],
    CABLES + "clock: internal\ninstances: {choir: {preset: hymn, channels: 1}, "
    "pad: {preset: hymn, input: daw, output: back, channels: 2, parameters: {channel: 3}}}": [],
    # Each channel is one note.
    "inputs: {keys: {mpe: true}}\ninstances: {choir: {preset: hymn, parameters: {channel: 9}}}": [
        "choir answers on channel 9 of out, where each channel is one note of keys (mpe): give it another output"],
    "inputs: {keys: {mpe: true}}\ninstances: {choir: {preset: hymn, parameters: {channel: 9, thru: false}}}": [],
    "inputs: {keys: {mpe: true}}\ninstances: {choir: {preset: hymn, parameters: {channel: 1}}}": [],
    # Routes say themselves what passes.
    TWO + "routes: [{from: pads}]\ninstances: {choir: {preset: hymn}}": [],
    "outputs: {synth: , back: }\nroutes: [{to: back}]\ninstances: {choir: {preset: hymn}}": [],
    "routes: []\ninstances: {choir: {preset: hymn, channels: 1-2}}": [],
    "routes: [{do: {transpose: 12}}]\ninstances: {choir: {preset: hymn, channels: 1-2}}": [],
    "routes: [{do: {channels: 2}}]\ninstances: {choir: {preset: hymn}}": [
        "choir answers on channel 2 of out, on which in passes too"],
    "routes: [{do: [{keys: ..B3}, {channel: 2}]}]\ninstances: {choir: {preset: hymn, channels: 1}}": [
        "choir answers on channel 2 of out, on which in passes too"],
    "inputs: {keys: {mpe: true}}\nroutes: [{do: {channel: 1}}]\n"
    "instances: {choir: {preset: hymn, parameters: {channel: 9}}}": [],
    # Bars.
    "instances: {choir: {preset: hymn, parameters: {metre: 3/4}}, pad: {preset: folk, parameters: {channel: 3}}}": [
        "the instances do not agree on the bar: 3/4 (choir) and 4/4 (pad)"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentences"), TABLE.items(), ids=[f"{n}" for n in range(len(TABLE))])
def test_what_to_beware_of(text: str, sentences: list[str]) -> None:
    assert cautions(parse_rig(text, Path("stage.yaml"))) == sentences
