"""What others published on the four sets: Johnson 2017, Table 1 (rows before LSTM-NADE quoted there from
Boulanger-Lewandowski et al. 2012 and Vohra et al. 2015), and Kotecha & Young 2018, Fig. 9.

Nats per time step on the test pieces, as (best, median) of five runs where two are given.
"""

from __future__ import annotations

TABLE_SETS = ("jsb", "muse", "nottingham", "piano")
"""The columns."""

Figures = tuple[float, ...]

JOHNSON_TABLE_1: dict[str, tuple[Figures, Figures, Figures, Figures]] = {
    "Random": ((-61.00,), (-61.00,), (-61.00,), (-61.00,)),
    "RBM": ((-7.43,), (-9.56,), (-5.25,), (-10.17,)),
    "NADE": ((-7.19,), (-10.06,), (-5.48,), (-10.28,)),
    "RNN-RBM": ((-7.27,), (-9.31,), (-4.72,), (-9.89,)),
    "RNN (HF)": ((-8.58,), (-7.19,), (-3.89,), (-7.66,)),
    "RNN-RBM (HF)": ((-6.27,), (-6.01,), (-2.39,), (-7.09,)),
    "RNN-DBN": ((-5.68,), (-6.28,), (-2.54,), (-7.15,)),
    "RNN-NADE (HF)": ((-5.56,), (-5.60,), (-2.31,), (-7.05,)),
    "DBN-LSTM": ((-3.47,), (-3.91,), (-1.32,), (-4.63,)),
    "LSTM-NADE": ((-6.00, -6.10), (-5.02, -5.03), (-2.02, -2.06), (-7.36, -7.39)),
    "TP-LSTM-NADE": ((-5.88, -5.92), (-4.32, -4.34), (-1.61, -1.64), (-5.44, -5.49)),
    "BALSTM": ((-5.05, -5.86), (-3.90, -4.41), (-1.55, -1.62), (-4.90, -5.00)),
}

KOTECHA_YOUNG_PIANO = {"test": (-6.27, -7.93), "train": (-5.16, -6.59)}
"""Best and median over 100 batches of one run, already scaled by 88/78."""

KOTECHA_YOUNG_NOTE = (
    "Kotecha & Young's figures are not comparable with Johnson's table, nor quite with ours beside them: 16ths and "
    "pitches 24 to 101 scaled by 88/78, where the table has eighths and 88 pitches; the articulation term is "
    "included; ten random pieces held out and random crops of 256 steps scored, best and median over batches of "
    "one run; and their note axis was fed its own samples, in training and in scoring, not the true lower notes, "
    "which is no likelihood of the music. Ours is fed the true notes, scores whole held-out pieces from silence, "
    "and is the mean over all their steps."
)
