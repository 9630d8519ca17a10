"""A song as a MIDI file has it: tracks with notes, tempi and metres, out of the events that ``midi_bytes`` finds."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from descant_daemon.midi_bytes import (
    END,
    META,
    METRE,
    SMPTE_OFFSET,
    SYSEX,
    TEMPO,
    TRACK_NAME,
    Event,
    MidiBytesError,
    read_tracks,
)
from descant_daemon.note_state import NoteLog, PitchRange, State, nearest_step
from descant_daemon.tempo_map import DEFAULT_TEMPO, TempoMap
from descant_routing import message

PPQ = 480
DRUMS = message.DRUMS  # channel 10 on paper: its keys are no pitches
FRAMES = {24: 24.0, 25: 25.0, 29: 30_000 / 1001, 30: 30.0}
PEDAL_DOWN = 64
COMMON_TIME = (4, 4)  # of a file that says nothing
MOST_HALVINGS = 6  # of a whole note, in the unit of a metre: a 64th
_TEMPO, _METRE, _NAME = (bytes((META, kind)) for kind in (TEMPO, METRE, TRACK_NAME))
_CONDUCTING = (_TEMPO, _METRE, bytes((META, SMPTE_OFFSET)), END)


class SongNote(NamedTuple):
    """A note of a file; ``start`` and ``end`` in the file's ticks, channel 0 to 15."""

    start: int
    end: int
    key: int
    velocity: int
    channel: int
    track: int
    program: int = 0


@dataclass(frozen=True)
class SongTrack:
    """``events``: all that it holds but tempo and metre; of each note-on there is one note-off. ``end``: its length.

    ``name``: as far as it can be read, without blanks around it.
    """

    name: str
    events: tuple[Event, ...]
    notes: tuple[SongNote, ...]
    end: int

    @cached_property
    def messages(self) -> tuple[Event, ...]:
        """Those that a cable could carry."""
        return tuple(event for event in self.events if event[1][0] < SYSEX)


@dataclass(frozen=True)
class Song:
    """What a MIDI file holds. ``tempos``: (tick, µs a quarter), ``metres``: (tick, beats, unit), both by tick; of
    several metres at a tick the last that can be used holds.

    ``passed_over``: what could not be used and changes how the file sounds or is counted, a clause each.
    """

    name: str
    ticks_per_beat: int
    tracks: tuple[SongTrack, ...]
    tempos: tuple[tuple[int, int], ...]
    metres: tuple[tuple[int, int, int], ...]
    passed_over: tuple[str, ...] = ()

    @property
    def tempo_map(self) -> TempoMap:
        """Ticks to time."""
        return TempoMap(self.ticks_per_beat, self.tempos)

    @cached_property
    def notes(self) -> tuple[SongNote, ...]:
        """Of all tracks, in order of time."""
        return tuple(sorted(note for track in self.tracks for note in track.notes))

    @property
    def track_names(self) -> tuple[str, ...]:
        """Of one without a name, its number."""
        return tuple(track.name or f"Track {number}" for number, track in enumerate(self.tracks, 1))

    def states(self, pitches: PitchRange, steps_per_beat: int) -> tuple[State, int]:
        """The note states ``[steps, pitches, 2]``, and how many notes lie outside the range. Drums are not notes."""
        log = NoteLog()
        ticks_per_step = self.ticks_per_beat / steps_per_beat
        outside = 0
        last = 0
        for note in self.notes:
            if note.channel == DRUMS:
                continue
            outside += note.key not in pitches
            source = note.track * 16 + note.channel
            on, off = (nearest_step(at, ticks_per_step) for at in (note.start, note.end))
            log.strike(source, note.key, on)
            log.release(source, note.key, off)
            last = max(last, off, on + 1)
        return log.states(last, pitches), outside


def song_of(name: str, content: bytes, bpm: float | None = None) -> Song:
    """The song that a file's bytes are. MidiBytesError says why they are none."""
    kind, division, tracks = read_tracks(content)
    if division & 0x8000:
        beat, tracks = PPQ, _in_beats(tracks, division, bpm)
    elif division:
        beat = division
    else:
        raise MidiBytesError("says that a beat has no ticks")
    if kind == 2:
        tracks = _one_after_another(tracks, beat)
    tempos: dict[int, int] = {}
    metres: list[tuple[int, int, int]] = []
    passed_over: list[str] = []
    for track in tracks:
        for tick, data in track:
            if data[:2] == _TEMPO:
                tempos[tick] = int.from_bytes(data[2:])
            elif data[:2] == _METRE:
                beats, halvings = data[2], data[3]
                if beats and halvings <= MOST_HALVINGS:
                    metres.append((tick, beats, 1 << halvings))
                else:
                    unit = str(1 << halvings) if halvings <= MOST_HALVINGS else f"2^{halvings}"
                    passed_over.append(f"the metre {beats}/{unit}")
    return Song(
        name,
        beat,
        tuple(track_of(track, number) for number, track in enumerate(tracks)),
        tuple(sorted(tempos.items())),
        tuple(sorted(metres, key=lambda metre: metre[0])),
        tuple(dict.fromkeys(passed_over)),
    )


