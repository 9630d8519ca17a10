"""Our turn in a step: the question that is open, how long its answer is waited for, and how it comes to sound."""

from __future__ import annotations

from collections.abc import Sequence

from descant_daemon.effect.cables.outbox import Outlet
from descant_daemon.effect.counts import Counts
from descant_daemon.effect.questions.dialogue import Dialogue, Question
from descant_daemon.effect.voice import Touch, Voice
from descant_daemon.engine.asking import Answer, Ask
from descant_daemon.note_state import State
from descant_routing import message
from descant_routing.timed import Timed

IN_TIME = 10_000_000  # ns before its tick that a question must be asked for its answer to be expected on it


class Turn:
    """``dialogue`` and ``voice`` of one instance, and the time in which they must agree."""

    def __init__(self, dialogue: Dialogue, voice: Voice, outlet: Outlet, counts: Counts) -> None:
        """Nothing asked, nothing sounding."""
        self.dialogue = dialogue
        self.voice = voice
        self.answer_by: int | None = None
        """ns; set while a step whose tick has passed waits for its answer."""
        self._out = outlet
        self._counts = counts
        self._asked_at = 0
        self._expected = False  # the answer that is waited for was asked for in time

    @property
    def question(self) -> Question | None:
        """The open one."""
        return self.dialogue.question

    def asked(self, question: Question, now: int) -> Question:
        """Note when it was asked."""
        self._asked_at = now
        return question

    def wait(self, now: int, by: int) -> None:
        """The tick has come and the answer has not."""
        self.answer_by, self._expected = by, now - self._asked_at > IN_TIME

    def take(self, answer: Answer) -> Question | None:
        """An answer has come: the question, when it is to sound at once."""
        if not self.dialogue.take(answer):
            self._counts.overtaken += 1
            return None
        if self.answer_by is None:
            return None
        self.answer_by = None
        self._counts.waited += self._expected
        return self.question

    def play(self, question: Question, touch: Touch, time: int) -> None:
        """The answer sounds."""
        self._send(self.voice.play(question.notes, touch, time, question.velocities))
        self._counts.answered()
        self.dialogue.sounded(question.given, question.notes)

    def let_go(self, now: int) -> None:
        """What was due by itself: gated notes end, notes that were put off begin."""
        self._send(self.voice.due(now + 1))

    def hold(self, given: State) -> None:
        """What sounds goes on sounding."""
        self.dialogue.sounded(given, self.voice.hold())

    def fall_back(self) -> None:
        """The answer did not come: hold what sounds, and count."""
        self._counts.fell_back()
        self.answer_by = None
        if self.question is not None:
            self.hold(self.question.given)
            self.dialogue.drop()

    @property
    def staleness(self) -> int:
        """How many steps in a row have come late."""
        return self._counts.staleness

    def silence(self, now: int) -> None:
        """Our notes end, and no answer is waited for."""
        self._out.put(self.voice.close(now))
        self.answer_by = None

    def move_to(self, outlet: Outlet) -> None:
        """From here on everything goes there."""
        self._out = outlet

    def asks(self) -> Sequence[Ask]:
        """What the engine is to be asked; taken by the call."""
        return self.dialogue.asks()

    def _send(self, notes: Sequence[Timed]) -> None:
        self._counts.notes += sum(message.is_note_on(timed.data) for timed in notes)
        self._out.put(notes)
