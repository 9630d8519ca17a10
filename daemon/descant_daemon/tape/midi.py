"""A take, or a piece of one, as a MIDI file: a track for each cable, tempo and metre, markers, credits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from descant_daemon.midi_bytes import Event
from descant_daemon.midi_file import credits_of, song_bytes, word
from descant_daemon.tape.cut import cut
from descant_daemon.tape.header import Header
from descant_daemon.tape.ruler import PPQ, Ruler, lay_out
from descant_daemon.tape.take_line import Cycle
from descant_daemon.tape.take_music import TakeMusic
from descant_daemon.tempo_map import TempoMap
from descant_routing import message

T = TypeVar("T")


class Window(NamedTuple):
    """From ``begin`` to ``end`` on the ruler; the file is ``length`` long, which may be more."""

    begin: int
    end: int
    length: int


def whole_take(header: Header, cycles: Iterable[Cycle]) -> bytes:
    """The MIDI file of a take from its beginning to its end."""
    music = TakeMusic(header)
    for cycle in cycles:
        music.add(cycle)
    ruler = lay_out(music, header.tempo)
    end = ruler.at(music.end) + 1
    return piece(header, music, ruler, Window(0, end, end))


def piece(header: Header, music: TakeMusic, ruler: Ruler, window: Window) -> bytes:
    """The MIDI file of what lies in the window."""
    begin, end, length = window
    tracks = _tracks(header, music, lambda placed: cut(placed, begin, end, PPQ), ruler)
    named = [[word(0, "track_name", name), *events] for name, events in tracks]
    metres = _from_begin([(ruler.at(time), metre) for time, metre in music.metres], begin, end)
    words = [word(at, "marker", text) for at, text in _markers(header, music, ruler, window)]
    tempos = TempoMap(ruler.tempo_map.ticks_per_beat, _from_begin(ruler.tempo_map.tempos, begin, end))
    return song_bytes(named, tempos, metres, _credits(header) + words, length - begin)


def _tracks(
    header: Header, music: TakeMusic, cut_out: Callable[[Iterable[Event]], list[Event]], ruler: Ruler
) -> Iterator[tuple[str, list[Event]]]:
    """What the player played, by input; what Descant played, by output; what else left there, if it is not the same."""
    played: set[Event] = set()
    for label, messages in music.inputs.items():
        events = cut_out((ruler.at(time), data) for time, data in messages)
        played.update(events)
        yield label or "Player", events
    for label, messages in music.outputs.items():
        events = cut_out((ruler.at(time), data) for time, data in messages)
        channels = _answers_on(header, label)
        ours = [
            event for event in events if event[1][0] < message.SYSEX and message.channel(event[1]) in channels
        ]
        passed = [
            event
            for event in events
            if event[1][0] >= message.SYSEX or message.channel(event[1]) not in channels
        ]
        yield label or "Descant", ours
        if not played.issuperset(passed):
            yield f"{label or 'Player'}, passed on", passed


def _answers_on(header: Header, output: str) -> set[int]:
    """The channels, 0 to 15, of whoever answers by an output."""
    return {
        program.parameters.channel - 1
        for instance in header.rig.instances
        if instance.output == output
        for program in instance.programs
    }


def _markers(header: Header, music: TakeMusic, ruler: Ruler, window: Window) -> list[tuple[int, str]]:
    """What is played, where bars are counted anew, and what was said; between them bars count themselves."""
    titles = ", ".join(dict.fromkeys(preset.title for preset in header.rig.presets))
    said = [(0, titles), *((ruler.at(time), text) for time, text in music.words)]
    numbers = [(at, f"bar {number}") for at, number in ruler.begins]
    first = [(at, f"bar {number}") for at, number in ruler.bars if at == window.begin]
    counted = sorted({*numbers, *first})
    inside = [each for each in counted if window.begin <= each[0] < window.end]
    marks = _from_begin(said, window.begin, window.end + 1)
    return sorted([*marks, *((at - window.begin, text) for at, text in inside)], key=lambda mark: mark[0])


def _credits(header: Header) -> list[Event]:
    presets = header.rig.presets
    makers = (line for preset in presets for line in preset.credits)
    return credits_of(
        (preset.title for preset in presets), f"Descant {header.descant}, {header.begun}", makers
    )


def _from_begin(marks: Iterable[tuple[int, T]], begin: int, end: int) -> list[tuple[int, T]]:
    """What holds at ``begin``, then what changes until ``end``; counted from ``begin``."""
    holds: list[tuple[int, T]] = []
    changes: list[tuple[int, T]] = []
    for at, what in marks:
        if at <= begin:
            holds = [(0, what)]
        elif at < end:
            changes.append((at - begin, what))
    return holds + changes
