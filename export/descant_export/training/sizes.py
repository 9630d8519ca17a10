"""Networks by size, as changes to a config: what one has the time to train, and what answers in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SIZES: Mapping[str, Sequence[str]] = {
    # A quarter of the arithmetic of the default, for some dozens of files: about a quarter of an hour on two cores.
    "small": (
        "time_layers=[96, 96]",
        "note_layers=[64, 32]",
        "updates=1000",
        "evaluate_every=50",
        "look_at=4000",
        "sample_bars=4",
    ),
    "medium": (),
    # The sizes of Johnson's blog post, which Kotecha & Young replicate.
    "large": ("time_layers=[300, 300]", "note_layers=[100, 50]", "updates=4000"),
}
