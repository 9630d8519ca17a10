"""Options that several commands share, said once."""

from __future__ import annotations

from typing import Annotated

import typer

from descant_daemon.offline.score import MOST_BARS
from descant_daemon.settings.choices import MODES

Preset = Annotated[str, typer.Argument(help="A preset's name, or the path of its folder or file.")]
Tempo = Annotated[
    float | None, typer.Option("--tempo", min=10, max=999, help="Tempo in BPM (quarter notes a minute).")
]
Bars = Annotated[int | None, typer.Option("--bars", min=1, max=MOST_BARS, help="How long, in bars.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same notes.")]
Mode = Annotated[str | None, typer.Option("--mode", help=f"{', '.join(MODES[:-1])} or {MODES[-1]}.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter; may be given several times."),
]
Drums = Annotated[
    bool, typer.Option("--drums", help="Answer channel 10 too: drums in General MIDI, and left alone else.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
