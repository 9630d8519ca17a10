"""How long what is rendered becomes, in ticks, and how its bars are counted."""

from __future__ import annotations

from descant_daemon.cli import options
from descant_daemon.model.card import ModelMetadata
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.parameters import Parameters
from descant_daemon.song import Song
from descant_routing.errors import DescantError

DEFAULT_BARS = 16
DEFAULT_BPM = 100.0


def metre_of(parameters: Parameters, metadata: ModelMetadata, beat: int) -> tuple[Metre, int]:
    """The metre, and the ticks of a bar at ``beat`` ticks a quarter."""
    metre, per_beat = parameters.metre, metadata.steps_per_beat
    return metre, metre.steps_per_bar(per_beat) * beat // per_beat


def length_of(song: Song | None, bar: int, bars: int | None) -> int:
    """In ticks: ``bars``, or as many as the song has, or the usual. Raises DescantError for too many."""
    length = (bars or _bars_of(song, bar)) * bar
    if song is not None and length > options.MOST_BARS * bar:
        raise DescantError(
            f"{song.name} is {length // bar} bars long, but at most {options.MOST_BARS} can be rendered; see --bars."
        )
    return length


def _bars_of(song: Song | None, bar: int) -> int:
    if song is None:
        return DEFAULT_BARS
    last = max((note.end for note in song.notes), default=bar)
    return max(1, -(-last // bar))
