"""How much is played, and when: voices, notes, silence, rhythms that return, and the place beside the tune."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from descant_export.evaluate.judge.harmony.measured import Heard, Share, highest, share_of


class Texture(NamedTuple):
    """Of the other notes. ``voices``: at once, while any sounds; ``notes``: begun in a bar; the rest are shares.

    ``silent``: beats in which none sounds; ``gaps``: sixteenths in which none does, both from where the tune begins;
    ``short``: notes of one sixteenth;
    ``rhythm_again``: bars that begin their notes where some bar before did,
    of the bars after the first that has any; ``above``: notes higher than the tune, ``doubled``: on its very key.
    """

    voices: Share
    notes: Share
    silent: Share
    gaps: Share
    short: Share
    rhythm_again: Share
    above: Share
    doubled: Share


def texture(heard: Heard) -> Texture:
    """Of whole bars."""
    return Texture(
        Share(float(heard.others.sum()), float(heard.others.any(1).sum())),
        Share(float(heard.others_struck.sum()), heard.steps / heard.bar),
        silent_beats(heard),
        _gaps(heard),
        _short(heard),
        _rhythm_again(heard),
        *_beside_the_tune(heard),
    )


def silent_beats(heard: Heard) -> Share:
    """Beats in none of whose steps the others sound, from the one in which the tune begins."""
    whole = heard.steps // heard.beat * heard.beat
    begins = _begins(heard) // heard.beat * heard.beat
    silent = ~heard.others[begins:whole].reshape(-1, heard.beat * heard.others.shape[1]).any(1)
    return Share(float(silent.sum()), float(silent.size))


def _gaps(heard: Heard) -> Share:
    silent = ~heard.others[_begins(heard) :].any(1)
    return Share(float(silent.sum()), float(silent.size))


def _begins(heard: Heard) -> int:
    """The step in which the tune does; 0 where there is none."""
    return int(heard.tune.any(1).argmax())


def _short(heard: Heard) -> Share:
    """Notes that end, or are struck again, in the step after; of those that have one."""
    begun = heard.others_struck[:-1]
    return share_of(~heard.others[1:] | heard.others_struck[1:], begun)


def _rhythm_again(heard: Heard) -> Share:
    whole = heard.steps // heard.bar * heard.bar
    bars = heard.others_struck[:whole].any(1).reshape(-1, heard.bar)
    patterns = [bar.tobytes() for bar in bars if bar.any()]
    again = sum(pattern in patterns[:at] for at, pattern in enumerate(patterns))
    return Share(float(again), float(max(0, len(patterns) - 1)))


def _beside_the_tune(heard: Heard) -> tuple[Share, Share]:
    """The tune's highest note is what it plays now, or in its rests what it played last."""
    tune = highest(heard.tune)
    last = np.maximum.accumulate(np.where(tune >= 0, np.arange(len(tune)), -1))
    tune = np.where(last >= 0, tune[np.maximum(last, 0)], -1)
    step, key = np.nonzero(heard.others_struck)
    begun = tune[step] >= 0
    return share_of(np.asarray(key > tune[step]), begun), share_of(np.asarray(key == tune[step]), begun)
