"""The command line: ``descant``."""

import sys

from descant_routing.environment import leave_current_folder

if sys.argv[:1] == ["-m"]:  # `python -m descant_daemon.cli`, as torchrun starts its processes
    leave_current_folder()

from descant_daemon.cli.app import main

__all__ = ["main"]
