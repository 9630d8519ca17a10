"""Voice and Keys against all that could be done to them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.effect.stage import Wire, keys_of, state

from descant_daemon.effect.expression import NoteExpression, Unevenness
from descant_daemon.effect.input.held_keys import HeldKeys
from descant_daemon.effect.voice import Voice
from descant_daemon.note_state import PitchRange
from descant_routing.ledger import Ledger, Owner
from descant_routing.timed import Timed

PITCHES = PitchRange(60, 65)
SOME_KEYS = st.sets(st.integers(60, 65))
CHANNELS = st.integers(0, 1)


def uneven(late: tuple[int, ...]) -> Unevenness:
    """Each key of ``PITCHES`` later by so much."""
    later = np.zeros(128, int)
    later[PITCHES.low : PITCHES.high + 1] = late
    return Unevenness(np.zeros(128, int), later)


class VoiceMachine(RuleBasedStateMachine):
    """The player on the same channels; the ear insists on strict alternation."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.voice = Voice(self.ledger, PITCHES)
        self.wire = Wire()
        self.now = 0
        self.struck: dict[int, int | None] = {}  # key → when it must have ended, of the gated ones

    def all_of_ours(self) -> set[int]:
        """What sounds, and what is about to."""
        return set(keys_of(self.voice.hold(), PITCHES))

    def hear(self, sent: list[Timed]) -> None:
        for _, data, _ in sent:
            self.wire.hear(data)

    @rule(
        struck=SOME_KEYS,
        held=SOME_KEYS,
        channel=CHANNELS,
        gate=st.none() | st.integers(1, 20),
        new=st.booleans(),
        late=st.sampled_from([(0,) * 6, (0, 3, 9, 0, 25, 1)]),
    )
    def play(
        self,
        struck: set[int],
        held: set[int],
        channel: int,
        gate: int | None,
        new: bool,
        late: tuple[int, ...],
    ) -> None:
        before = self.all_of_ours()
        if new:
            self.voice.new_step()
        wanted = struck | held
        touch = NoteExpression(channel, 100, gate, uneven=uneven(late), latest=20)
        sent = self.voice.play(state(PITCHES, struck, held - struck), touch, self.now)
        assert all(time == self.now for time, *_ in sent)
        self.hear(sent)
        ours = self.all_of_ours()
        assert self.voice.sounding <= ours <= wanted
        assert any(late) or ours - before <= self.voice.sounding, "in time is at once"
        if gate is None:
            assert ours == wanted, "legato sounds what the state says, or will in a moment"
        elif new:
            assert ours == struck | (held & before), "gated: what is struck, or sounds still"
        for key in struck & self.voice.sounding - before:
            self.struck[key] = None if gate is None else self.now + gate
        again = state(PITCHES, struck, held - struck)
        assert self.voice.play(again, touch, self.now) == [], "twice is once"

    @rule(later=st.integers(1, 30))
    def wait(self, later: int) -> None:
        due = self.voice.next_deadline()
        self.now += later
        sent = self.voice.due(self.now)
        assert all(time < self.now for time, *_ in sent)
        assert [time for time, *_ in sent] == sorted(time for time, *_ in sent)
        assert bool(self.voice.next_deadline() is None or self.voice.next_deadline() != due) or not sent
        self.hear(sent)
        left = self.voice.next_deadline()
        assert left is None or left >= self.now

    @rule()
    def close(self) -> None:
        self.hear(self.voice.close(self.now))
        assert not self.all_of_ours()
        assert self.voice.next_deadline() is None

    @rule()
    def panic(self) -> None:
        self.hear([Timed(self.now, data) for data in self.ledger.release_all()])
        self.voice.forget()
        assert self.voice.next_deadline() is None

    @rule(channel=CHANNELS, key=st.integers(60, 65), down=st.booleans())
    def player(self, channel: int, key: int, down: bool) -> None:
        sent = (
            self.ledger.strike(Owner.DRY, channel, key, 90)
            if down
            else self.ledger.release(Owner.DRY, channel, key)
        )
        self.hear([Timed(self.now, data) for data in sent])

    @invariant()
    def the_ledger_agrees(self) -> None:
        assert {key for _, key in self.ledger.held_by(Owner.GENERATED)} == self.voice.sounding
        assert set(self.ledger.sounding) == self.wire.sounding
        assert self.all_of_ours() >= self.voice.sounding

    def teardown(self) -> None:
        self.hear(self.voice.close(self.now))
        self.hear([Timed(self.now, data) for data in self.ledger.close()])
        assert not self.wire.sounding


TestVoice = VoiceMachine.TestCase


def test_a_gated_note_that_a_late_key_took_back_can_be_struck_after_all() -> None:
    voice, touch = Voice(Ledger(), PITCHES), NoteExpression(0, 100, 20)
    wanted = state(PITCHES, struck=(60,))
    heard = [voice.play(each, touch, 0) for each in (wanted, state(PITCHES), wanted)]
    assert [len(sent) for sent in heard] == [1, 1, 1]
    assert voice.sounding == {60}


