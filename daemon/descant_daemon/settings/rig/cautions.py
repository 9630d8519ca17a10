"""What a rig may do and a musician may not have meant: notes that get in each other's way, cables that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from descant_daemon.settings.rig.ranges import ALL_CHANNELS
from descant_routing import message
from descant_routing.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from descant_daemon.settings.rig.values import Instance, Rig

_NOTES = [message.note_on(channel, key, 64) for channel in range(16) for key in range(128)]
MPE_MASTER = 0  # of the lower zone, whose members are all other channels


def cautions(rig: Rig) -> list[str]:
    """Sentences, none of which keeps the rig from playing."""
    return [*_idle(rig), *_loops(rig), *_answers(rig), *_over_dry(rig), *_metres(rig)]


def answer_channels(instance: Instance) -> frozenset[int]:
    """The channels, 0 to 15, that an instance answers on with one or another of its programs."""
    return frozenset(program.parameters.channel - 1 for program in instance.programs)


def passes(instance: Instance) -> bool:
    """Whether what the instance hears passes to its output, with one or another of its programs."""
    return any(program.parameters.thru for program in instance.programs)


def _idle(rig: Rig) -> Iterator[str]:
    routes = rig.routes or ()
    heard = {each.input for instance in rig.instances for each in (instance.hears, *instance.listens)}
    heard |= {source for source, _, _ in routes}
    clock = {rig.clock_from} if rig.clock in ("auto", "midi") else set[str]()
    used = {instance.output for instance in rig.instances} | {sink for _, sink, _ in routes} | {rig.feedback}
    for source in rig.inputs:
        if source.label not in heard | clock:
            yield f"nobody hears the input {source.label}"
    for sink in rig.outputs:
        if sink.label not in used and not rig.send_clock:
            yield f"nothing goes to the output {sink.label}"


def _loops(rig: Rig) -> Iterator[str]:
    for source in rig.inputs:
        for sink in rig.outputs:
            if source.port and sink.port and source.port.casefold() == sink.port.casefold():
                yield (
                    f"{source.label} and {sink.label} are the same port, {source.port}: where it sends on what it "
                    "gets, Descant answers itself"
                )


def _answers(rig: Rig) -> Iterator[str]:
    places: dict[tuple[str, int], list[str]] = {}
    for instance in rig.instances:
        for channel in sorted(answer_channels(instance)):
            places.setdefault((instance.output, channel), []).append(instance.name)
    for (output, channel), names in places.items():
        if len(names) > 1:
            yield f"{listed(names)} answer on the same channel, {channel + 1} of {output or 'out'}"


def _over_dry(rig: Rig) -> Iterator[str]:
    """Generated notes on a channel on which the player's own pass to the same output."""
    mpe = {each.label for each in rig.inputs if each.mpe}
    dry = dict.fromkeys(_dry(rig))
    for instance in rig.instances:
        mine = answer_channels(instance)
        for label, output, channels in dry:
            if output != instance.output:
                continue
            members = label in mpe and mine & (channels - {MPE_MASTER})
            if members:
                yield (
                    f"{instance.name} answers on channel {_counted(members)} of {output or 'out'}, where each channel "
                    f"is one note of {label or 'in'} (mpe): give it another output"
                )
            elif channels != ALL_CHANNELS and mine & channels:
                yield (
                    f"{instance.name} answers on channel {_counted(mine & channels)} of {output or 'out'}, on which "
                    f"{label or 'in'} passes too"
                )


def _dry(rig: Rig) -> Iterator[tuple[str, str, frozenset[int]]]:
    """From which input notes pass dry, to which output, on which channels there."""
    if rig.routes is None:
        for each in rig.instances:
            if passes(each):
                yield each.hears.input, each.output, each.hears.channels
    else:
        for source, sink, route in rig.routes:
            yield source, sink, frozenset(message.channel(made) for note in _NOTES for made in route(note))


def _metres(rig: Rig) -> Iterator[str]:
    metres: dict[str, str] = {}  # → the first to have it
    for instance in rig.instances:
        for program in instance.programs:
            metres.setdefault(str(program.parameters.metre), instance.name)
    if len(metres) > 1:
        told = listed([f"{metre} ({name})" for metre, name in metres.items()])
        yield f"the instances do not agree on the bar: {told}"


def _counted(channels: Iterable[int]) -> str:
    return listed([str(channel + 1) for channel in sorted(channels)])
