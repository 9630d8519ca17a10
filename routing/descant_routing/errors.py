"""The errors that a musician is meant to read: one clear sentence, and the exit code that goes with it."""

from descant_routing.printable import printable_lines


class DescantError(Exception):
    """Something failed; the message is one sentence that names what and where. Exit code 1.

    What it names comes from outside, so ``str`` shows it ``printable``.
    """

    exit_code = 1

    def __str__(self) -> str:
        """The sentence."""
        return printable_lines(super().__str__())


class UsageError(DescantError):
    """What was asked for does not exist or makes no sense: a name, an option, a value. Exit code 2."""

    exit_code = 2
