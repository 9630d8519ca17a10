"""What a model card says of a judgement: where it still finds the style out, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from descant_export.evaluate.judge.discriminator import EVERYTHING
from descant_export.evaluate.judge.features import FAMILIES
from descant_export.evaluate.judge.judge_tables import NAMES
from descant_export.evaluate.judge.judgement import HUMAN, OURS, Judgement
from descant_export.evaluate.judge.style_classifier import Confusion

GIVEAWAYS = 5


def card_section(
    style: str, corpus: str, bars: int, found: Judgement, named: Mapping[str, Confusion], chance: float
) -> str:
    """To be pasted into ``card.md``: figures as tables, findings as sentences."""
    verdicts, halves = found.verdicts, found.human_halves
    count = verdicts[OURS].excerpts
    auc = {
        NAMES[told]: [f"{each.auc[name]:.2f}" for name in (*FAMILIES, EVERYTHING)]
        for told, each in verdicts.items()
    }
    auc["human music against human music"] = [*("" for _ in FAMILIES), f"{np.mean(halves):.2f}"]
    form = {
        name: [_cell(ranges[name].mean) for ranges in found.form_and_space.values()]
        + [f"{_cell(usual.usual_low)} to {_cell(usual.usual_high)}"]
        for name, usual in found.form_and_space[HUMAN].items()
    }
    sides = [NAMES[told] for told in found.form_and_space]
    far = {
        name.replace("_", " "): [_cell(each.human_mean), _cell(each.between_human_halves.wasserstein)]
        + [
            cell
            for sets in found.distances.values()
            for cell in (_cell(sets[name].mean), _cell(sets[name].to_human.wasserstein))
        ]
        for name, each in found.distances[OURS].items()
    }
    columns = [
        "human",
        "halves apart",
        *(f"{NAMES[told]}{also}" for told in found.distances for also in ("", ": apart")),
    ]
    copied = {
        NAMES[told]: [
            f"{each['copied_16']:.1%}",
            f"{each['copied_32']:.1%}",
            f"{each['longest_run']:.0f} steps",
        ]
        for told, each in found.copied.items()
    }
    return "\n\n".join([
        f"## Judged\nTakes of {bars} bars beside what was held out of {corpus}, by `descant judge` ({count} excerpts).",
        *_named(style, named, chance),
        "How well a classifier tells 8 bars from human music (AUC; 0.5 is not at all; human halves range from "
        f"{min(halves):.2f} to {max(halves):.2f}):",
        _table(["", *FAMILIES, EVERYTHING], auc),
        "Where it still finds Descant out: " + "; ".join(_giveaways(found)) + ".",
        "Form and space, means, and where nine of ten human pieces lie:",
        _table(["", *sides, "usual for human music"], form),
        _rests(found),
        "Statistics, and Wasserstein distances to human music:",
        _table(["", *columns], far),
        "Copied from training, in any key:",
        _table(["", "in 16 steps", "in 32 steps", "longest run"], copied),
    ]) + "\n"  # fmt: skip


def _named(style: str, named: Mapping[str, Confusion], chance: float) -> list[str]:
    shares = {
        told: each.counts[style].get(style, 0) / sum(each.counts[style].values())
        for told, each in named.items()
        if style in each.counts
    }
    if not shares:
        return []
    told = ", ".join(f"{share:.0%} of {NAMES[which]}" for which, share in shares.items())
    return [
        f"A classifier that learned from human music alone takes {told} for this style (chance: {chance:.0%})."
    ]


def _rests(found: Judgement) -> str:
    """Silence over two bars is nobody's wish."""
    told = [
        f"{ranges['longest silence, bars'].most:.3g} bars in {NAMES[which]}"
        for which, ranges in found.form_and_space.items()
    ]
    return f"The longest silence of all: {', '.join(told)}."


def _giveaways(found: Judgement) -> list[str]:
    return [
        f"{each.name} ({_cell(each.music)}, human {_cell(each.human)})"
        for each in found.verdicts[OURS].giveaways[:GIVEAWAYS]
    ]


def _table(head: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "–"
