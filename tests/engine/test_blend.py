"""A blend of styles in the engine: where it counts from, and that a song with a turned knob comes back the same."""

from __future__ import annotations

import numpy as np
import pytest

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import FIRST_STYLE, Blend
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.state_cache import SongMemory
from descant_daemon.engine.sweeper import Sweeper
from descant_daemon.note_state import State

SILENT = np.zeros((40, 2), np.float32)
SWEEP = {step: Blend(0, 1, min(1.0, step / 48)) for step in range(96)}


class Listener(Sweeper):
    """A network that writes down with which blend each step's context was computed."""

    def __init__(self, network) -> None:  # type: ignore[no-untyped-def]
        self._network = network
        self.blends: list[Blend] = []
        self.pitches, self.time_start = network.pitches, network.time_start

    def along_time(self, before, step_in_bar, hidden, blend=FIRST_STYLE):  # type: ignore[no-untyped-def]
        self.blends.append(blend)
        return self._network.along_time(before, step_in_bar, hidden, blend)

    def choose(self, lines):  # type: ignore[no-untyped-def]
        return self._network.choose(lines)


class Player:
    """Asks step after step with the knob where ``knob`` has it."""

    def __init__(self, network, memory: SongMemory | None = None) -> None:  # type: ignore[no-untyped-def]
        self.engine = Engine(network, memory=memory)
        self.whole = self.ours = SILENT

    def ask(self, step: int, blend: Blend, *, jump: bool = False) -> State:
        ask = Ask(step, step, 16, SILENT, self.whole, self.ours, jump, Sampling(), blend=blend)
        self.ours = self.whole = self.engine.answer(ask).ours
        return self.ours

    def play(self, steps: range, knob: dict[int, Blend], *, ahead: bool = True) -> list[State]:
        notes = []
        for step in steps:
            notes.append(self.ask(step, knob[step], jump=step == steps.start))
            if ahead:
                self.engine.think_ahead()
        return notes


def same(one: list[State], other: list[State]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_weights_lie_on_the_line_between_two_styles() -> None:
    assert Blend(2, 0, 0.25).weights(4).tolist() == [[0.25, 0, 0.75, 0]]
    assert Blend(1, 1, 0.5).weights(2).tolist() == [[0, 1]]
    assert FIRST_STYLE.weights(3).tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("ahead", [True, False])
def test_a_blend_counts_from_the_step_after_it_was_asked_for(make_network, ahead: bool) -> None:  # type: ignore[no-untyped-def]
    heard = Listener(make_network())
    Player(heard).play(range(5), SWEEP, ahead=ahead)
    # The first step is reached by a jump: there the ask's own blend counts. Thinking ahead goes one further.
    expected = [SWEEP[0], SWEEP[0], SWEEP[1], SWEEP[2], SWEEP[3], SWEEP[4]]
    assert heard.blends == (expected if ahead else expected[:5])


def test_turning_the_knob_computes_nothing_twice(make_network) -> None:  # type: ignore[no-untyped-def]
    still, turned = Listener(make_network()), Listener(make_network())
    Player(still).play(range(48), dict.fromkeys(range(48), FIRST_STYLE))
    Player(turned).play(range(48), SWEEP)
    assert len(still.blends) == len(turned.blends)


def test_styles_are_heard_in_the_notes(make_network) -> None:  # type: ignore[no-untyped-def]
    takes = [
        Player(make_network()).play(range(64), dict.fromkeys(range(64), Blend(0, 1, share)))
        for share in (0, 0.5, 1)
    ]
    assert not same(takes[0], takes[1])
    assert not same(takes[1], takes[2])
    other = Player(make_network()).play(range(64), dict.fromkeys(range(64), Blend(1, 1)))
    assert same(takes[2], other)


def test_a_sweep_is_the_same_with_or_without_thinking_ahead(make_network) -> None:  # type: ignore[no-untyped-def]
    straight = Player(make_network()).play(range(64), SWEEP)
    assert same(straight, Player(make_network()).play(range(64), SWEEP, ahead=False))


def test_a_loop_under_a_sweep_is_the_same_on_every_pass(make_network) -> None:  # type: ignore[no-untyped-def]
    player = Player(make_network())
    player.play(range(64), SWEEP)
    second = player.play(range(32, 64), SWEEP)
    for _ in range(3):
        assert same(player.play(range(32, 64), SWEEP), second)


def test_a_bar_reached_by_replaying_its_past_has_the_styles_of_its_past(make_network) -> None:  # type: ignore[no-untyped-def]
    """A memory too small for every bar replays steps; in today's blend they would lead elsewhere."""
    roomy, tight = Player(make_network()), Player(make_network(), SongMemory(1500))
    roomy.play(range(96), SWEEP)
    tight.play(range(96), SWEEP)
    after = dict.fromkeys(range(80, 96), Blend(1, 0, 0.9))
    assert same(roomy.play(range(80, 96), after), tight.play(range(80, 96), after))


def test_a_knob_turned_before_the_song_begins_counts_in_its_first_step(make_network) -> None:  # type: ignore[no-untyped-def]
    one, other = Blend(0, 1, 0.0), Blend(0, 1, 1.0)
    player = Player(make_network())
    player.ask(0, one, jump=True)
    player.engine.think_ahead()
    player.ours = player.whole = SILENT
    late = [player.ask(0, other), *(player.ask(step, other) for step in range(1, 32))]
    assert same(late, Player(make_network()).play(range(32), dict.fromkeys(range(32), other)))
