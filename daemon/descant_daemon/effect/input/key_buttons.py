"""Buttons: keys that are nothing else from their press to their release, and what an instance does for a button."""

from __future__ import annotations

from descant_daemon.effect.modes import MODE_ROWS
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.values import Program
from descant_routing import message

VARIATIONS = int(TABLE["variation"].high) + 1


class KeyButtons:
    """A key is named by its input, its channel and itself."""

    def __init__(self) -> None:
        self._down: set[tuple[str, int, int]] = set()

    def takes(self, port: str, data: bytes, *, bound: bool) -> bool:
        """Whether a message of a key goes no further; ``bound``: whether it is a button by now.

        What is pressed as a note ends as one, and what is pressed as a button ends as that, whatever it is by then.
        """
        at = port, message.channel(data), data[1]
        if message.is_note_on(data):
            (self._down.add if bound else self._down.discard)(at)
            return bound
        was_down = at in self._down
        if message.is_note_off(data):
            self._down.discard(at)
        return was_down


class ButtonActions:
    """Of one instance; it remembers what it takes to go back."""

    def __init__(self) -> None:
        self._variation: int | None = None  # the one before
        self._mode: str | None = None  # before the one of the button

    def values(self, action: str, parameters: Parameters, program: Program) -> Parameters | None:
        """The parameters after it, of the ``program`` that plays; None where it is none of ours."""
        match action:
            case "variation_up":
                return self._vary(parameters, parameters.variation + 1)
            case "variation_down":
                return self._vary(parameters, parameters.variation - 1)
            case "variation_back":
                before = parameters.variation if self._variation is None else self._variation
                return self._vary(parameters, before)
            case _:
                mode = next((name for name, row in MODE_ROWS.items() if row.button == action), None)
                return None if mode is None else self._toggle(mode, parameters, program)

    def _vary(self, parameters: Parameters, variation: int) -> Parameters:
        self._variation = parameters.variation
        return parameters.with_values({"variation": variation % VARIATIONS})

    def _toggle(self, mode: str, parameters: Parameters, program: Program) -> Parameters:
        """Into the mode, or out of it: to the one before, the preset's or the usual one, whichever the model has."""
        if parameters.mode != mode:
            self._mode = parameters.mode
            return parameters.with_values({"mode": mode})
        playable = program.model.abilities.playable
        liked = self._mode, program.parameters.mode, TABLE["mode"].default, *playable
        back = next((each for each in liked if each in playable and each != mode), mode)
        return parameters.with_values({"mode": back})
