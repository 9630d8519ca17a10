"""What a style maker may choose about reading a folder, as one value that ``corpus`` and ``train`` share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from descant_export.corpus.track_pattern import parse_pattern
from descant_routing.errors import UsageError

GRIDS = (4, 12)


@dataclass(frozen=True)
class IngestOptions:
    """How pieces are made of files. UsageError names a value that makes no sense.

    ``steps_per_beat``: 4 (sixteenths), or 12 (sixteenths and triplets). ``tracks``: patterns, of which a
    track must meet one (``name:violin*``, ``program:1-8``, ``channel:1``, counted from 1 as on a synth);
    none: every track that is not drums. ``min_beats``, ``max_beats``: shorter and longer pieces stay out.
    """

    steps_per_beat: int = 4
    tracks: tuple[str, ...] = ()
    keep_duplicates: bool = False
    keep_ungridded: bool = False
    min_beats: int = 8
    max_beats: int = 16_000

    def __post_init__(self) -> None:
        """Check every value."""
        if self.steps_per_beat not in GRIDS:
            raise UsageError(f"There are {self.steps_per_beat} steps a beat asked for; there can be 4 or 12.")
        if not 0 <= self.min_beats <= self.max_beats <= 1_000_000:
            raise UsageError(
                f"Pieces of {self.min_beats} to {self.max_beats} beats make no sense; "
                "the first must be the smaller, and the second at most 1,000,000."
            )
        for pattern in self.tracks:
            parse_pattern(pattern)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and YAML."""
        return {**asdict(self), "tracks": list(self.tracks)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> IngestOptions:
        """The inverse of ``as_dict``."""
        changed: dict[str, Any] = {**values, "tracks": tuple(values.get("tracks", ()))}
        return cls(**changed)
