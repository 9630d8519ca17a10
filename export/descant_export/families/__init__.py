"""The families of networks by name: one file each, with its sizes, its network and its graphs."""

from __future__ import annotations

from collections.abc import Mapping

from descant_export.families.biaxial import BiaxialSizes
from descant_export.families.network import Sizes
from descant_export.families.roll import RollSizes
from descant_export.families.table_networks import TableSizes
from descant_export.families.tp_nade import TpNadeSizes

FAMILIES: Mapping[str, type[Sizes]] = {each.family: each for each in (BiaxialSizes, TpNadeSizes, RollSizes)}
"""Those that ``descant train`` trains."""
KINDS: Mapping[str, type[Sizes]] = {**FAMILIES, TableSizes.family: TableSizes}
"""Those that a config may name."""