PLACE = st.tuples(CHANNELS, st.sampled_from([60, 64]))
MOVE = st.one_of(
    st.tuples(st.just("press"), PLACE, st.integers(1, 127)),
    st.tuples(st.just("lift"), PLACE, st.just(0)),
    st.tuples(st.just("pedal"), PLACE, st.sampled_from([0, 63, 64, 127])),
    st.tuples(st.just("sostenuto"), PLACE, st.sampled_from([0, 63, 64, 127])),
    st.tuples(st.just("reset"), PLACE, st.just(0)),
    st.tuples(st.just("clear"), PLACE, st.just(0)),
    st.tuples(st.just("latch"), PLACE, st.sampled_from([0, 1])),
)


class HandsModel:
    """Fingers, pedals and latch kept apart; each method says what it does to what is held."""

    def __init__(self, keys: HeldKeys) -> None:
        self.keys = keys
        self.fingers: set[tuple[int, int]] = set()
        self.left: set[tuple[int, int]] = set()  # by the fingers, while a pedal kept them
        self.latched: set[tuple[int, int]] = set()  # by finger and pedal, while the latch was on
        self.loud: dict[tuple[int, int], int] = {}
        self.pedals: set[int] = set()
        self.caught: dict[int, set[tuple[int, int]]] = {}  # what was down when the sostenuto pedal went down

    @property
    def held(self) -> set[tuple[int, int]]:
        return self.fingers | self.left | self.latched

    def press(self, at: tuple[int, int], velocity: int, now: int) -> set[tuple[int, int]]:
        if not self.fingers:
            self.latched &= {at}
        ended = set(self.keys.press(*at, velocity, now))
        self.fingers.add(at)
        self.loud[at] = velocity
        self.left.discard(at)
        self.latched.discard(at)
        assert self.keys.held()[at] == now
        return ended

    def lift(self, at: tuple[int, int], *_: int) -> set[tuple[int, int]]:
        ended = {at} if self.keys.lift(*at) else set[tuple[int, int]]()
        if at in self.fingers and self._kept(at):
            self.left.add(at)
        elif at in self.fingers and self.keys.latch:
            self.latched.add(at)
        self.fingers.discard(at)
        return ended

    def pedal(self, at: tuple[int, int], value: int, *_: int) -> set[tuple[int, int]]:
        (self.pedals.add if value >= 64 else self.pedals.discard)(at[0])
        return self._moved(at[0], 64, value)

    def sostenuto(self, at: tuple[int, int], value: int, *_: int) -> set[tuple[int, int]]:
        if value < 64:
            self.caught.pop(at[0], None)
        elif at[0] not in self.caught:
            self.caught[at[0]] = {place for place in self.fingers if place[0] == at[0]}
        return self._moved(at[0], 66, value)

    def reset(self, at: tuple[int, int], *_: int) -> set[tuple[int, int]]:
        self.pedals.discard(at[0])
        self.caught.pop(at[0], None)
        return self._moved(at[0], 121, 0)

    def latch(self, _at: tuple[int, int], value: int, *_: int) -> set[tuple[int, int]]:
        self.keys.latch = bool(value)
        if value:
            return set()
        self.latched.clear()
        return set(self.keys.unlatch())

    def clear(self, at: tuple[int, int], *_: int) -> set[tuple[int, int]]:
        for places in (self.fingers, self.left, self.latched):
            places -= {place for place in places if place[0] == at[0]}
        return set(self.keys.clear({at[0]}, 0))

    def _kept(self, at: tuple[int, int]) -> bool:
        return at[0] in self.pedals or at in self.caught.get(at[0], ())

    def _moved(self, channel: int, controller: int, value: int) -> set[tuple[int, int]]:
        lifted = {at for at in self.left if at[0] == channel and not self._kept(at)}
        self.left -= lifted
        self.latched |= lifted if self.keys.latch else set()
        return set(self.keys.pedal(channel, controller, value))


@settings(max_examples=400, deadline=None)
@given(st.lists(MOVE, max_size=40))
def test_a_key_is_held_while_a_finger_a_pedal_or_the_latch_holds_it(
    moves: list[tuple[str, tuple[int, int], int]],
) -> None:
    """Beside a model that keeps fingers, pedals and latch apart."""
    keys = HeldKeys()
    model = HandsModel(keys)
    for now, (move, at, value) in enumerate(moves):
        before = set(keys.held())
        ended = getattr(model, move)(at, value, now)
        assert set(keys.held()) == model.held
        assert ended == before - model.held, "what has ended is said, once"
        loud = {place: velocity for place, velocity in model.loud.items() if place in model.held}
        assert keys.loudness() == max(loud.values(), default=None)
