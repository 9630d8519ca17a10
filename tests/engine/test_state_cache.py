"""A song that goes on for days: what is remembered of it stays within bounds, and what is remembered is right."""

from __future__ import annotations

import random
import tracemalloc

import numpy as np
import pytest
from tests.engine.player import Player, same

from descant_daemon.engine.blend import Blend
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.played_steps import MOST_STEPS, RUN, Played, PlayedSteps
from descant_daemon.engine.state_cache import Moment, Room, SongMemory

PITCHES = 13


def played(dice: np.random.Generator, pitches: int = PITCHES) -> Played:
    whole, ours = (dice.random((2, pitches, 2)) < 0.4).astype(np.float32)
    return Played(whole, ours, Blend(int(dice.integers(3)), 1, 0.25))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_was_put_there(seed: int) -> None:
    """Against a dictionary, with gaps, places that are played again, and places before the song's beginning."""
    dice, chance = np.random.default_rng(seed), random.Random(seed)
    steps, plain = PlayedSteps(), dict[int, Played]()
    place = 0
    for _ in range(3000):
        place = chance.choice((place + 1, place + 1, place + 1, place + 2, chance.randrange(-300, 900)))
        plain[place] = played(dice)
        assert steps.put(place, plain[place]) is None
        step, most = chance.randrange(-310, 910), chance.randrange(1, 600)
        kept, wanted = steps.get(step, PITCHES), plain.get(step)
        assert (kept is None) == (wanted is None)
        if kept is not None and wanted is not None:
            assert np.array_equal(kept.whole, wanted.whole)
            assert np.array_equal(kept.ours, wanted.ours)
            assert kept.blend == wanted.blend
        run: list[Played] = []
        while len(run) < most and step - 1 - len(run) in plain:
            run.insert(0, plain[step - 1 - len(run)])
        before = steps.before(step, most, PITCHES)
        assert before.shape == (len(run), 2, PITCHES, 2)
        assert all(np.array_equal(found, each[:2]) for found, each in zip(before, run, strict=True))


def test_what_was_played_longest_ago_is_forgotten_first() -> None:
    dice, steps = np.random.default_rng(1), PlayedSteps(3 * RUN)
    for step in (0, RUN, 2 * RUN, 5):  # run 0 is played again
        assert steps.put(step, played(dice)) is None
    assert steps.put(9 * RUN, played(dice)) == range(RUN, 2 * RUN)
    known = [step for step in (0, 5, RUN, 2 * RUN, 9 * RUN) if steps.get(step, PITCHES) is not None]
    assert known == [0, 5, 2 * RUN, 9 * RUN]


def test_a_loop_over_what_is_remembered_repeats_and_what_is_forgotten_begins_anew(make_network) -> None:  # type: ignore[no-untyped-def]
    player = Player(make_network())
    player.engine = Engine(make_network(), memory=SongMemory(steps=2 * RUN))
    first = player.play(range(4 * RUN))
    loop = range(3 * RUN, 3 * RUN + 32)
    for _ in range(2):
        assert same(player.play(loop), first[loop.start : loop.stop])
    forgotten = range(32, 64)
    assert same(player.play(forgotten), Player(make_network()).play(forgotten))


def growth(memory: SongMemory, steps: range, moment: Moment) -> None:
    for step in steps:
        if step % 16 == 0:
            memory.enter_bar(step, step // 16, moment)
        memory.played(step, Played(moment.before, moment.ours, Blend(step // 16 % 3, 0, 0.5)))


def test_memory_is_flat_once_the_song_is_long_enough() -> None:
    silence = np.zeros((64, 2), np.float32)
    memory, most = SongMemory(steps=8 * RUN, limit=50_000), 8 * RUN
    tracemalloc.start()
    try:
        growth(memory, range(2 * most), Moment((), silence, silence))
        full, _ = tracemalloc.get_traced_memory()
        growth(memory, range(2 * most, 6 * most), Moment((), silence, silence))
        later, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert later < full + 20_000
    assert full / most < 120, "bytes a step, moments and all"
    assert MOST_STEPS * 120 <= 16 * 2**20


def test_instances_share_the_room_for_moments_and_play_as_they_would_alone(make_network) -> None:  # type: ignore[no-untyped-def]
    room, silence = Room(160_000), np.zeros((64, 2), np.float32)
    memories = [SongMemory(room=room) for _ in range(16)]
    for bar in range(200):
        for memory in memories:
            memory.enter_bar(bar * 16, bar, Moment((), silence, silence))
    assert sum(memory.size for memory in memories) <= 160_000
    tight = Player(make_network())
    tight.engine = Engine(make_network(), memory=SongMemory(room=Room(4_000)))
    first = Player(make_network()).play(range(16 * 20))
    assert same(tight.play(range(16 * 20)), first)
    assert same(tight.play(range(16 * 7, 16 * 8)), first[16 * 7 : 16 * 8])
