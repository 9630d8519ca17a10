"""How a named tuple lies in memory that processes share: by the types of its fields, so that both ends agree."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_type_hints

T = TypeVar("T", bound=tuple[Any, ...])
WORD = 16  # bytes, the longest that a parameter may be set to
CODES: dict[object, str] = {int: "q", float: "d", bool: "?", str: f"{WORD}s"}


class Layout(Generic[T]):
    """Whole numbers, numbers, switches, words, and named tuples of them; little-endian, field after field.

    Fields of any other type are left out, and are somebody else's to carry: ``others``, in order.
    """

    def __init__(self, kind: type[T]) -> None:
        """For a NamedTuple class. A field's type is one of ``CODES``, or a class like this one."""
        self._kind = kind
        self._parts: list[tuple[str, object]] = []  # a field, and its type or the layout of it
        self.others: list[str] = []
        self._names: list[str] = []  # of what lies there, in order, with dots
        self._codes = ""
        self._words: list[int] = []
        for name, hint in get_type_hints(kind).items():
            if hint in CODES:
                self._parts.append((name, hint))
                if hint is str:
                    self._words.append(len(self._names))
                self._names.append(name)
                self._codes += CODES[hint]
            elif isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
                part: Layout[Any] = Layout(hint)
                self._parts.append((name, part))
                self._words += [len(self._names) + word for word in part._words]
                self._names += [f"{name}.{each}" for each in part._names]
                self._codes += part._codes
            else:
                self.others.append(name)
        self._struct = struct.Struct(f"<{self._codes}")
        self._fields = attrgetter(*self._names)
        self.size = self._struct.size
        """Bytes."""

    def pack(self, value: T) -> bytes:
        """Its bytes."""
        fields = list(self._fields(value))
        for word in self._words:
            fields[word] = fields[word].encode()
        return self._struct.pack(*fields)

    def unpack(self, frame: bytes, at: int, **others: Any) -> T:
        """Back from ``pack``, as it lies from byte ``at`` on; with the ``others``."""
        return self._made(iter(self._struct.unpack_from(frame, at)), others)

    def _made(self, fields: Iterator[Any], others: dict[str, Any]) -> T:
        for name, part in self._parts:
            if isinstance(part, Layout):
                others[name] = part._made(fields, {})
            else:
                field = next(fields)
                others[name] = field.rstrip(b"\0").decode() if part is str else field
        return self._kind(**others)
