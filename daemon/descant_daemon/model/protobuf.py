"""The protobuf wire format, read without trust: every length checked, every field counted.

A message is a run of fields, each a tag (field number and wire type) and a value
(protobuf.dev/programming-guides/encoding). Nothing here knows what the fields mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_VARINT_BYTES = 10
_HIGHEST_TAG = 2**32 - 1


class TornError(Exception):
    """The bytes are not a message; the text says why, in a few words."""


class Field(NamedTuple):
    """A field: ``value`` is a number for VARINT and the bytes for every other wire type."""

    number: int
    wire: int
    value: int | memoryview

    def message(self) -> memoryview:
        """The bytes of a message, text or packed list."""
        if self.wire != BYTES or isinstance(self.value, int):
            raise TornError(f"field {self.number} should hold bytes")
        return self.value

    def integer(self) -> int:
        """A number as int64, as protobuf reads its int64 and enums."""
        if not isinstance(self.value, int):
            raise TornError(f"field {self.number} should hold a number")
        return signed64(self.value)

    def text(self) -> str:
        """UTF-8 text."""
        try:
            return bytes(self.message()).decode()
        except UnicodeDecodeError:
            raise TornError(f"field {self.number} should hold text") from None


class Reader:
    """Reads messages of one file, at most ``most_fields`` in all, so that no file keeps Descant busy for long."""

    def __init__(self, most_fields: int) -> None:
        self._most = most_fields
        self._left = most_fields

    def fields(self, message: memoryview) -> Iterator[Field]:
        """The fields of a message in order. Raises TornError when it does not hold together."""
        at, end = 0, len(message)
        while at < end:
            tag, at = self._varint(message, at)
            number, wire = tag >> 3, tag & 7
            if not number or tag > _HIGHEST_TAG:
                raise TornError(f"no field has the tag {tag}")
            if wire == VARINT:
                value, at = self._varint(message, at)
                yield Field(number, wire, value)
                continue
            size = {FIXED64: 8, FIXED32: 4}.get(wire)
            if wire == BYTES:
                size, at = self._varint(message, at)
            if size is None:
                raise TornError(f"field {number} has the unknown wire type {wire}")
            if size > end - at:
                raise TornError(f"field {number} is {size} bytes long where {end - at} are left")
            yield Field(number, wire, message[at : at + size])
            at += size

    def integers(self, field: Field) -> list[int]:
        """A repeated int64: one number, or a packed run of them."""
        if field.wire == VARINT:
            return [field.integer()]
        packed, at, numbers = field.message(), 0, list[int]()
        while at < len(packed):
            number, at = self._varint(packed, at)
            numbers.append(signed64(number))
        return numbers

    def _varint(self, data: memoryview, at: int) -> tuple[int, int]:
        self._left -= 1
        if self._left < 0:
            raise TornError(f"it has more than {self._most} parts")
        number = 0
        for index, byte in enumerate(data[at : at + _VARINT_BYTES]):
            number |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return number & 0xFFFF_FFFF_FFFF_FFFF, at + index + 1
        raise TornError("a number does not end")


def signed64(number: int) -> int:
    """Two's complement of an unsigned 64-bit number."""
    return number - 2**64 if number >= 2**63 else number
