"""A rig as values: everything resolved that can be without opening a port or loading a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from descant_daemon.settings.rig.ranges import ALL_CHANNELS, TOP_KEY
from descant_routing.guards.storm import RATE

if TYPE_CHECKING:
    from pathlib import Path

    from descant_daemon.settings.bindings import Bindings
    from descant_daemon.settings.choices import ClockName, Switch
    from descant_daemon.settings.parameters import Parameters
    from descant_routing.routes import Passage

MOST_INSTANCES = 16
MOST_PROGRAMS = 128
STORM = RATE
MPE_STORM = 5000  # fifteen notes' pressure, bend and slide, each a hundred times a second


class Input(NamedTuple):
    """An input cable. ``port``: of somebody's, None: only a port of our own.

    ``longest_note``: ns after which a held note is taken for one whose note-off was lost; None: never.
    ``storm``: values of controllers, bends and pressures a second; more are thinned out.
    """

    label: str
    port: str | None = None
    longest_note: int | None = None
    mpe: bool = False
    storm: int = STORM


class Output(NamedTuple):
    """An output cable; ``offset``: ns by which what we generate leaves later."""

    label: str
    port: str | None = None
    offset: int = 0


class Hears(NamedTuple):
    """What of an input is heard: channels 0 to 15, and keys, both ends included; of channel 10 with ``drums``."""

    input: str
    channels: frozenset[int] = ALL_CHANNELS
    low: int = 0
    high: int = TOP_KEY
    drums: bool = False


class Program(NamedTuple):
    """A preset as one instance plays it. ``stem``: its model's; ``bindings``: what moves which parameter.

    ``file``: what it was read from.
    """

    name: str
    title: str
    stem: Path
    parameters: Parameters
    bindings: Bindings
    file: Path | None = None


class Instance(NamedTuple):
    """One that plays. ``programs[first]`` sounds first, and program change n chooses ``programs[n]`` on the ``switch``.

    ``hears`` is what it answers; ``listens`` are other tracks, heard as given notes.
    """

    name: str
    programs: tuple[Program, ...]
    first: int
    switch: Switch
    hears: Hears
    listens: tuple[Hears, ...]
    output: str


@dataclass(frozen=True)
class Rig:
    """``clock_from``: the input whose MIDI clock counts. ``feedback``: the output to which values are sent back."""

    title: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    instances: tuple[Instance, ...]
    clock: ClockName
    clock_from: str
    tempo: float | None
    """Quarters a minute; None: not said."""
    send_clock: bool
    feedback: str | None
    routes: tuple[Passage, ...] | None
    """What passes dry; None: not said, so what an instance hears passes to its output while it has ``thru``."""
    file: Path | None = None
    """What it was read from."""

    @property
    def files(self) -> frozenset[Path]:
        """Its own, and its presets'."""
        programs = (program for instance in self.instances for program in instance.programs)
        files = (self.file, *(program.file for program in programs))
        return frozenset(file for file in files if file is not None)
