"""A rig in words: whose clock, which cables, who hears what, answers where, and with which presets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.settings.rig.cautions import answer_channels, passes
from descant_daemon.settings.rig.ranges import ALL_CHANNELS, TOP_KEY, KeyRange, channels_text
from descant_daemon.settings.rig.values import MPE_STORM, STORM
from descant_routing.message import key_name
from descant_routing.routes import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from descant_daemon.settings.rig.values import Ears, Input, Instance, Output, Rig

SECOND, MILLISECOND = 1_000_000_000, 1_000_000
_CLOCKS = {
    "auto": "MIDI clock from {input} where it comes, else your first key{tempo}",
    "midi": "MIDI clock from {input}, and nobody else",
    "internal": "Descant's own, from the moment that all is ready{tempo}",
    "link": "an Ableton Link session{tempo}",
    "jack": "JACK's transport{tempo}",
}
_TAKEOVERS = {
    "pickup": "move their parameter from where they pass its value (pickup)",
    "scale": "share the way that is left with their parameter (scale)",
}
_SWITCHES = {"step": "at the next step", "beat": "on the next beat", "bar": "on the next bar"}


def explain(rig: Rig) -> str:
    """The rig: a paragraph for what all share, for the cables, for each instance, and for what its routes pass."""
    cables = [(each.label or "in", _input(each)) for each in rig.inputs]
    cables += [(each.label or "out", _output(each)) for each in rig.outputs]
    paragraphs = [_paragraph(rig.title, _shared(rig)), _paragraph("cables", cables)]
    for each in rig.instances:
        rows = [*_instance(each), *([] if rig.routes is not None else [_passes(each)])]
        paragraphs.append(_paragraph(each.name, rows))
    if rig.routes is not None:
        passages = [
            (f"{source or 'in'} → {sink or 'out'}", describe(route)) for source, sink, route in rig.routes
        ]
        paragraphs.append(_paragraph("passes dry", passages or [("nothing", "")]))
    return "\n\n".join(paragraphs)


def _paragraph(heading: str, rows: Iterable[tuple[str, str]]) -> str:
    rows = list(rows)
    width = max(len(head) for head, _ in rows)
    return "\n".join([heading, *(f"  {head:<{width}}  {text}".rstrip() for head, text in rows)])


def _shared(rig: Rig) -> Iterator[tuple[str, str]]:
    tempo = "" if rig.tempo is None else f", at {rig.tempo:g} BPM"
    clock = _CLOCKS[rig.clock].format(input=rig.clock_from or "in", tempo=tempo)
    yield "clock", clock + ("; sent wherever nobody else sends it" if rig.send_clock else "")
    if rig.feedback is not None:
        yield "values", f"sent back to {rig.feedback or 'out'}, for faders and lights"


def _input(each: Input) -> str:
    parts = [f"from {each.port}" if each.port else "from a port of its own"]
    if each.mpe:
        parts.append("MPE: each channel is one note")
    if each.longest_note is not None:
        parts.append(f"notes end after {each.longest_note / SECOND:g} s")
    if each.storm != (MPE_STORM if each.mpe else STORM):
        parts.append(f"values thinned out above {each.storm} a second")
    return ", ".join(parts)


def _output(each: Output) -> str:
    port = f"to {each.port}" if each.port else "to a port of its own"
    if not each.offset:
        return port
    return f"{port}, {abs(each.offset) / MILLISECOND:g} ms {'later' if each.offset > 0 else 'earlier'}"


def _instance(instance: Instance) -> Iterator[tuple[str, str]]:
    first = instance.programs[instance.first]
    yield "plays", f"{first.title} ({first.name}), {first.parameters.mode}"
    yield "hears", _heard(instance.hears)
    if instance.listens:
        yield "listens", "; ".join(map(_heard, instance.listens))
    yield "answers", f"on {instance.output or 'out'}, {_channels(answer_channels(instance))}"
    if len(instance.programs) > 1:
        numbered = ", ".join(f"{number} {each.name}" for number, each in enumerate(instance.programs, 1))
        yield "programs", f"{numbered}; {_SWITCHES[instance.switch]}"
    if first.parameters.takeover != "jump":
        yield "knobs", _TAKEOVERS[first.parameters.takeover]


def _passes(instance: Instance) -> tuple[str, str]:
    return "passes", f"what it hears, to {instance.output or 'out'}" if passes(instance) else "nothing"


def _heard(hears: Ears) -> str:
    parts = [hears.input or "in"]
    if hears.channels != ALL_CHANNELS:
        parts.append(_channels(hears.channels))
    if (hears.low, hears.high) != KeyRange():
        parts.append(_keys(hears.low, hears.high))
    return ", ".join(parts)


def _channels(channels: frozenset[int]) -> str:
    return f"channel{'' if len(channels) == 1 else 's'} {channels_text(channels)}"


def _keys(low: int, high: int) -> str:
    if low == high:
        return f"only {key_name(low)}"
    if low == 0:
        return f"up to {key_name(high)}"
    return f"from {key_name(low)} up" if high == TOP_KEY else f"from {key_name(low)} to {key_name(high)}"
