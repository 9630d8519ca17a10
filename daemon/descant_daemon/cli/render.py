"""``descant render``: a file in, a file out, the same notes as live."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.render_output import (
    has_title,
    head_words,
    mention,
    player_tracks,
    progress,
    sentence,
    tempo_of,
)
from descant_daemon.cli.render_rig import render_rig
from descant_daemon.cli.render_take import render_take
from descant_daemon.cli.setup import DEFAULT_PRESET, set_up, tell_unused
from descant_daemon.console import say
from descant_daemon.effect.modes import mode_of
from descant_daemon.families import load_model
from descant_daemon.midi_file import credits_of, read_song, song_bytes, word
from descant_daemon.offline.render import render as render_offline
from descant_daemon.offline.score import score_of
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.song import Song, heard
from descant_daemon.whole_file import writable, write_whole
from descant_routing.errors import DescantError, UsageError
from descant_routing.message import DRUMS


def render(
    preset: options.Preset = DEFAULT_PRESET,
    source: Annotated[Path | None, typer.Argument(metavar="[IN.mid]", help="What the player plays.")] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.mid")] = Path("descant.mid"),
    tempo: options.Tempo = None,
    bars: options.Bars = None,
    seed: options.Seed = None,
    mode: options.Mode = None,
    settings: options.Set = None,
    drums: options.Drums = False,
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
        if drums or any(each is not None for each in (take, source, seed, mode, settings)):
            raise UsageError(
                "a rig says itself who plays how: --rig goes with IN.mid, --tempo, --bars and --picture"
            )
        played = None if preset == DEFAULT_PRESET else read_song(Path(preset), tempo)
        render_rig(rig, played, output, tempo=tempo, bars=bars, picture=picture)
        return
    if take is not None:
        others = (source, tempo, bars, seed, mode, settings, picture)
        if drums or preset != DEFAULT_PRESET or any(other is not None for other in others):
            raise UsageError("--take says itself what was played and by which preset: give it -o and no more")
        render_take(take, output)
        return
    chosen = set_up(preset, settings or [], mode or ("free" if source is None else None), seed)
    song = read_song(source, tempo) if source is not None else None
    if song is not None and mode_of(chosen.parameters).needs_player:
        check_notes(song, drums=drums)
    network = load_model(chosen.model.stem)
    tell_unused(settings or [], chosen.name, network.metadata.styles)
    score = score_of(
        song,
        tempo_of(song, tempo),
        chosen.parameters.metre,
        {network.metadata.steps_per_beat},
        bars=bars,
        fixed=_asks_for(settings, "metre"),
    )
    mention(song, score)
    with progress("Rendering") as tell:
        rendering = render_offline(
            network,
            chosen.parameters.with_values({"metre": score.metre}),
            heard(song.tracks) if song else [],
            score.tempo_map,
            score.length,
            chosen.bindings,
            metres=score.metre_map,
            drums=drums,
            tell=tell,
        )
    how = f"Descant {version('descant')}, seed {chosen.parameters.seed}"
    words = credits_of([chosen.title], how, chosen.credits, named=has_title(song))
    generated = [word(0, "track_name", "Descant"), *rendering.messages]
    tracks = [*(player_tracks(song, score.length) if song else ()), generated]
    write_whole(
        output,
        song_bytes(tracks, score.tempo_map, score.metres, head_words(song, words, score.length)),
    )
    if picture is not None:
        draw_file(output, picture, title=chosen.title)
    outside = rendering.counts.outside
    more = [f"{outside:,} notes lie outside the model's range."] if outside else []
    say(sentence(output, score, rendering.counts.notes, more))


def check_notes(song: Song, *, drums: bool) -> None:
    """Raises DescantError when there is nothing to answer."""
    if not song.notes:
        raise DescantError(
            f"{song.name} has no notes, so there is nothing to answer; --mode free plays by itself."
        )
    if not drums and all(note.channel == DRUMS for note in song.notes):
        raise DescantError(
            f"{song.name} has nothing but drums (channel 10), which are not answered; --drums has them answered."
        )


def _asks_for(settings: list[str] | None, name: str) -> bool:
    return any(text.partition("=")[0].strip() == name for text in settings or [])
