"""Messages as the tables and docs/routes.md spell them.

``C4``: key 60 is struck, velocity 100, channel 1; ``C4 v20 ch2``: another velocity and channel; ``C4 off``: let go;
``C4 press 30``: key pressure. ``cc64=127``, ``bend -100``, ``pressure 30``, ``program 5`` (as sent, from 0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SYSTEM = {
    "sysex": b"\xf0\x7d\x01\xf7",
    "clock": b"\xf8",
    "start": b"\xfa",
    "stop": b"\xfc",
    "song position 4": b"\xf2\x04\x00",
    "time code": b"\xf1\x00",
    "tune request": b"\xf6",
    "sensing": b"\xfe",
    "reset": b"\xff",
}
KEY = re.compile(r"([A-G][#b]?)(-?\d) ?(off|press \d+|)(?: ?v(\d+))?")


def read(text: str) -> bytes:
    """The message that a spelling means."""
    if text in SYSTEM:
        return SYSTEM[text]
    what, _, on = text.partition(" ch")
    channel = int(on or 1) - 1
    if match := KEY.fullmatch(what):
        return _of_a_key(channel, *match.groups())
    word, value = re.fullmatch(r"([a-z]+) ?(\S+)", what).groups()  # type: ignore[union-attr]
    if word == "bend":
        return bytes((0xE0 | channel, (int(value) + 8192) & 127, (int(value) + 8192) >> 7))
    status = {"cc": 0xB0, "pressure": 0xD0, "program": 0xC0}[word]
    return bytes((status | channel, *map(int, value.split("="))))


def _of_a_key(channel: int, name: str, octave: str, rest: str, velocity: str | None) -> bytes:
    key = NAMES.index(name) + 12 * (int(octave) + 1)
    if rest.startswith("press"):
        return bytes((0xA0 | channel, key, int(rest[6:])))
    if rest == "off":
        return bytes((0x80 | channel, key, int(velocity or 64)))
    return bytes((0x90 | channel, key, int(velocity or 100)))


def spell(data: bytes) -> str:
    """How a message is spelt."""
    for text, system in SYSTEM.items():
        if data == system:
            return text
    on = f" ch{(data[0] & 15) + 1}" if data[0] & 15 else ""
    key = f"{NAMES[data[1] % 12]}{data[1] // 12 - 1}"
    match data[0] & 0xF0:
        case 0x80:
            what = f"{key} off" + (f" v{data[2]}" if data[2] != 64 else "")
        case 0x90:
            what = key + (f" v{data[2]}" if data[2] != 100 else "")
        case 0xA0:
            what = f"{key} press {data[2]}"
        case 0xB0:
            what = f"cc{data[1]}={data[2]}"
        case 0xE0:
            what = f"bend {data[1] + 128 * data[2] - 8192}"
        case kind:
            what = f"{'pressure' if kind == 0xD0 else 'program'} {data[1]}"
    return what + on


def read_all(text: str) -> list[bytes]:
    """Several, with commas between."""
    return [read(each.strip()) for each in text.split(",") if each.strip()]


def spell_all(messages: Iterable[bytes]) -> str:
    """Several, with commas between."""
    return ", ".join(spell(data) for data in messages)
