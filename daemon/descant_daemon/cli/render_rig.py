"""``descant render --rig``: a file's tracks into a rig's inputs, and what leaves each output as a track."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from descant_daemon.cli.render_output import has_title, head_words, mention, progress, sentence, tempo_of
from descant_daemon.console import say
from descant_daemon.families import model_of
from descant_daemon.midi_file import credits_of, song_bytes, word
from descant_daemon.model.known import Models, numbered
from descant_daemon.offline.render import render_rig as render_offline
from descant_daemon.offline.score import score_of
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.rig.rig_file import load_rig
from descant_daemon.settings.rig.values import Rig
from descant_daemon.song import Song, SongTrack, heard
from descant_daemon.whole_file import write_whole
from descant_routing.errors import DescantError
from descant_routing.ports.api import own_name
from descant_routing.wording import listed

Track = Sequence[tuple[int, bytes]]


def render_rig(
    file: Path,
    song: Song | None,
    output: Path,
    *,
    tempo: float | None,
    bars: int | None,
    picture: Path | None,
) -> None:
    """Render it. Raises DescantError for a rig or models that cannot be used."""
    models = Models()
    rig = load_rig(file, look=models.look)
    played = models.of(rig)
    lead = rig.instances[0].programs[rig.instances[0].first]
    per_beat = {each.model.steps_per_beat for each in rig.programs}
    tempo_map = tempo_of(song, tempo, rig.tempo)
    score = score_of(song, tempo_map, lead.parameters.metre, per_beat, bars=bars)
    mention(song, score)
    if song is not None and song.metres:
        rig = _in_metre(rig, score.metre)
    rig = numbered(rig, [*played].index)
    networks = [model_of(each) for each in played.values()]
    tracks = _tracks(song, rig)
    with progress("Rendering") as tell:
        rendering = render_offline(
            rig, networks, tracks, tempo_map, score.length, metres=score.metre_map, tell=tell
        )
    named = [
        [word(0, "track_name", own_name(label, is_input=False)), *sent]
        for label, sent in rendering.outputs.items()
    ]
    makers = (line for preset in rig.presets for line in preset.credits)
    titles = (preset.title for preset in rig.presets)
    words = credits_of(titles, f"Descant {version('descant')}", makers, named=has_title(song))
    content = song_bytes(named, tempo_map, score.metres, head_words(song, words, score.length))
    write_whole(output, content)
    if picture is not None:
        draw_file(output, picture, title=rig.title)
    alone = song is None and not rendering.counts.notes
    hint = "Nobody played to it: give it IN.mid, or an instance the mode free."
    say(sentence(output, score, rendering.counts.notes, [hint] if alone else []))


def _in_metre(rig: Rig, metre: Metre) -> Rig:
    """The file says how its bars are counted."""
    return rig.with_programs(
        lambda each: replace(each, parameters=each.parameters.with_values({"metre": metre}))
    )


def _tracks(song: Song | None, rig: Rig) -> Mapping[str, Track]:
    """By input: the tracks that bear its name; where none bears any, the first input has them all."""
    if song is None:
        return {}
    if not song.notes:
        raise DescantError(f"{song.name} has no notes.")
    labels = {_plain(each.label): each.label for each in rig.inputs if each.label}
    found: dict[str, list[SongTrack]] = {}
    nowhere: list[str] = []
    for track, name in zip(song.tracks, song.track_names, strict=True):
        if (label := labels.get(_plain(track.name))) is not None:
            found.setdefault(label, []).append(track)
        elif track.notes:
            nowhere.append(repr(name))
    if not found:
        found = {rig.inputs[0].label: [*song.tracks]}
    elif nowhere:
        goes = "goes" if len(nowhere) == 1 else "go"
        inputs = listed([each.label or "the unnamed one" for each in rig.inputs])
        say(
            f"descant: of {song.name}, {listed(nowhere)} {goes} to no input of the rig, and is not heard; "
            f"its inputs are {inputs}.",
            err=True,
        )
    return {label: heard(tracks) for label, tracks in found.items()}


def _plain(name: str) -> str:
    """A name as it is compared: letters and digits, in one case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
