"""A UDP packet as OSC messages. Nothing in it is believed before it has been checked; nothing here raises.

Bundles are opened here, because a size that is wrong would lead the library back to where it was, for ever; a message
whose types are known is read by the library. A bundle's time is not waited for: what comes is meant now.
Format: OSC 1.0 (opensoundcontrol.org).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pythonosc.osc_message import OscMessage, ParseError

from descant_routing.wording import shown

BUNDLE = b"#bundle\x00"
HEAD = len(BUNDLE) + 8  # and its time
DEEPEST = 8  # bundles within bundles; nobody needs two
MOST = 1_000  # messages of a packet
LONGEST_ADDRESS = 200  # bytes
MOST_VALUES = 16
READ = "ifhdsTFN"  # types that a parameter can be made of, and nil


class Message(NamedTuple):
    """``arguments``: int, float, str, bool or None."""

    address: str
    arguments: tuple[Any, ...]


def read(packet: bytes) -> tuple[list[Message], list[str]]:
    """The messages of a packet in order, and what is wrong with the rest of it."""
    messages: list[Message] = []
    faults: list[str] = []
    for number, element in enumerate(_elements(packet, faults)):
        if number == MOST:
            faults.append(f"a packet of more than {MOST} messages: the others are left out")
            break
        message = _message(element)
        if isinstance(message, str):
            faults.append(message)
        else:
            messages.append(message)
    return messages, faults


def _elements(packet: bytes, faults: list[str]) -> Iterator[bytes]:
    """What the packet's bundles hold that is no bundle."""
    waiting = [(packet, 0)]
    while waiting:
        content, depth = waiting.pop()
        if not content.startswith(BUNDLE):
            yield content
        elif depth > DEEPEST:
            faults.append(f"bundles more than {DEEPEST} deep in each other")
        else:
            waiting += [(element, depth + 1) for element in reversed(_opened(content, faults))]


def _opened(bundle: bytes, faults: list[str]) -> list[bytes]:
    """The elements of a bundle up to the first that is not whole."""
    elements: list[bytes] = []
    at = HEAD
    if len(bundle) < HEAD:
        faults.append("a bundle that breaks off")
    while at < len(bundle):
        size = int.from_bytes(bundle[at : at + 4], "big", signed=True)
        at += 4
        if size <= 0 or size % 4 or at + size > len(bundle):
            faults.append(
                f"a bundle with an element of {size} bytes where there are {max(0, len(bundle) - at)}"
            )
            break
        elements.append(bundle[at : at + size])
        at += size
    return elements


def _message(content: bytes) -> Message | str:
    """A message, or what is wrong with it."""
    end = content.find(0)
    if not content.startswith(b"/") or not 0 < end <= LONGEST_ADDRESS:
        return f"{shown(content[:40])} is no OSC message"
    address = shown(content[:end].decode(errors="replace"))
    types = content[end + 4 - end % 4 :].partition(b"\x00")[0]
    strange = types[1:].strip(READ.encode())
    if (types and not types.startswith(b",")) or len(types) > MOST_VALUES + 1 or strange:
        return f"a message to {address} of values that no parameter has ({shown(types.decode(errors='replace'))})"
    try:
        message = OscMessage(content)
    except (ParseError, ValueError):
        return f"a message to {address} that breaks off"
    return Message(message.address, tuple(message))
