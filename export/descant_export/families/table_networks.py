"""The networks of the published tables by name: for piano rolls, with no style, and nothing given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from descant_daemon.note_state import PitchRange
from descant_export.families.kernel import KernelShape
from descant_export.families.network import Network, Sizes, row
from descant_export.families.published_kernels import KERNELS, PIANO
from descant_export.families.roll import LstmShape, RollLstm
from descant_export.families.table_biaxial import RollBiaxial, RollShape
from descant_export.families.tp_nade import NadeShape, TpNade

# The MIDI number centred and scaled: the first layer undoes an affine map, but begins better with it.
JOHNSON = replace(KERNELS["johnson-2017"], position="centred")


class Table(NamedTuple):
    """``shape``: of the pitches that it computes."""

    network: Callable[[Any], Network]
    shape: Callable[[PitchRange], Any]


def _descant_1(pitches: PitchRange) -> RollShape:
    # As dear a step as Johnson's network.
    return RollShape(
        KernelShape(pitches, planes=1, beat="none"),
        time_layers=(184, 184),
        lags=(2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64),
        counted=True,
        below=True,
        pitch_bias=True,
    )


def _kotecha_young(_: PitchRange) -> RollShape:
    kernel = KERNELS["kotecha-young-2018"]
    return RollShape(kernel, time_layers=(300, 300), note_layers=(100, 50), held_masks=False)


def _johnson_2017(_: PitchRange) -> RollShape:
    return RollShape(JOHNSON)


def _tp_nade(_: PitchRange) -> NadeShape:
    return NadeShape(JOHNSON, held_masks=True)


def _tp_nade_below(_: PitchRange) -> NadeShape:
    return NadeShape(JOHNSON, window="below", held_masks=True)


def _roll_lstm(_: PitchRange) -> LstmShape:
    return LstmShape(KernelShape(PIANO, planes=1, beat="none"), held_masks=True)


TABLES: dict[str, Table] = {
    "johnson-2017": Table(RollBiaxial, _johnson_2017),
    # He does not say whether the two octaves lie around the pitch or below it.
    "johnson-2017-tp-nade": Table(TpNade, _tp_nade),
    "johnson-2017-tp-nade-below": Table(TpNade, _tp_nade_below),
    "roll-lstm": Table(RollLstm, _roll_lstm),
    "kotecha-young-2018": Table(RollBiaxial, _kotecha_young),
    "descant-1": Table(RollBiaxial, _descant_1),
}


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class TableSizes(Sizes):
    """The part of a config: a name says it all, but for the pitches."""

    table: str = row("johnson-2017", "The network of the tables.")

    family: ClassVar[str] = "tables"
    line: ClassVar[str] = "a network of the published tables: descant benchmark trains them"
    tells_velocity: ClassVar[bool] = False

    def described(self) -> str:
        """See ``Sizes``."""
        return f"The network `{self.table}` of the published tables"

    def shape(self, styles: int, velocities: int) -> Any:  # noqa: ARG002
        """As the network has it; with its name, since different networks have shapes of one kind."""
        return TABLES[self.table].shape(self.pitches)

    def network(self, shape: Any) -> Network:
        """See ``Sizes``."""
        return TABLES[self.table].network(shape)
