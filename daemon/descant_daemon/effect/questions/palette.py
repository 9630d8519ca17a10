"""Which styles the player mixes: names among the model's, and how far between the two."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.settings.parameters import Parameters


def blend(parameters: Parameters, styles: Sequence[str]) -> Blend:
    """The blend that the parameters ask for; of a model with one style, that style.

    The names are those of ``styles``, as ``check_styles`` has seen to.
    """
    if len(styles) < 2:
        return FIRST_STYLE
    one = styles.index(parameters.style) if parameters.style else 0
    other = styles.index(parameters.morph_to) if parameters.morph_to else one
    return Blend(one, other, parameters.morph)
