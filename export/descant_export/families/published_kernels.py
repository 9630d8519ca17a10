"""The input kernels of the papers, as values of the one kernel.

Where a paper and its code differ, the paper is followed and the difference is said here. Beyond the range is
silence in all of them; ``tests/export/families/kernels`` holds golden vectors.

==================  ======================================================================================
kotecha-young-2018  §3.2, five parts, 79 wide. Their code adds an 80th input that is always 0, and its counts
                    are one semitone off: the pitch's own class stands last, and notes more than 71 semitones
                    below or 72 above are not counted.
johnson-2015        The blog's 80 inputs: position counted from the lowest pitch, beat as -1/+1, a last 0. His
                    code lets the lowest 12 pitches see the highest through a negative index.
johnson-2017        §2.1: 25 + 12 + 1, play alone; no beat, no pitch class. No code was published.
==================  ======================================================================================
"""

from __future__ import annotations

from descant_daemon.note_state import PitchRange
from descant_export.families.kernel import KernelShape

PIANO = PitchRange(21, 108)
SEVENTY_EIGHT = PitchRange(24, 101)

KERNELS = {
    "kernel-1": KernelShape(PIANO),
    "kotecha-young-2018": KernelShape(SEVENTY_EIGHT, position="midi"),
    "johnson-2015": KernelShape(SEVENTY_EIGHT, position="index", beat="signs", zeros=1),
    "johnson-2017": KernelShape(PIANO, position="midi", classes=False, planes=1, beat="none"),
}
