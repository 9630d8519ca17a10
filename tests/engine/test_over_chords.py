"""What is played over a chord that the player holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.engine.player import Player, same

from descant_daemon.effect.modes import StepAction
from descant_daemon.effect.sampling_params import sampling
from descant_daemon.engine.asking import Sampling
from descant_daemon.engine.over_chords import held_chord
from descant_daemon.engine.plan import Plan
from descant_daemon.note_state import ARTICULATE, PLAY, NoteLog, PitchRange, State
from descant_daemon.settings.parameters import Parameters

PITCHES = PitchRange(40, 79)
CHORDS = ((67, 72, 76), (69, 72, 77))  # C, F, a bar each
BAR = 16
MANNERS = ["fill", "move", "arpeggiate"]


def pads(bars: int = 4) -> dict[int, State]:
    log = NoteLog()
    for bar in range(bars):
        for key in CHORDS[bar % 2]:
            log.strike(0, key, bar * BAR)
            log.release(0, key, (bar + 1) * BAR)
    return dict(enumerate(log.states(bars * BAR, PITCHES)))


def played(network: Any, manner: str, given: dict[int, State], linger: int = 0) -> list[State]:
    shaped = Plan(over_chords=manner, linger=linger)
    made = Sampling(place="below", plan=shaped, voices=4)
    return Player(network, made).play(range(len(given)), given)


def keys_of(state: State, plane: int = PLAY) -> list[int]:
    return [PITCHES.low + int(row) for row in np.flatnonzero(state[:, plane])]


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("seed", range(3))
def test_no_beat_is_silent_and_beats_have_the_notes_of_the_chord(
    make_network: Any, manner: str, seed: int
) -> None:
    network = make_network(seed=seed, eagerness=-2.0)
    notes = played(network, manner, pads())
    strange = 0
    for step in range(0, 4 * BAR, 4):
        assert notes[step].any(), step
        strange += sum(
            key % 12 not in {each % 12 for each in CHORDS[step // BAR % 2]} for key in keys_of(notes[step])
        )
    assert strange == 0


def test_an_arpeggio_goes_up_and_down_in_half_beats(make_network: Any) -> None:
    notes = played(make_network(eagerness=-2.0), "arpeggiate", pads(2))
    struck = {
        step: keys_of(state, ARTICULATE) for step, state in enumerate(notes) if state[:, ARTICULATE].any()
    }
    up = [40, 43, 48, 52, 55, 52, 48, 43]  # below 76, within 16 keys of the lowest
    assert struck == {
        **{2 * at: [key] for at, key in enumerate(up)},
        **{BAR + 2 * at: [key] for at, key in enumerate([41, 45, 48, 53, 48, 45, 41, 45])},
    }
    assert all(keys_of(notes[step]) == keys_of(notes[step - 1]) for step in range(1, 2 * BAR, 2))


def test_what_fills_is_held_until_the_next_chord(make_network: Any) -> None:
    notes = played(make_network(eagerness=-1.0), "fill", pads())
    for step in range(4 * BAR):
        if step % BAR:
            assert keys_of(notes[step]) == keys_of(notes[step - step % BAR])
            assert not notes[step][:, ARTICULATE].any()


def test_what_moves_changes_within_the_bar(make_network: Any) -> None:
    notes = played(make_network(eagerness=-1.0), "move", pads())
    for bar in range(4):
        assert len({tuple(keys_of(notes[bar * BAR + at])) for at in range(0, BAR, 4)}) > 1


@pytest.mark.parametrize("manner", MANNERS)
def test_a_loop_is_the_same_on_every_pass(make_network: Any, manner: str) -> None:
    player = Player(make_network(eagerness=-1.0), Sampling(plan=Plan(over_chords=manner, recall=0.3)))
    first = player.play(range(4 * BAR), pads())
    for begin in (BAR, 2 * BAR + 5):
        assert same(player.play(range(begin, 4 * BAR), pads()), first[begin:])


def test_three_names_make_a_chord(make_state: Any) -> None:
    keys = np.arange(PITCHES.low, PITCHES.high + 1)
    assert held_chord(make_state(PITCHES, held=(60, 64, 72)), keys) == 0
    assert held_chord(make_state(PITCHES, held=(60, 64, 79)), keys) == 1 << 0 | 1 << 4 | 1 << 7
    assert held_chord(make_state(PITCHES), keys) == 0


def test_a_tune_is_played_to_as_ever(make_network: Any, make_state: Any) -> None:
    tune = {step: make_state(PITCHES, held=(72,)) for step in range(2 * BAR)}
    network = make_network(eagerness=-1.0)
    for manner in MANNERS:
        assert same(played(network, manner, tune), played(network, "as_it_is", tune, linger=1))


def test_only_harmonise_plays_so(make_state: Any) -> None:
    for mode, manner in (("harmonise", "fill"), ("instant", "as_it_is"), ("free", "as_it_is")):
        parameters = Parameters().with_values({"mode": mode, "over_chords": "fill"})
        assert sampling(parameters, make_state(PITCHES), 4, StepAction.AROUND).plan.over_chords == manner
