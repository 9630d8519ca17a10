"""What an instance plays comes to sound: its voice, how its notes are struck, the loop of what it has played."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.effect.cables.outbox import Outlet
from descant_daemon.effect.common import Counts
from descant_daemon.effect.expression import Articulation, Expression
from descant_daemon.effect.phrase_looper import LoopFrame, PhraseLooper, rest
from descant_daemon.effect.requests import PendingRequest
from descant_daemon.effect.status_cc import PlayStatus, StatusCC
from descant_daemon.effect.voice import Voice
from descant_daemon.note_state import State
from descant_daemon.settings.parameters import Parameters
from descant_daemon.settings.rig.values import Program
from descant_routing import message
from descant_routing.ledger import Ledger
from descant_routing.mpe import Zones
from descant_routing.timed import Timed


class Performer:
    """Of one instance. Times are ns."""

    def __init__(
        self, instance: int, program: Program, ledger: Ledger, outlet: Outlet, counts: Counts
    ) -> None:
        self.voice = Voice(ledger, program.model.pitches, instance)
        self.articulation = Articulation()
        """The player's."""
        self.zones = Zones()
        """Of the input whose player is answered."""
        self._looper = PhraseLooper()
        self._expression = Expression(instance)
        self._status = StatusCC()
        self._outlet, self._counts = outlet, counts

    def channel(self, parameters: Parameters) -> int:
        """Where Descant's notes leave, 0 to 15."""
        return self.zones.place(parameters.channel - 1)

    def prepare(self, parameters: Parameters, step: int) -> None:
        """Before the tick of a step: what need not be done on it."""
        self._expression.prepare(parameters, step)

    def play(
        self,
        request: PendingRequest,
        parameters: Parameters,
        loudness: int | None,
        step_length: float,
        time: int,
        since: int,
    ) -> State:
        """The answer sounds at ``time``, ``since`` ns after its tick; returned are its notes, ``[P, 2]``.

        ``loudness``: velocity of the player's loudest key. ``step_length`` in ns.
        """
        expression = self._expression.of_notes(
            parameters, request.step, request.bars, loudness, self.articulation.detached, step_length
        )
        expression = expression._replace(channel=self.channel(parameters), since=since)
        notes = request.notes
        self._send(self.voice.play(notes, expression, time, request.velocities))
        self._counts.answered()
        self._looper.keep(request.step, notes, request.velocities)
        return notes

    def hold(self, step: int) -> State:
        """What sounds is held through ``step``."""
        held = self.voice.hold()
        self._looper.keep(step, held, None)
        return held

    def move(self, now: int) -> None:
        """What is due by itself: gated notes end, notes that were put off begin."""
        self._send(self.voice.due(now + 1))

    def silence(self, now: int) -> None:
        """Descant's notes end."""
        self._outlet.put(self.voice.close(now))

    def loop(self, step: int, length: int) -> LoopFrame:
        """What is looped in ``step``; where no loop goes round, that of the ``length`` steps before it begins."""
        if not self._looper.loops:
            self._looper.freeze(step, length)
        return self._looper.at(step) or rest(self.voice.pitches)

    def end_loop(self) -> None:
        """Nothing is looped."""
        self._looper.melt()

    def tell(self, parameters: Parameters, status: PlayStatus, now: int) -> None:
        """By controllers, to whoever listens."""
        self._status.tell(parameters, self.channel(parameters), status, self._outlet, now)

    def become(self, program: Program) -> None:
        """From the next step on another program plays; what sounds until then ends as it began."""
        self.voice.pitches = program.model.pitches
        self.voice.retire()
        self._looper = PhraseLooper()

    def move_to(self, ledger: Ledger, outlet: Outlet) -> None:
        """Silent, it goes over to another output."""
        self.voice.move_to(ledger)
        self._outlet = outlet

    def _send(self, notes: Sequence[Timed]) -> None:
        self._counts.notes += sum(message.is_note_on(timed.data) for timed in notes)
        self._outlet.put(notes)
