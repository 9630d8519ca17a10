"""Networks by size, as changes to a config: what one has the time to train, and what answers in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SMALL = ("updates=1000", "evaluate_every=50", "look_at=4000", "sample_bars=4")
SIZES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "biaxial": {
        # A quarter of the arithmetic of the default, for some dozens of files: about a quarter of an hour on two cores.
        "small": ("time_layers=[96, 96]", "note_layers=[64, 32]", *SMALL),
        "medium": (),
        # The sizes of Johnson's blog post, which Kotecha & Young replicate.
        "large": ("time_layers=[300, 300]", "note_layers=[100, 50]", "updates=4000"),
    },
    "tp-nade": {
        "small": ("time_layers=[96, 96]", "hidden=64", *SMALL),
        "medium": (),
        "large": ("time_layers=[300, 300]", "hidden=150", "updates=4000"),
    },
    "roll": {
        "small": ("embedding=64", "time_layers=[64, 64]", *SMALL),
        "medium": (),
        "large": ("embedding=300", "time_layers=[300, 300]", "updates=4000"),
    },
}
