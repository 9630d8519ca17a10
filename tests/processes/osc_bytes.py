"""OSC packets, put together byte by byte as the specification has them."""

from __future__ import annotations

import struct


def text(words: str) -> bytes:
    content = words.encode() + b"\0"
    return content + b"\0" * (-len(content) % 4)


def message(address: str, types: str = "", *values: bytes) -> bytes:
    return text(address) + text(f",{types}") + b"".join(values)


def bundle(*elements: bytes, time: int = 1) -> bytes:
    return (
        b"#bundle\0"
        + struct.pack(">Q", time)
        + b"".join(struct.pack(">i", len(each)) + each for each in elements)
    )


def number(value: float) -> bytes:
    return struct.pack(">f", value)


def whole(value: int) -> bytes:
    return struct.pack(">i", value)


def nested(content: bytes, depth: int) -> bytes:
    for _ in range(depth):
        content = bundle(content)
    return content
