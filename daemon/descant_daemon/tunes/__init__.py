"""Melodies in the public domain, typed in for the project: the demo sings them, tests feed on them."""

from descant_daemon.tunes.book import COMMON_METRE, load, medley, names
from descant_daemon.tunes.tune import Tune, TuneError, TuneNote, parse

__all__ = ["COMMON_METRE", "Tune", "TuneError", "TuneNote", "load", "medley", "names", "parse"]
