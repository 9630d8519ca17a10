"""The measurement from end to end: the echo for what the MIDI system costs, then Descant, twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from descant_daemon.loopback.children import Child, echo, perform, play
from descant_daemon.loopback.deviations import answers, off_grid
from descant_daemon.loopback.fitness import Axis, Measured
from descant_daemon.loopback.recording import Recording
from descant_daemon.loopback.stimulus import PLAYER, Press, Stimulus, echo_score, grid_score, harmony_score
from descant_daemon.loopback.wire import WireJob
from descant_routing.errors import DescantError
from descant_routing.ports.bounded import bounded
from descant_routing.ports.catalogue import MidiSystem, systems
from descant_routing.ports.libraries import load_jack
from descant_routing.ports.rtmidi.ends import SYSTEMS

FEWEST_STEPS = 16
CHANNEL = 2  # as --set takes it, from 1
LIVELY = ("density=1.9", "temperature=2", "voices=8")
"""No music, but an onset in nearly every step: there is more to measure."""
GRID = ("--mode", "free", *(word for setting in LIVELY for word in ("--set", setting)))
HARMONY = ("--mode", "harmonise", "--set", "thru=on")
ON_TIME = ("humanise=0", "swing=0")
"""What a preset asks to be late is no latency."""
SAME = (  # the same notes in every measurement
    *("--seed", "1"),
    *(word for setting in (f"channel={CHANNEL}", *ON_TIME) for word in ("--set", setting)),
)
ANSWER = 3.0  # s that a JACK server has to answer
REACHED_BY = {
    "jack": "jack",
    "alsa": "alsa-rtmidi",
    "alsa-rtmidi": "alsa-rtmidi",
    "coremidi": "coremidi-rtmidi",
    "coremidi-rtmidi": "coremidi-rtmidi",
    "rtmidi-jack": "rtmidi-jack",
}
"""How another program, and so the loopback, gets at the ports that Descant makes with a back-end."""
TITLES = {"alsa": "ALSA", "coremidi": "CoreMIDI"}

Tell = Callable[[str, float], None]
"""What is being done, and how many seconds of it there will be; called again and again meanwhile."""


class _Scene(NamedTuple):
    title: str
    program: Callable[[], Child]
    score: Stimulus


def measure(preset: str, backend: str, keys: int, tell: Tell) -> Measured:
    """Play ``keys`` keys and as many sixteenths through ``backend`` ("auto" is the best that is there).

    Raises DescantError where there is no MIDI system, where a program does not come up, where nothing is heard.
    """
    system = choose(backend)
    axis = look(system)
    way = REACHED_BY[system]
    rate = axis.rate
    scenes = (
        _Scene("the MIDI system alone", lambda: echo(way), echo_score(keys, rate)),
        _Scene(
            "on the grid",
            lambda: play(preset, system, *GRID, *SAME),
            grid_score(max(keys, FEWEST_STEPS), rate),
        ),
        _Scene("key to harmony", lambda: play(preset, system, *HARMONY, *SAME), harmony_score(keys, rate)),
    )
    echoed, gridded, harmonised = (_perform(way, scene, tell) for scene in scenes)
    onsets = [strike.time for strike in gridded.strikes(CHANNEL - 1)]
    if not onsets:
        raise DescantError("descant play let no note of its own be heard: nothing can be measured.")
    struck = _as_sent(scenes[2].score, harmonised)
    return Measured(
        axis=axis,
        preset=preset,
        echo=answers(_as_sent(scenes[0].score, echoed), echoed.strikes(PLAYER), same_key=True),
        grid=off_grid(onsets, scenes[1].score.grid),
        harmony=answers(struck, harmonised.strikes(CHANNEL - 1), same_key=False),
        thru=answers(struck, harmonised.strikes(PLAYER), same_key=True),
        xruns=sum(each.xruns for each in (echoed, gridded, harmonised)),
    )


def choose(backend: str, found: list[MidiSystem] | None = None) -> str:
    """Which system is measured. Raises DescantError where it is not there, or has no ports of its own."""
    there = {each.key: each for each in (systems() if found is None else found)}
    if backend == "auto":
        backend = next((key for key, each in there.items() if each.available), "")
        if not backend:
            why = "; ".join(f"{each.title}: {each.reason} - {each.advice}" for each in there.values())
            raise DescantError(f"There is no MIDI system to measure ({why}).")
    known = there.get(backend)
    if known is not None and not known.available:
        raise DescantError(f"{known.title} cannot be measured: {known.reason}; {known.advice}.")
    if backend not in REACHED_BY:
        raise DescantError(f"No loop can be made with {backend!r}: it takes {', '.join(REACHED_BY)}.")
    return backend


def look(system: str) -> Axis:
    """The unit of time, and JACK's period. Raises DescantError where no JACK server answers."""
    if system != "jack":
        return Axis(system, TITLES.get(system) or SYSTEMS[system].title, 1_000_000_000)
    jack = load_jack()

    def ask() -> Axis:
        client: Any = jack.Client("descant-doctor", no_start_server=True)
        try:
            return Axis("jack", "JACK", client.samplerate, client.blocksize)
        finally:
            client.close()

    try:
        return bounded("JACK", ANSWER, ask)
    except jack.JackError as error:
        raise DescantError(
            "No JACK server is running; start JACK (QjackCtl, or jackd), then try again."
        ) from error


def _perform(way: str, scene: _Scene, tell: Tell) -> Recording:
    tell(scene.title, scene.score.seconds)
    with scene.program() as program:
        cables = program.cables()
        job = WireJob(way, cables.to, cables.come_from, scene.score.cues)
        recording = perform(job, scene.score.seconds, lambda: tell(scene.title, scene.score.seconds))
    if not recording.heard:
        raise DescantError(f"Nothing was heard from {cables.come_from}.")
    return recording


def _as_sent(score: Stimulus, recording: Recording) -> list[Press]:
    """The keys at the times when they really left."""
    sent = {cue.time: at for cue, at in zip(score.cues, recording.sent, strict=True)}
    return [key._replace(time=sent[key.time]) for key in score.keys]
