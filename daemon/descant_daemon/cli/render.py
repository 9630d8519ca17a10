"""``descant render``: a file in, a file out, the same notes as live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.lengths import DEFAULT_BPM, length_of, metre_of
from descant_daemon.cli.render_rig import render_rig
from descant_daemon.cli.retake import render_take
from descant_daemon.cli.setup import DEFAULT_PRESET, set_up
from descant_daemon.console import say
from descant_daemon.midi_file import read_song, write_song
from descant_daemon.model.load import load_network
from descant_daemon.offline.render import render as render_offline
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.settings.metre import Metre
from descant_daemon.song import PPQ, heard
from descant_daemon.tempo_map import TempoMap
from descant_daemon.whole_file import writable
from descant_routing.errors import UsageError


def render(
    preset: options.Preset = DEFAULT_PRESET,
    source: Annotated[Path | None, typer.Argument(metavar="[IN.mid]", help="What the player plays.")] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.mid")] = Path("descant.mid"),
    tempo: options.Tempo = None,
    bars: options.Bars = None,
    seed: options.Seed = None,
    mode: options.Mode = None,
    settings: options.Set = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="OUT.png", help="A piano roll.")
    ] = None,
    take: Annotated[
        Path | None,
        typer.Option("--take", metavar="FILE.take", help="Play a recorded session again, to the note."),
    ] = None,
    rig: Annotated[
        Path | None,
        typer.Option(
            "--rig",
            metavar="FILE.yaml",
            help="Render a rig; a track of IN.mid that bears the name of an input goes there.",
        ),
    ] = None,
) -> None:
    """Render a take to a MIDI file. Without IN.mid the preset plays by itself."""
    for path in (output, picture):
        if path is not None:
            writable(path)
    if rig is not None:
        if any(each is not None for each in (take, source, seed, mode, settings)):
            raise UsageError(
                "a rig says itself who plays how: --rig goes with IN.mid, --tempo, --bars and --picture"
            )
        played = None if preset == DEFAULT_PRESET else read_song(Path(preset))
        render_rig(rig, played, output, tempo=tempo, bars=bars, picture=picture)
        return
    if take is not None:
        others = (source, tempo, bars, seed, mode, settings, picture)
        if preset != DEFAULT_PRESET or any(other is not None for other in others):
            raise UsageError("--take says itself what was played and by which preset: give it -o and no more")
        render_take(take, output)
        return
    setup = set_up(preset, settings or [], mode or ("free" if source is None else None), seed)
    song = read_song(source) if source is not None else None
    beat = song.ticks_per_beat if song else PPQ
    tempos = [] if song is None or tempo is not None else list(song.tempos)
    tempo_map = TempoMap(beat, tempos or [(0, round(60e6 / (tempo or DEFAULT_BPM)))])
    parameters = setup.parameters
    if song is not None and song.metres and not _asks_for(settings, "metre"):
        parameters = parameters.with_values({"metre": Metre(*song.metres[0][1:])})
    network = load_network(setup.stem)
    metre, bar = metre_of(parameters, network.metadata, beat)
    length = length_of(song, bar, bars)
    track = heard(song.tracks) if song else []
    rendering = render_offline(network, parameters, track, tempo_map, length, setup.bindings)
    tracks = {"Descant": rendering.messages}
    if song is not None:
        tracks = {"Player": [event for event in track if event[0] < length], **tracks}
    write_song(output, tracks, tempo_map, (metre.beats, metre.unit))
    if picture is not None:
        draw_file(output, picture, title=setup.preset.title)
    outside = (
        f" {rendering.counts.outside} notes lie outside the model's range."
        if rendering.counts.outside
        else ""
    )
    say(f"{output}: {length // bar} bars, {rendering.counts.notes} notes.{outside}")


def _asks_for(settings: list[str] | None, name: str) -> bool:
    return any(text.partition("=")[0].strip() == name for text in settings or [])
