"""What every back-end with real ports says of its cables, and has done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from descant_routing.ports.cable import C

if TYPE_CHECKING:
    from collections.abc import Mapping

    from descant_routing.ports.cables import Cables
    from descant_routing.ports.wiring import Wiring


class Wired(Generic[C]):
    """Part of ``Backend``; a subclass opens ``_wiring``."""

    _wiring: Wiring[C]

    @property
    def inputs(self) -> Mapping[str, str]:
        """The inputs by label: our own port as patchbays show it, the one that was named, or how they are joined."""
        return {label: cable.shown for label, cable in self._wiring.inputs.items()}

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs by label, likewise."""
        return {label: cable.shown for label, cable in self._wiring.outputs.items()}

    @property
    def absent(self) -> Mapping[str, str]:
        """What is waited for."""
        return self._wiring.absent

    def rewire(self, cables: Cables) -> None:
        """Have these cables from now on; see ``Backend``."""
        self._wiring.rewire(cables)
