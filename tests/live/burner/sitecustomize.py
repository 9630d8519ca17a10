"""On PYTHONPATH: a thread of pure Python that never rests, in Descant's control process and nowhere else."""

import sys
import threading


def burn() -> None:
    number = 0
    while True:
        number += 1


if "descant_daemon.live.control.control_process" in sys.orig_argv:
    threading.Thread(target=burn, daemon=True).start()
