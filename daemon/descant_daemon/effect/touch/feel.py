"""How the parameters have our notes struck: velocity after the player and the metre, gate, unevenness."""

from __future__ import annotations

from descant_daemon.effect.touch.accent import louder
from descant_daemon.effect.touch.human import MOST_OF_STEP, Human, human
from descant_daemon.effect.voice import Touch
from descant_daemon.settings.parameters import Parameters
from descant_daemon.time.metre_map import Bars

SHORTEST, LONGEST = 10_000_000, 60_000_000_000  # ns, of a note that is as short as the player's
MIDDLING = Parameters.velocity


class Feel:
    """Of one instance."""

    def __init__(self, instance: int) -> None:
        """``instance`` tells apart the hands of several instances that share a seed."""
        self._instance = instance
        self._human: tuple[tuple[float, int, int, int], Human] | None = None

    def prepare(self, parameters: Parameters, step: int) -> Human | None:
        """Throw the dice of a step; half a step ahead, so that its tick need not."""
        if not parameters.humanise:
            return None
        whose = parameters.humanise, parameters.seed, parameters.variation, step
        if self._human is None or self._human[0] != whose:
            amount, seed, variation, _ = whose
            self._human = whose, human(amount, seed, self._instance, variation, step)
        return self._human[1]

    def touch(
        self,
        parameters: Parameters,
        step: int,
        bars: Bars,
        loudness: int | None,
        detached: int | None,
        step_length: float,
    ) -> Touch:
        """Of the notes of ``step``. ``loudness``: velocity of the player's loudest key, ``detached``: see ``Lengths``.

        ``step_length`` in ns. What the model says of a note is moved by as much as the player, the knob and the
        metre move a middling touch.
        """
        follow = parameters.velocity_follow if loudness is not None else 0.0
        velocity = parameters.velocity + follow * ((loudness or 0) - parameters.velocity)
        velocity += louder(parameters.accent, step, bars)
        gate = int(parameters.gate * step_length) if parameters.articulation == "gate" else None
        if detached is not None and parameters.length_follow:
            theirs = int(max(SHORTEST, min(detached / parameters.length_follow, LONGEST)))
            gate = theirs if gate is None else min(gate, theirs)
        # In instant a key is answered at once.
        latest = 0 if parameters.mode == "instant" else int(MOST_OF_STEP * step_length)
        return Touch(
            parameters.channel - 1,
            min(127, max(1, round(velocity))),
            gate,
            round(velocity) - MIDDLING if parameters.velocity_source == "model" else None,
            self.prepare(parameters, step),
            latest=latest,
        )
