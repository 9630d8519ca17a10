"""What buttons do to an instance: another variation and back again, freeze and go on."""

from __future__ import annotations

from descant_daemon.settings.parameters import TABLE, Parameters

VARIATIONS = int(TABLE["variation"].high) + 1


class Actions:
    """Of one instance; it remembers what it takes to go back."""

    def __init__(self) -> None:
        """Nothing done."""
        self._variation: int | None = None  # the one before
        self._mode: str | None = None  # before freeze

    def values(self, action: str, parameters: Parameters) -> Parameters | None:
        """The parameters after it; None where it is none of ours."""
        match action:
            case "variation_up":
                return self._vary(parameters, parameters.variation + 1)
            case "variation_down":
                return self._vary(parameters, parameters.variation - 1)
            case "variation_back":
                before = parameters.variation if self._variation is None else self._variation
                return self._vary(parameters, before)
            case "freeze":
                return self._freeze(parameters)
            case _:
                return None

    def _vary(self, parameters: Parameters, variation: int) -> Parameters:
        self._variation = parameters.variation
        return parameters.with_values({"variation": variation % VARIATIONS})

    def _freeze(self, parameters: Parameters) -> Parameters:
        if parameters.mode != "freeze":
            self._mode = parameters.mode
            return parameters.with_values({"mode": "freeze"})
        return parameters.with_values({"mode": self._mode or TABLE["mode"].default})
