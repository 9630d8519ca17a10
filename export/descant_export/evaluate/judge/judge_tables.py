"""The judgements as tables in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from descant_daemon.console import say
from descant_export.evaluate.judge.discriminator import EVERYTHING
from descant_export.evaluate.judge.features import FAMILIES
from descant_export.evaluate.judge.judgement import HUMAN, OURS, PLAIN, Judgement
from descant_export.evaluate.judge.parameter_sweep import Swept, Wire
from descant_export.evaluate.judge.style_classifier import Confusion
from descant_export.evaluate.statistics import Statistics
from descant_export.evaluate.tables import table
from descant_export.verdict import told_apart

NAMES = {HUMAN: "human music, held out", OURS: "takes", PLAIN: "takes without the controls"}
SHOWN = 8  # features that give a style away


def confusions(found: Mapping[str, Confusion], chance: float) -> None:
    """Human music and takes under each other."""
    styles = list(found[HUMAN].counts)
    short = _short(styles)
    for told, each in found.items():
        title = (
            f"{NAMES[told]}: excerpts of the style in the row that were named as in the column; "
            f"{each.accuracy:.0%} right, chance {chance:.0%}"
        )
        rows = {
            short[style]: [str(row.get(name, 0)) for name in styles] for style, row in each.counts.items()
        }
        table(title, list(short.values()), rows)


def _short(names: Sequence[str]) -> dict[str, str]:
    """The styles of one palette without its name, where no other style is called so."""
    ends = [name.rpartition("@")[2] for name in names]
    return dict(zip(names, ends if len(set(ends)) == len(ends) else names, strict=True))


def judgement(style: str, found: Judgement) -> None:
    """All of one style."""
    halves = found.human_halves
    rows = {
        NAMES[told]: [f"{each.auc[name]:.2f}" for name in (*FAMILIES, EVERYTHING)]
        for told, each in found.verdicts.items()
    }
    title = (
        f"{style}: AUC of telling 8 bars from human music, by kind of feature; 0.5 is not to be told. "
        f"One half of the human music from the other: {np.mean(halves):.2f} ({min(halves):.2f} to {max(halves):.2f})"
    )
    table(title, (*FAMILIES, EVERYTHING), rows)
    given = {
        each.name: [f"{each.human:.3f}", f"{each.music:.3f}", f"{each.alone:.2f}"]
        for each in found.verdicts[OURS].giveaways[:SHOWN]
    }
    table(f"{style}: what gives the takes away", ("human", "takes", "AUC alone"), given)
    _distances(style, found)
    form = {
        f"{name}: {NAMES[told]}": [
            f"{each.mean:.3f}",
            f"{each.usual_low:.3f} to {each.usual_high:.3f}",
            f"{each.most:.3f}",
        ]
        for name in found.form_and_space[HUMAN]
        for told, ranges in found.form_and_space.items()
        for each in (ranges[name],)
    }
    table(f"{style}: form and space", ("mean", "5% to 95%", "most"), form)
    copied = {
        NAMES[told]: [
            f"{each['copied_16']:.2%}",
            f"{each['copied_32']:.2%}",
            f"{each['longest_run']:.0f} steps",
        ]
        for told, each in found.copied.items()
    }
    table(f"{style}: copied from training, in any key", ("in 16 steps", "in 32 steps", "longest run"), copied)
    auc = found.verdicts[OURS].auc[EVERYTHING]
    say(told_apart(style, auc, (min(halves), max(halves))))


def _distances(style: str, found: Judgement) -> None:
    rows = {}
    for name in Statistics._fields:
        first = next(iter(found.distances.values()))[name]
        cells = [f"{first.human_mean:.3f}", f"{first.between_human_halves.wasserstein:.3f}"]
        for each in found.distances.values():
            cells += [f"{each[name].mean:.3f}", f"{each[name].to_human.wasserstein:.3f}"]
        rows[name.replace("_", " ")] = cells
    columns = ["human", "halves apart"]
    for told in found.distances:
        columns += [told, "apart"]
    table(f"{style}: statistics, and Wasserstein distances to human music", columns, rows)


def swept(style: str, name: str, values: Sequence[float], found: Mapping[str, Swept], wires: Wire) -> None:
    """A row a statistic, a column a value."""
    columns = [*(f"{value:g}" for value in values), "Spearman"]
    rows = {
        statistic.replace("_", " "): [*(f"{mean:.3f}" for mean in each.means), f"{each.monotone:+.2f}"]
        for statistic, each in found.items()
    }
    table(f"{style}: {name} from {values[0]:g} to {values[-1]:g}", columns, rows)
    say(f"{wires.stuck} notes hang, {wires.doubled} are struck twice.")