def _in_beats(tracks: Sequence[Sequence[Event]], division: int, bpm: float | None) -> list[list[Event]]:
    """Film frames become beats of ``PPQ`` ticks, at the tempo ``bpm``, or else the file's own."""
    rate, per_frame = 256 - (division >> 8), division & 0xFF
    if rate not in FRAMES or not per_frame:
        raise MidiBytesError(f"counts time in {rate} film frames of {per_frame} ticks, which nobody does")
    microseconds = 1e6 / (FRAMES[rate] * per_frame)  # a tick
    told = {tick: data for track in tracks for tick, data in track if data[:2] == _TEMPO}
    tempos = {0: DEFAULT_TEMPO} | {tick: int.from_bytes(data[2:]) for tick, data in sorted(told.items())}
    if bpm is not None:
        tempos = {0: round(60e6 / bpm)}
    starts, paces, beats = list(tempos), list(tempos.values()), [0.0]
    for index, start in enumerate(starts[1:]):
        beats.append(beats[-1] + (start - starts[index]) * microseconds / paces[index])

    def beat_of(tick: int) -> int:
        index = bisect_right(starts, tick) - 1
        return round(PPQ * (beats[index] + (tick - starts[index]) * microseconds / paces[index]))

    return [[(beat_of(tick), data) for tick, data in track] for track in tracks]


def _one_after_another(tracks: Sequence[Sequence[Event]], beat: int) -> list[list[Event]]:
    """The patterns of a file of type 2, each from the bar line after the one before it."""
    moved: list[list[Event]] = []
    begin = 0
    for track in tracks:
        moved.append([(begin + tick, data) for tick, data in track])
        told = [
            (data[2], 1 << data[3]) for _, data in track if data[:2] == _METRE and data[3] <= MOST_HALVINGS
        ]
        beats, unit = told[-1] if told else COMMON_TIME
        bar = max(1, beats * 4 * beat // unit)
        begin += -(-(track[-1][0] if track else 0) // bar) * bar
    return moved


def track_of(events: Sequence[Event], number: int = 0) -> SongTrack:
    """Pairs the notes of a track: who is struck first is ended first, who is never let go ends with the track."""
    end = events[-1][0] if events else 0
    kept: list[Event] = []
    notes: list[SongNote] = []
    down: dict[tuple[int, int], deque[tuple[int, int, int]]] = {}
    programs = [0] * 16
    name = b""
    for event in events:
        tick, data = event
        kind, channel = data[0] & 0xF0, data[0] & 0x0F
        if kind == message.NOTE_ON and data[2]:
            down.setdefault((channel, data[1]), deque()).append((tick, data[2], programs[channel]))
        elif kind in (message.NOTE_ON, message.NOTE_OFF):
            waiting = down.get((channel, data[1]))
            if not waiting:
                continue  # ends nothing
            at, velocity, program = waiting.popleft()
            notes.append(SongNote(at, max(tick, at + 1), data[1], velocity, channel, number, program))
        elif kind == message.PROGRAM_CHANGE:
            programs[channel] = data[1]
        elif data[:2] in _CONDUCTING:
            continue
        elif data[:2] == _NAME and not name:
            name = data[2:]
        kept.append(event)
    for (channel, key), struck in down.items():
        for at, velocity, program in struck:
            notes.append(SongNote(at, max(end, at + 1), key, velocity, channel, number, program))
            kept.append((end, message.note_off(channel, key)))
    return SongTrack(readable(name), tuple(kept), tuple(sorted(notes)), end)


def readable(text: bytes) -> str:
    """Text of a file, whose encoding nobody says: UTF-8 or UTF-16 where it is, else a letter a byte; one line."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        decoded = text.decode("utf-16", "replace")
    else:
        try:
            decoded = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            decoded = text.decode("latin-1")
    return " ".join("".join(each if each.isprintable() else " " for each in decoded).split())


def heard(tracks: Iterable[SongTrack]) -> list[Event]:
    """The messages of tracks as one cable carries them: by tick, in the order of the file.

    Two that hold one key of a channel strike it twice and end it once: with the last of them.
    """
    holders: dict[tuple[int, int], int] = {}
    out: list[Event] = []
    for tick, data in sorted(
        (event for track in tracks for event in track.messages), key=lambda event: event[0]
    ):
        if not message.is_of_key(data) or data[0] & 0xF0 == message.POLY_PRESSURE:
            out.append((tick, data))
            continue
        at = message.channel(data), data[1]
        before = holders.get(at, 0)
        if message.is_note_on(data):
            holders[at] = before + 1
            if before:
                out.append((tick, message.note_off(*at)))
            out.append((tick, data))
        elif before:
            holders[at] = before - 1
            if before == 1:
                out.append((tick, data))
    return out


def struck(notes: Iterable[tuple[int, int, int, int, int]]) -> list[Event]:
    """Notes as (start, end, key, velocity, channel), in ticks, as messages by tick; what ends goes first."""
    events: list[tuple[int, int, int, bytes]] = []
    for start, end, key, velocity, channel in notes:
        events.append((start, 1, key, message.note_on(channel, key, velocity)))
        events.append((end, 0, key, message.note_off(channel, key)))
    return [(tick, data) for tick, _, _, data in sorted(events)]


def until(events: Iterable[Event], length: int) -> list[Event]:
    """What begins before ``length``; what sounds there ends there."""
    begun = [event for event in events if event[0] < length]
    return begun + [(length, end) for end in endings(begun)]


def endings(events: Iterable[Event]) -> list[bytes]:
    """What is to come before nothing sounds: note-offs, and pedals up."""
    down: dict[tuple[int, int], int] = {}
    pedals: dict[tuple[int, int], bool] = {}
    for _, data in events:
        if message.NOTE_OFF <= data[0] < message.POLY_PRESSURE:
            at = message.channel(data), data[1]
            down[at] = down.get(at, 0) + 1 if message.is_note_on(data) else max(0, down.get(at, 0) - 1)
        elif message.is_control_change(data) and data[1] in message.PEDALS:
            pedals[message.channel(data), data[1]] = data[2] >= PEDAL_DOWN
    offs = [message.note_off(*at) for at, count in down.items() for _ in range(count)]
    return offs + [message.control_change(*at, 0) for at, held in pedals.items() if held]
