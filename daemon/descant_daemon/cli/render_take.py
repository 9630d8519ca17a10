"""``descant render --take``: a recorded session played again, and held against what left then."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.progress import track

from descant_daemon.console import make_console, say
from descant_daemon.tape.midi import whole_take
from descant_daemon.tape.reader import TakeFile
from descant_daemon.tape.rebuild import engines
from descant_daemon.tape.replay import ReplayVerdict, replay
from descant_daemon.whole_file import write_whole
from descant_routing.errors import DescantError

HEARD_OTHERWISE = (
    "the key that 'key: follow' locks to is heard otherwise than when the take was recorded (in the player's "
    "notes alone)"
)


def render_take(path: Path, output: Path) -> None:
    """Replay a take and write its MIDI file. Raises DescantError when it is not as it was, and says where."""
    take, verdict = TakeFile(path), ReplayVerdict()
    make_engine, changed = engines(take.rigs())
    if take.heard_otherwise:
        changed.append(HEARD_OTHERWISE)
    for sentence in changed:
        say(f"descant: {sentence}", err=True)
    lines = track(
        take.lines(),
        "Playing it again",
        total=take.count(),
        console=make_console(err=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    write_whole(output, whole_take(take.header, replay(take.header, lines, make_engine, verdict)))
    if not verdict.whole:
        raise DescantError(f"{output}: {verdict}.")
    say(f"{output}: {verdict}.")
