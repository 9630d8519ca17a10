"""The last bars of what is remembered: those are read, of all before them only where the song was and what was known.

So a capture costs what its bars cost, and little of the rest, however long and dense the session has been; it is the
same to the byte as if everything had been read.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence

from descant_daemon.tape.cut import Receiver
from descant_daemon.tape.header import Header
from descant_daemon.tape.take_line import Cycle, decode
from descant_daemon.tape.take_music import TakeMusic
from descant_routing import message

SPARE = 2  # bars more than are wanted: the end may lie a bar on, and none may begin before the first line that is read

_BAR = re.compile(rb'\["beat",-?\d+,-?\d+,-?\d+,1\]')
_NOTE = re.compile(rb'\["(?:in|out)",-?\d+,"[89]')
_MESSAGE = re.compile(rb'\["(in|out)",-?\d+,"([0-9a-f]+)"(?:,("(?:[^"\\]|\\.)*"))?\]')
_MESSAGES = frozenset({"in", "out"})
_OTHERS = re.compile(rb'\["(?:metre|mark|song|beat|stop|capture)"')  # what else ``Music`` keeps


def first_needed(lines: Sequence[bytes], bars: int) -> int:
    """The first of the lines that have to be read for the last ``bars`` bars before the last note; 0 for all."""
    heard, seen = False, 0
    for index in range(len(lines) - 1, 0, -1):
        heard = heard or _NOTE.search(lines[index]) is not None
        if heard and _BAR.search(lines[index]):
            seen += 1
            if seen == bars + SPARE:
                return index
    return 0


def music_of(header: Header, lines: Sequence[bytes], first: int = 0) -> TakeMusic:
    """What the lines say; of the messages before line ``first`` only what a receiver knows by then, told there.

    Raises ValueError for a line that is wrong.
    """
    music = TakeMusic(header)
    before, rest = lines[:first], lines[first:]
    for cycle in _cycles(header, [line for line in before if _OTHERS.search(line)]):
        music.add(cycle._replace(items=tuple(item for item in cycle.items if item[0] not in _MESSAGES)))
    cycles = _cycles(header, rest)
    for cycle in itertools.islice(cycles, 1):
        if before:
            _set_up(music, header, before, cycle.begin)
        music.add(cycle)
    for cycle in cycles:
        music.add(cycle)
    return music


def _set_up(music: TakeMusic, header: Header, lines: Sequence[bytes], now: int) -> None:
    """What a receiver on each cable knows by ``now``, and when the first note came."""
    known: dict[tuple[bytes, str], Receiver] = {}
    for line in lines:
        for way, data, label in _MESSAGE.findall(line):
            content = bytes.fromhex(data.decode())
            if message.is_complete(content) and content[0] < message.SYSEX:
                known.setdefault((way, json.loads(label) if label else ""), Receiver()).hear(content)
    for (way, label), receiver in known.items():
        tracks = music.inputs if way == b"in" else music.outputs
        told = [*receiver.settings(), *receiver.sounding.values()]
        tracks.setdefault(label, []).extend((now, data) for data in told)
    noted = TakeMusic(header)
    for cycle in _cycles(header, [line for line in lines if _NOTE.search(line)][:1]):
        noted.add(cycle)
    music.since = now
    music.first_heard, music.last_heard = noted.first_heard, noted.last_heard


def _cycles(header: Header, lines: Sequence[bytes]) -> Iterator[Cycle]:
    return (cycle for line in lines if isinstance(cycle := decode(line, header.origin), Cycle))
