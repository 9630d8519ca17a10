"""The key of a blind test: which clip is what, sealed so that nobody reads it by chance or changes it after."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from descant_routing.errors import DescantError

KEY_FILE = "key.sealed"


@dataclass(frozen=True)
class Key:
    """``clips``: name → source; ``about``: name → what it is; ``pairs``: which two are compared, when picking."""

    style: str
    clips: Mapping[str, str]
    about: Mapping[str, str]
    pairs: Sequence[tuple[str, str]]

    @property
    def picks(self) -> bool:
        """Whether listeners pick one of two, or rate each."""
        return bool(self.pairs)

    @property
    def questions(self) -> list[str]:
        """What an answer may be to: a clip, or a pair as ``clip-01 clip-02``."""
        return [" ".join(pair) for pair in self.pairs] if self.picks else list(self.clips)

    def sealed(self) -> bytes:
        """What is written. Its hash stands on the form and in every answer."""
        values = {
            "style": self.style,
            "clips": dict(self.clips),
            "about": dict(self.about),
            "pairs": [list(pair) for pair in self.pairs],
        }
        return base64.encodebytes(json.dumps(values).encode())


def seal(content: bytes) -> str:
    """Of a sealed key: changes whenever anything in it does."""
    return hashlib.sha256(content).hexdigest()[:32]


def open_key(path: Path) -> tuple[Key, str]:
    """The key and its seal. DescantError when it is not there or none."""
    try:
        content = path.read_bytes()
        values = json.loads(base64.b64decode(content))
        pairs = [(str(one), str(other)) for one, other in values["pairs"]]
        return Key(str(values["style"]), dict(values["clips"]), dict(values["about"]), pairs), seal(content)
    except OSError as error:
        raise DescantError(f"The key {path} cannot be read: {error.strerror or error}.") from error
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise DescantError(f"{path} is not the key of a blind test.") from error
