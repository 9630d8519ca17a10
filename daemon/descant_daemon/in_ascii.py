"""What stands for a character that a terminal's encoding lacks: an error handler of codecs, by the name ``LIKE_IT``."""

from __future__ import annotations

import codecs
import unicodedata

LIKE_IT = "descant.in_ascii"
_OURS = "┌┐└┘├┤┬┴┼─━│┃╭╮╰╯═║▶▷◀■●○□→←↑↓·•✓✗…–—−‘’“”×÷≥≤±♭♯µμ"
_PLAIN = "+++++++++--||++++=|>><#*oo><^v.*+x.---''\"\"x/><+b#uu"
_LIKE = dict(zip(_OURS, _PLAIN, strict=True))
"""A mark each, so that tables stay in order."""


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_nearest, error.object[error.start : error.end])), error.end


def _nearest(character: str) -> str:
    """A letter without its accent, or ``?``."""
    letter = unicodedata.normalize("NFKD", character)[0]
    return _LIKE.get(character, letter if letter.isascii() else "?")


codecs.register_error(LIKE_IT, _in_ascii)
