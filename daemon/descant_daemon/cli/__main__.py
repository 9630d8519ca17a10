"""``python -m descant_daemon.cli``: the same as ``descant``."""

from descant_daemon.cli.app import main

main()
