"""The collections of the music21 package that can be learned from, with what is owed for them.

music21's ``corpus/license.txt`` claims no right in the encodings: "each piece of music in the corpus is either
out of copyright in the United States or is licensed for use, though there may be restrictions on commercial
use"; it points to the licences embedded in single pieces.
"""

from __future__ import annotations

from typing import NamedTuple

LICENCE = "compositions in the public domain; music21 corpus, see its corpus/license.txt"


class Collection(NamedTuple):
    """``composer``: music21's folder. ``suffixes``: of its scores. ``singers``: how the names of the parts
    that count begin (all parts, when empty). ``voices``: how many there must be (0: any number).
    """

    composer: str
    credit: str
    suffixes: tuple[str, ...]
    singers: tuple[str, ...] = ()
    voices: int = 0
    licence: str = LICENCE


COLLECTIONS = {
    "music21:bach": Collection(
        "bach",
        "Johann Sebastian Bach, four-part chorales, as encoded in the music21 corpus",
        (".mxl",),
        # Horns, strings and the continuo double or decorate; the chorale itself is its singers.
        ("Soprano", "Alto", "Tenor", "Bass"),
        4,
    ),
    "music21:palestrina": Collection(
        "palestrina",
        "Giovanni Pierluigi da Palestrina, mass movements, encoded by John Miller, converted by Bret Aarden, "
        "as carried by the music21 corpus",
        (".krn",),
        licence="compositions in the public domain; each encoding says: Copyright 2000, John Miller. "
        "Rights to all derivative electronic formats reserved. Ask before giving a model away",
    ),
    "music21:monteverdi": Collection(
        "monteverdi",
        "Claudio Monteverdi, madrigals, as encoded in the music21 corpus",
        (".mxl",),
        licence="compositions in the public domain; some encodings were read from an edition that says: "
        "Ut Orpheus Edizioni 2003. Ask before giving a model away",
    ),
    "music21:trecento": Collection(
        "trecento", "Songs of the Italian trecento, as encoded in the music21 corpus", (".xml", ".mxl")
    ),
    "music21:ryansMammoth": Collection(
        "ryansMammoth",
        "Ryan's Mammoth Collection of fiddle tunes (Boston, 1883), transcribed by Ray Davies and others, "
        "as encoded in the music21 corpus",
        (".abc",),
    ),
    "music21:haydn": Collection(
        "haydn", "Joseph Haydn, string quartets, as encoded in the music21 corpus", (".mxl",)
    ),
    "music21:mozart": Collection(
        "mozart", "Wolfgang Amadeus Mozart, string quartets, as encoded in the music21 corpus", (".mxl",)
    ),
}
