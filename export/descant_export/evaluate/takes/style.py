"""A style as it is played: its preset, its model, its parameters; and the same model played plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from descant_daemon.families import load_model
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find

if TYPE_CHECKING:
    from descant_daemon.families.loaded_model import LoadedModel
    from descant_daemon.settings.bindings import Bindings

KEPT_PLAIN = (
    "mode",
    "voices",
    "low",
    "high",
    "place",
    "channel",
    "seed",
    "metre",
    "style",
    "morph_to",
    "morph",
)
"""What is asked for rather than how it is sampled. Everything else is at its default, which is neutral."""


@dataclass(frozen=True)
class Style:
    """A preset ready to be rendered. ``name``: of its folder; ``bindings``: what moves its parameters."""

    name: str
    title: str
    network: LoadedModel
    parameters: Parameters
    bindings: Bindings

    @property
    def steps_per_beat(self) -> int:
        """Of its model."""
        return self.network.metadata.steps_per_beat

    @property
    def over_melody(self) -> bool:
        """Whether it is made to be played to."""
        return self.parameters.mode != "free"

    def plain(self) -> Style:
        """The same model sampled as in Kotecha & Young §3.3: at temperature 1, without any control of ours."""
        kept = {name: getattr(self.parameters, name) for name in KEPT_PLAIN if hasattr(self.parameters, name)}
        return replace(self, name=f"{self.name}, plain", parameters=Parameters().with_values(kept))

    def changed(self, settings: Sequence[str]) -> Style:
        """With some parameters set as by ``--set``. Raises UsageError."""
        return replace(self, parameters=self.parameters.with_settings(settings))


def load_style(name: str, settings: Sequence[str] = (), mode: str | None = None) -> Style:
    """The preset of a name or path, at one of its model's styles for ``NAME@STYLE``.

    Raises UsageError where there is none, DescantError where it is damaged.
    """
    name, chosen = name_and_style(name)
    choice = [f"style={chosen}"] if chosen else []
    path = find(name)
    preset = load_preset(path)
    parameters = preset.to_parameters()
    if mode is not None:
        parameters = parameters.with_values({"mode": mode})
    network = load_model(model_stem(path, preset))
    label = name if Path(name).name == name else path.parent.absolute().name
    return Style(
        f"{label}@{chosen}" if chosen else label,
        preset.title,
        network,
        parameters.with_settings([*choice, *settings]),
        preset.bindings(),
    )


def name_and_style(text: str) -> tuple[str, str]:
    """``palette@hymn`` → the preset and the style of its model; empty where none is named."""
    name, _, style = text.rpartition("@")
    return (name, style) if name and style and not set(style) & set("/\\") else (text, "")
