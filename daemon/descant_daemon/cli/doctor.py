"""``descant doctor``: what is there, what is missing, and what to do about it, one finding each."""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from descant_daemon.cli import options
from descant_daemon.cli.loopback import KEYS, check_loopback
from descant_daemon.cli.setup import DEFAULT_PRESET
from descant_daemon.console import say, say_json, say_row
from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.families import load_model
from descant_daemon.families.step_cost import quick_cost
from descant_daemon.model.lead import TEMPO, lead
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.picture.wav import find_soundfont
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.rig.values import HALF
from descant_daemon.settings.shelf import closed, find, shelf
from descant_routing.errors import DescantError
from descant_routing.ports.catalogue import systems
from descant_routing.wording import as_sentence

STEPS, GAP = 24, 0.04  # enough steps, far enough apart, for the caches to be as cold as in playing
EASY, HARD = 5.0, 20.0  # ms a step may take before it is worth a word, and before 300 BPM is out of reach


@dataclass(frozen=True)
class Finding:
    """``state``: good, fair (works, could be better) or bad (cannot be played)."""

    what: str
    state: Literal["good", "fair", "bad"]
    found: str
    advice: str = ""


def doctor(
    loopback: Annotated[
        bool,
        typer.Option("--loopback", help="Play to Descant through real ports and measure: half a minute."),
    ] = False,
    backend: Annotated[str, typer.Option("--backend", help="With --loopback: what to measure.")] = "auto",
    keys: Annotated[
        int, typer.Option("--keys", min=1, max=2000, help="With --loopback: how many keys to press.")
    ] = KEYS,
    preset: Annotated[
        str, typer.Option("--preset", help="With --loopback: the preset that plays.")
    ] = DEFAULT_PRESET,
    png: Annotated[
        Path | None, typer.Option("--png", help="With --loopback: draw the histograms there.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Check this machine: Python, MIDI, presets, the engine. Exit 1 when Descant cannot be played here."""
    if loopback:
        check_loopback(preset, backend, keys, png, as_json)
        return
    findings = check_up()
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _tell(finding)
        worst = [finding for finding in findings if finding.state == "bad"]
        say("This machine is fit to play." if not worst else "Something needs doing before it can play live.")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    sign = {"good": "✓", "fair": "·", "bad": "✗"}[finding.state]
    advice = f" → {as_sentence(finding.advice)}" if finding.advice else ""
    say_row(f"{sign} ", f"{finding.what}: {finding.found}{advice}")


def check_up() -> list[Finding]:
    """Look at everything; raises nothing."""
    return [_python(), *_midi(), *_presets(), _engine(), _sound()]


def _python() -> Finding:
    return Finding(
        "Python", "good", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    )


def _midi() -> Iterator[Finding]:
    found = systems()
    best = next((system for system in found if system.available), None)
    for system in found:
        if system is best:
            yield Finding("MIDI", "good", f"{system.title} will be used: {system.reason}")
        elif system.available:
            yield Finding("MIDI", "good", f"{system.title} is there too: {system.reason}")
        else:
            state: Literal["fair", "bad"] = "bad" if best is None else "fair"
            yield Finding("MIDI", state, f"no {system.title}: {system.reason}", system.advice)


def _presets() -> Iterator[Finding]:
    for sentence in closed():
        yield Finding("Preset", "fair", sentence)
    for name, path, _ in shelf():
        try:
            preset = load_preset(path)
            model = load_model(model_stem(path, preset))
            model.metadata.abilities.check(preset.to_parameters())
            cost = quick_cost(model)
        except DescantError as error:
            yield Finding(
                "Preset", "bad" if name == DEFAULT_PRESET else "fair", f"{name} cannot be used: {error}"
            )
        else:
            yield loads(name, model.metadata, cost)


def loads(name: str, metadata: ModelMetadata, cost: int) -> Finding:
    """What is to be said of a preset that can be played, whose steps cost so many ns."""
    styles = metadata.styles
    several = f", with the styles {', '.join(styles)}" if len(styles) > 1 else ""
    ahead = lead(cost, metadata.steps_per_beat)
    if ahead == HALF:
        return Finding("Preset", "good", f"{name} loads{several}")
    return Finding(
        "Preset",
        "fair",
        f"{name} loads{several}; a step costs {cost / 1e6:.0f} ms, more than half of one at {TEMPO} BPM",
        f"it is asked {ahead:g} steps ahead and hears you so much later (descant bench {name} tells more)",
    )


def _engine() -> Finding:
    """Steps in this process, paced as in playing."""
    try:
        path = find(DEFAULT_PRESET)
        network = load_model(model_stem(path, load_preset(path)))
    except DescantError as error:
        return Finding("Engine", "bad", str(error))
    network.warm()
    engine = Engine(network)
    silence = np.zeros((network.pitches.size, 2), np.float32)
    melody = silence.copy()
    melody[network.pitches.size * 2 // 3] = 1
    taken = []
    for step in range(STEPS):
        time.sleep(GAP)
        begin = time.perf_counter()
        engine.answer(Ask(step, step, 16, melody, silence, silence, step == 0, Sampling()))
        taken.append(1000 * (time.perf_counter() - begin))
        engine.think_ahead()
    middle, worst = statistics.median(taken[2:]), max(taken[2:])
    found = f"from key to answer {middle:.1f} ms in the middle, {worst:.1f} ms at worst of {STEPS} steps"
    if middle > HARD:
        return Finding("Engine", "bad", found, "close other programs, or use a machine with a faster core")
    return Finding("Engine", "good" if middle <= EASY else "fair", found)


def _sound() -> Finding:
    font = find_soundfont()
    if font is None:
        return Finding("Audio", "fair", "no SoundFont", f"only demo.wav needs one{_how_to_get_sound()}")
    return Finding("Audio", "good", f"SoundFont {font.name}")


def _how_to_get_sound() -> str:
    return ": apt install fluidsynth fluid-soundfont-gm" if sys.platform == "linux" else ""
