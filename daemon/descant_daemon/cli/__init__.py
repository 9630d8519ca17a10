"""The command line: ``descant``."""

from descant_daemon.cli.app import main

__all__ = ["main"]
