"""The cables that a back-end is asked for: their labels, and to whose ports they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from descant_routing.errors import UsageError
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cables(NamedTuple):
    """Label → name of somebody's port to connect to (see ``resolve``); None is only a port of our own.

    Labels are unique over inputs and outputs together, but for MAIN, the only one of its side. A named port
    that is not there is an error, unless ``patient``: then it is waited for.
    """

    inputs: Mapping[str, str | None]
    outputs: Mapping[str, str | None]
    patient: bool = False


CLIENT = "Descant"
"""What a patchbay calls the program that has the ports."""
ONE_CABLE = Cables({MAIN: None}, {MAIN: None})
"""One input and one output, both ports of our own."""


def check_labels(cables: Cables) -> None:
    """Raises UsageError for a label that stands for an input and for an output."""
    for label in cables.inputs:
        if label != MAIN and label in cables.outputs:
            raise UsageError(f"{label!r} names both an input and an output: give each a name of its own")


def own_name(label: str, is_input: bool) -> str:
    """What our own port is called behind the client's name: ``in``, ``out``, or the label."""
    return label or ("in" if is_input else "out")
