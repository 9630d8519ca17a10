"""``descant render --rig``: a file's tracks into a rig's inputs, and what leaves each output as a track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from descant_daemon.cli.lengths import DEFAULT_BPM, length_of, metre_of
from descant_daemon.cli.taping import rig_facts
from descant_daemon.console import say
from descant_daemon.live.rig_watch import models_of
from descant_daemon.midi_file import write_song
from descant_daemon.model.load import network_of
from descant_daemon.offline.render import render_rig as render_offline
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.rig.load import load_rig
from descant_daemon.settings.rig.values import Rig
from descant_daemon.song import PPQ, Song, SongTrack, heard
from descant_daemon.tape.rigging import rigging
from descant_daemon.tempo_map import TempoMap
from descant_routing.ports.cables import own_name

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
    rig = load_rig(file)
    if song is not None and song.metres:
        rig = _in_metre(rig, Metre(*song.metres[0][1:]))
    checked = models_of(rig)
    models = {stem: each.metadata for stem, each in checked.items()}
    numbers = {stem: number for number, stem in enumerate(models)}
    made = rigging(rig_facts(rig, models, numbers.__getitem__))
    beat = song.ticks_per_beat if song else PPQ
    tempos = [] if song is None or tempo is not None else list(song.tempos)
    tempo_map = TempoMap(beat, tempos or [(0, round(60e6 / (tempo or rig.tempo or DEFAULT_BPM)))])
    lead = rig.instances[0].programs[rig.instances[0].first]
    metre, bar = metre_of(lead.parameters, models[lead.stem], beat)
    length = length_of(song, bar, bars)
    networks = [network_of(each) for each in checked.values()]
    rendering = render_offline(made, networks, _tracks(song, rig), tempo_map, length)
    named = {own_name(label, is_input=False): sent for label, sent in rendering.outputs.items()}
    write_song(output, named, tempo_map, (metre.beats, metre.unit))
    if picture is not None:
        draw_file(output, picture, title=rig.title)
    alone = song is None and not rendering.counts.notes
    hint = " Nobody played to it: give it IN.mid, or an instance the mode free." if alone else ""
    say(f"{output}: {length // bar} bars, {rendering.counts.notes} notes of ours.{hint}")


def _in_metre(rig: Rig, metre: Metre) -> Rig:
    """The file says how its bars are counted."""
    instances = tuple(
        one._replace(
            programs=tuple(
                each._replace(parameters=each.parameters.with_values({"metre": metre}))
                for each in one.programs
            )
        )
        for one in rig.instances
    )
    return replace(rig, instances=instances)


def _tracks(song: Song | None, rig: Rig) -> Mapping[str, Track]:
    """By input: the tracks that bear its name; where none bears any, the first input has them all."""
    if song is None:
        return {}
    labels = {each.label.casefold(): each.label for each in rig.inputs if each.label}
    found: dict[str, list[SongTrack]] = {}
    for track in song.tracks:
        if (label := labels.get(track.name.casefold())) is not None:
            found.setdefault(label, []).append(track)
    if not found:
        found = {rig.inputs[0].label: [*song.tracks]}
    return {label: heard(tracks) for label, tracks in found.items()}
