"""Files that change while they are played, a rig's or a preset's: the new rig is made ready, then takes over.

What is wrong with it is said once, and the old one plays on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from descant_daemon.effect.part import check_track
from descant_daemon.live.engine.engine_pool import EnginePool
from descant_daemon.live.terminal import say
from descant_daemon.model.card import ModelFiles, check_model_files
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.settings.rig.values import Rig
from descant_daemon.tape.cycle import NewRig
from descant_daemon.tape.rig_facts import RigFacts
from descant_daemon.tape.rigging import rigging
from descant_routing.errors import DescantError
from descant_routing.ports.api import Backend, Cables

LOOKS = 5  # of the session's between two looks at the files
Facts = Callable[[Rig, Mapping[Path, ModelMetadata], Callable[[Path], int]], RigFacts]


def models_of(rig: Rig) -> dict[Path, ModelFiles]:
    """The models that a rig plays from, by stem, in order. Raises DescantError for one that is damaged."""
    stems = dict.fromkeys(program.stem for each in rig.instances for program in each.programs)
    return {stem: check_model_files(stem) for stem in stems}


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
        read: Callable[[], Rig],
        engines: EnginePool,
        backend: Backend,
        request: Callable[[NewRig], None],
        facts: Facts,
    ) -> None:
        """``rig`` is played, ``read`` reads it anew; ``request`` hands a rig to io, ``facts`` writes one down."""
        self._read = read
        self._engines = engines
        self._backend = backend
        self._request = request
        self._facts = facts
        self._clock = _clock_of(rig)
        self._seen = {file: _stamp(file) for file in rig.files}
        self._coming: tuple[Rig, dict[Path, ModelFiles]] | None = None
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
                self._take_over(*self._coming)
            elif self._looked % LOOKS == 0 and self._changed():
                rig = self._read()
                self._seen = {file: self._seen.get(file, _stamp(file)) for file in rig.files}
                models = models_of(rig)
                self._engines.load([each.files for each in models.values()])
                self._coming = rig, models
        except DescantError as error:
            self._keep_old(str(error))
        except Exception as error:  # noqa: BLE001 - whatever a file does to its reader, the music goes on
            self._keep_old(f"what is written anew cannot be read ({type(error).__name__}: {error})")

    def _keep_old(self, why: str) -> None:
        self._coming = None
        self._engines.keep_old()
        say(f"descant: {why}")
        say("descant: the rig that plays is kept")

    def _take_over(self, rig: Rig, models: dict[Path, ModelFiles]) -> None:
        if not self._engines.loaded():
            return
        self._coming = None
        facts = self._facts(rig, {stem: each.metadata for stem, each in models.items()}, self._engines.number)
        made = rigging(facts)
        for track in made.tracks:
            check_track(track)  # here, where a sentence costs nothing: in io it would be the end
        cables = cables_of(rig, patient=True)
        self._backend.rewire(_both(self._backend, cables))
        self._request(NewRig(("rig", facts.model_dump(mode="json")), made))
        self._backend.wake()
        self._old = cables
        kept = "" if _clock_of(rig) == self._clock else "; its clock stays as it was at the start"
        say(f"descant: {rig.title} is read again and plays on{kept}")

    def _changed(self) -> bool:
        """Whether any of the files has, since we looked last; one that is gone has not: an editor may be writing it."""
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
