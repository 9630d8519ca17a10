"""Files that change while they are played, a rig's or a preset's: the new rig is made ready, then takes over.

What is wrong with it is said once, and the old one plays on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from descant_daemon.effect.ensemble import check_rig
from descant_daemon.effect.events import NewRig
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.live.terminal import say
from descant_daemon.model.known import Models
from descant_daemon.settings.rig.values import Rig
from descant_daemon.tape.header import plain_rig
from descant_daemon.tape.take_line import encode_item
from descant_routing.errors import DescantError
from descant_routing.ports.api import Backend, Cables

LOOKS = 5  # of the session's between two looks at the files


def cables_of(rig: Rig, *, patient: bool) -> Cables:
    """What a back-end is to open."""
    return Cables(
        {each.label: each.port for each in rig.inputs},
        {each.label: each.port for each in rig.outputs},
        patient,
    )


class RigWatch:
    """``look`` is called ten times a second, from the main thread; nothing that plays waits for it."""

    def __init__(
        self,
        rig: Rig,
        read: Callable[[Models], Rig],
        engines: EnginePool,
        backend: Backend,
        request: Callable[[NewRig], None],
    ) -> None:
        """``rig`` is played, ``read`` reads it anew and looks at its models; ``request`` hands a rig to io."""
        self._read = read
        self._engines = engines
        self._backend = backend
        self._request = request
        self._clock = _clock_of(rig)
        self._seen = {file: _stamp(file) for file in rig.files}
        self._coming: Rig | None = None
        self._old: Cables | None = None  # cables that close when the new rig plays
        self._looked = 0

    def look(self) -> None:
        """What is new?"""
        self._looked += 1
        try:
            if self._old is not None:
                self._engines.keep_loaded()
                self._backend.rewire(self._old)
                self._old = None
            if self._coming is not None:
                self._take_over(self._coming)
            elif self._looked % LOOKS == 0 and self._changed():
                models = Models()
                rig = self._read(models)
                self._seen = {file: self._seen.get(file, _stamp(file)) for file in rig.files}
                self._engines.load([each.files for each in models.of(rig).values()])
                self._coming = rig
        except DescantError as error:
            self._keep_old(str(error))
        except Exception as error:  # noqa: BLE001 - whatever a file does to its reader, the music goes on
            self._keep_old(f"what is written anew cannot be read ({type(error).__name__}: {error})")

    def _keep_old(self, why: str) -> None:
        self._coming = None
        self._engines.keep_old()
        say(f"descant: {why}")
        say("descant: the rig that plays is kept")

    def _take_over(self, read: Rig) -> None:
        if not self._engines.loaded():
            return
        self._coming = None
        rig = read.with_models(self._engines.as_loaded)
        check_rig(rig)  # here, where a sentence costs nothing: in io it would be the end
        cables = cables_of(rig, patient=True)
        self._backend.rewire(_both(self._backend, cables))
        self._request(NewRig(rig, encode_item(("rig", plain_rig(rig)))))
        self._backend.wake()
        self._old = cables
        kept = "" if _clock_of(rig) == self._clock else "; its clock stays as it was at the start"
        say(f"descant: {rig.title} is read again and plays on{kept}")

    def _changed(self) -> bool:
        """Whether any of the files has, since the last look; one that is gone has not: an editor may be writing it."""
        stamps = {file: _stamp(file) or seen for file, seen in self._seen.items()}
        changed = stamps != self._seen
        self._seen = stamps
        return changed


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _clock_of(rig: Rig) -> tuple[object, ...]:
    return rig.clock, rig.tempo, rig.send_clock


def _both(backend: Backend, new: Cables) -> Cables:
    """The new cables, and the old ones until nothing comes by them any more."""
    inputs = {label: None for label in backend.inputs if label not in new.outputs}
    outputs = {label: None for label in backend.outputs if label not in new.inputs}
    return Cables({**inputs, **new.inputs}, {**outputs, **new.outputs}, patient=True)
