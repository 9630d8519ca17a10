"""Preset and options to what playing needs; shared by play, demo and render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from descant_daemon.console import say
from descant_daemon.settings.bindings import Bindings
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.preset import Preset, load_preset, model_stem
from descant_daemon.settings.shelf import find

DEFAULT_PRESET = "bach-chorale"


@dataclass(frozen=True)
class Setup:
    """A preset ready to play: its model's stem, its parameters after the options, what moves them."""

    name: str
    path: Path
    preset: Preset
    stem: Path
    parameters: Parameters
    bindings: Bindings


def tell_unused(settings: Sequence[str], name: str, styles: Sequence[str]) -> None:
    """Say that a style was typed to a model that has nothing to choose from: whoever typed it waits for a change."""
    typed = (text.partition("=")[0].strip() for text in settings)
    for parameter in dict.fromkeys(each for each in typed if each in TABLE and TABLE[each].kind == "style"):
        if len(styles) < 2:
            say(f"descant: {parameter} does nothing here: the model of {name} knows one style", err=True)


def set_up(name: str, settings: Sequence[str], mode: str | None, seed: int | None) -> Setup:
    """Find and read the preset, then let the options win over it."""
    path = find(name)
    preset = load_preset(path)
    parameters = preset.to_parameters()
    if mode is not None:
        parameters = parameters.with_values({"mode": mode})
    if seed is not None:
        parameters = parameters.with_values({"seed": seed})
    parameters = parameters.with_settings(settings)
    return Setup(name, path, preset, model_stem(path, preset), parameters, preset.bindings())
