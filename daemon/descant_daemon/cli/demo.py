"""``descant demo``: the whole effect without any MIDI system: a host of its own plays it a hymn tune."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from descant_daemon.cli import options
from descant_daemon.cli.setup import DEFAULT_PRESET, set_up, tell_unused
from descant_daemon.console import say
from descant_daemon.effect.effect import Effect
from descant_daemon.live.control.status import snapshot
from descant_daemon.live.control.status_line import status_line
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.live.live_effect import LiveEffect
from descant_daemon.midi_file import credits_of, song_bytes, word
from descant_daemon.model.known import Models
from descant_daemon.offline.host import START_LEAD, performance
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.picture.wav import render_wav
from descant_daemon.settings.metre import Metre
from descant_daemon.settings.rig.single import single
from descant_daemon.song import PPQ, struck
from descant_daemon.tempo_map import TempoMap
from descant_daemon.time.midi_clock import MidiClock
from descant_daemon.tunes.book import load
from descant_daemon.tunes.tune import Tune
from descant_daemon.whole_file import make_folder, writable_folder, write_whole
from descant_routing import message
from descant_routing.ports.memory import MemoryBackend
from descant_routing.timed import MAIN

TICKS_PER_STEP = PPQ // 4
POLL = 0.002  # s
VELOCITY = 84
TAIL = 200_000_000  # ns to listen for after Stop


def demo(
    preset: options.Preset = DEFAULT_PRESET,
    tune: Annotated[str, typer.Option("--tune", help="Which tune is played to it.")] = "st-anne",
    folder: Annotated[
        Path, typer.Option("--folder", help="Where demo.mid and the rest go; it is made.")
    ] = Path(),
    seed: options.Seed = None,
    mode: options.Mode = None,
    settings: options.Set = None,
) -> None:
    """Hear it at once: plays a hymn tune to the effect in real time, shows it, and writes it down."""
    writable_folder(folder)
    melody = load(tune)
    models = Models()
    chosen = set_up(preset, settings or [], mode, seed, models.look)
    parameters = chosen.parameters.with_values({"metre": Metre(*melody.metre)})
    tell_unused(settings or [], chosen.name, chosen.model.abilities.styles)
    tempo_map = TempoMap(PPQ, [(0, round(60e6 / melody.tempo))])
    length = melody.bars * melody.steps_per_bar * TICKS_PER_STEP
    track = _messages(melody)

    backend = MemoryBackend()
    link = EnginePool([each.files for each in models.values()])
    try:
        link.wait_ready()
        effect = Effect(single(replace(chosen, parameters=parameters)), MidiClock())
        live = LiveEffect(effect, link)
        backend.start(live)
        backend.inject(performance({MAIN: track}, tempo_map, length))
        say(f"{melody.title} ({melody.composer}, {melody.year}) into {chosen.title}:")
        _play(backend, effect, START_LEAD + tempo_map.time_of(length) + TAIL)
        live.request_close()
        backend.close()
    finally:
        link.close()

    sent = [(max(0, round(tempo_map.tick_at(at - START_LEAD))), data) for at, data, _ in backend.sent]
    generated = [(tick, data) for tick, data in sent if _is_ours(data, parameters.channel - 1)]
    make_folder(folder)
    midi, picture = folder / "demo.mid", folder / "demo.png"
    how = f"Descant {version('descant')}, seed {parameters.seed}, over {melody.title} ({melody.composer})"
    tracks = [
        [word(0, "track_name", name), *events] for name, events in (("Player", track), ("Descant", generated))
    ]
    words = credits_of([chosen.title], how, chosen.credits)
    write_whole(midi, song_bytes(tracks, tempo_map, [(0, melody.metre)], words))
    draw_file(midi, picture, title=f"{melody.title}, with a descant", subtitle=chosen.title)
    sound = render_wav(midi, folder / "demo.wav")
    counts = effect.counts
    say(f"{counts.notes} notes in {counts.steps} steps, {counts.late} late.")
    say(f"Written: {midi}, {picture}" + (f", {sound}." if isinstance(sound, Path) else f". {sound}"))


def _is_ours(data: bytes, channel: int) -> bool:
    """Descant's notes alone: not the player's, nor what closing the port says to the synth."""
    return message.channel(data) == channel and (message.is_note_on(data) or message.is_note_off(data))


def _messages(melody: Tune) -> list[tuple[int, bytes]]:
    return struck(
        (note.start * TICKS_PER_STEP, (note.start + note.length) * TICKS_PER_STEP, note.key, VELOCITY, 0)
        for note in melody.notes
    )


def _play(backend: MemoryBackend, effect: Effect, end: int) -> None:
    """In real time, one line whenever something sounds otherwise than before."""
    begin, shown = time.monotonic_ns(), ""
    while backend.now() < end:
        backend.wake()  # for the engine's answers
        backend.run_until(min(time.monotonic_ns() - begin, end))
        line = status_line(snapshot(effect, engine=True))
        sounds = line.partition("you")[2]
        if sounds != shown and effect.clock.running:
            say(line)
            shown = sounds
        time.sleep(POLL)
