"""How far ahead of its tick a model has to be asked for a step, by what a step costs on this machine."""

from __future__ import annotations

from descant_daemon.settings.rig.values import HALF, MOST_LEAD

TEMPO = 120  # quarters a minute, at which half a step has to do
SPARE = 2  # a model that needs whole steps has so many times what it costs, for more tempo and other programs


def lead(cost: int, steps_per_beat: int) -> float:
    """In steps, for an answer that takes ``cost`` ns: ``HALF`` while half a step at ``TEMPO`` does, else whole ones.

    That half is long (62 ms for sixteenths) beside what a fast model costs (3 to 8 ms), so it has ``HALF`` however busy
    the machine was that measured. When a step is asked for has no say in what a model draws for it, but in what it has
    heard by then.
    """
    step = round(60e9 / TEMPO / steps_per_beat)
    return HALF if 2 * cost <= step else float(min(-(-SPARE * cost // step), MOST_LEAD))
