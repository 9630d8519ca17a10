"""A router played by lines of text: inputs a and b, outputs x and y.

``a>x thru; b>x transpose: 12``: passages. ``a C4``: a message, as ``spelling`` has it, comes from a. What is sent
reads ``x C4, y C5``. ``rewire ...``, ``release a``, ``release a ch2``, ``release a ch2 C4`` and ``forget x`` are
what they are called.
"""

from __future__ import annotations

import yaml
from tests.routing.routes.spelling import read, spell

from descant_routing.routes import Passage, Router, parse_route


def passages(text: str) -> list[Passage]:
    """Those that a line names."""
    named = [each.strip().partition(" ") for each in text.split(";") if each.strip()]
    return [Passage(ends[0], ends[2], parse_route(yaml.safe_load(route))) for ends, _, route in named]


def play(router: Router, line: str) -> str:
    """Do what one line says: what is sent for it."""
    word, _, rest = line.partition(" ")
    match word:
        case "rewire":
            router.rewire(passages(rest))
            return ""
        case "forget":
            router.forget(rest)
            return ""
        case "release":
            source, channel, key = [*rest.split(), None, None, None][:3]
            number = read(f"C4 {channel}")[0] & 15 if channel else None
            sent = router.release(source, number, read(key)[1] if key else None)
        case source:
            sent = router.feed(read(rest), source)
    return ", ".join(f"{sink} {spell(data)}" for sink, data in sent)
