"""Preset and options to a program that can be played; shared by play, demo and render."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.console import say
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.rig.presets import Look, unseen
from descant_daemon.settings.rig.values import Program
from descant_daemon.settings.shelf import find
from descant_routing.printable import printable

DEFAULT_PRESET = "bach-chorale"


def tell_unused(settings: Sequence[str], name: str, styles: Sequence[str]) -> None:
    """Say that a style was typed to a model that has nothing to choose from: whoever typed it waits for a change."""
    typed = (text.partition("=")[0].strip() for text in settings)
    for parameter in dict.fromkeys(each for each in typed if each in TABLE and TABLE[each].kind == "style"):
        if len(styles) < 2:
            say(f"descant: {parameter} does nothing here: the model of {name} knows one style", err=True)


def set_up(
    name: str, settings: Sequence[str], mode: str | None, seed: int | None, look: Look = unseen
) -> Program:
    """Find and read the preset, then let the options win over it. For ``look`` see ``load_rig``."""
    path = find(name)
    preset = load_preset(path)
    chosen = {"mode": mode, "seed": seed}
    parameters = preset.to_parameters().with_values(
        {key: each for key, each in chosen.items() if each is not None}
    )
    return Program(
        parameters.with_settings(settings),
        look(model_stem(path, preset)),
        preset.bindings(),
        printable(name),
        preset.title,
        tuple(preset.credits),
        path,
    )
