"""Memory that two processes share: made by io, inherited by the process that it starts."""

from __future__ import annotations

import itertools
import mmap
import os
import sys
import tempfile

_numbers = itertools.count()


class Shared:
    """``memory``, and what the other process needs in order to see the same bytes."""

    def __init__(self, memory: mmap.mmap, handle: str, descriptors: tuple[int, ...] = ()) -> None:
        """Use ``create`` or ``attach``."""
        self.memory = memory
        self.handle = handle
        """For the other side's ``attach``."""
        self.descriptors = descriptors
        """To be inherited by it (``pass_fds``)."""

    @staticmethod
    def create(size: int) -> Shared:
        """``size`` bytes of zeros, gone when the last process that sees them is."""
        if sys.platform == "win32":
            name = f"descant-{os.getpid()}-{next(_numbers)}"
            return Shared(mmap.mmap(-1, size, tagname=name), name)
        if sys.platform == "linux":
            descriptor = os.memfd_create("descant")
        else:
            with tempfile.TemporaryFile() as file:
                descriptor = os.dup(file.fileno())
        os.ftruncate(descriptor, size)
        return Shared(mmap.mmap(descriptor, size), str(descriptor), (descriptor,))

    @staticmethod
    def attach(handle: str, size: int) -> Shared:
        """What the process that started this one has made."""
        if sys.platform == "win32":
            return Shared(mmap.mmap(-1, size, tagname=handle), handle)
        return Shared(mmap.mmap(int(handle), size), handle)

    def close(self) -> None:
        """Let go of what keeps it inheritable; the view from here stays until it is no longer used."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = ()
