"""The errors that a musician is meant to read: one clear sentence, and the exit code that goes with it."""


class DescantError(Exception):
    """Something failed; the message is one sentence that names what and where. Exit code 1."""

    exit_code = 1


class UsageError(DescantError):
    """What was asked for does not exist or makes no sense: a name, an option, a value. Exit code 2."""

    exit_code = 2
