"""The engine as a musician would test it: the same place in the song, the same notes."""

from __future__ import annotations

import numpy as np
from tests.engine.player import SILENT, Player, same

from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.played_steps import Played
from descant_daemon.engine.state_cache import Moment, SongMemory
from descant_daemon.engine.uniforms import dice, uniforms
from descant_daemon.note_state import State


def test_the_same_asks_give_the_same_notes_with_or_without_thinking_ahead(make_network) -> None:  # type: ignore[no-untyped-def]
    assert same(Player(make_network()).play(range(64)), Player(make_network()).play(range(64), ahead=False))


def test_a_jump_before_there_was_time_to_think_changes_nothing(make_network) -> None:  # type: ignore[no-untyped-def]
    """The step that was left must be known when the song walks through it again."""
    heard: list[list[State]] = []
    for ahead in (True, False):
        player = Player(make_network())
        player.play(range(20), ahead=ahead)
        player.play(range(8), ahead=ahead)
        heard.append(player.play(range(20, 32), ahead=ahead))
    assert same(*heard)


def test_seed_and_variation_each_make_another_take(make_network) -> None:  # type: ignore[no-untyped-def]
    take = Player(make_network()).play(range(32))
    assert not same(take, Player(make_network(), Sampling(seed=2)).play(range(32)))
    assert not same(take, Player(make_network(), Sampling(variation=1)).play(range(32)))


def test_a_loop_is_the_same_on_every_pass(make_network) -> None:  # type: ignore[no-untyped-def]
    player = Player(make_network())
    first = player.play(range(96))
    for _ in range(3):
        assert same(player.play(range(32, 64)), first[32:64])
    assert same(player.play(range(96)), first)


def test_coming_back_into_the_middle_of_a_bar(make_network) -> None:  # type: ignore[no-untyped-def]
    player = Player(make_network())
    first = player.play(range(64))
    assert same(player.play(range(37, 64)), first[37:])


def test_an_unknown_bar_begins_from_silence_whatever_was_played_before(make_network) -> None:  # type: ignore[no-untyped-def]
    player = Player(make_network())
    player.play(range(16))
    assert same(player.play(range(64, 80)), Player(make_network()).play(range(64, 80)))


def test_asking_a_step_again_with_other_keys_is_asking_it_so_at_first(make_network, make_state) -> None:  # type: ignore[no-untyped-def]
    network = make_network()
    key = {20: make_state(network.pitches, struck=(60,))}
    straight = Player(make_network()).play(range(24), key)
    player = Player(network)
    notes = player.play(range(20))
    before = player.whole, player.ours
    for serial, given in ((100, SILENT), (101, key[20])):
        ask = Ask(serial, 20, 16, given, *before, False, player.sampling)
        player.ours = player.engine.answer(ask).ours
        player.engine.think_ahead()
    player.whole = np.maximum(key[20], player.ours)
    notes.append(player.ours)
    for step in range(21, 24):
        ask = Ask(200 + step, step, 16, SILENT, player.whole, player.ours, False, player.sampling)
        player.ours = player.whole = player.engine.answer(ask).ours
        notes.append(player.ours)
    assert same(notes, straight)


def test_a_bar_that_nobody_foresaw_is_the_same_with_and_without_time_to_think(make_network) -> None:  # type: ignore[no-untyped-def]
    """A metre that changes: the step that was thought out ahead stood elsewhere in its bar, so it is thought anew."""
    answers = []
    for ahead in (True, False):
        player, whole, ours = Player(make_network()), SILENT, SILENT
        notes = []
        for step in range(30):
            metre = (16, 0, 0) if step < 22 else (12, 22, 2)
            ask = Ask(step, step, metre[0], SILENT, whole, ours, step == 0, player.sampling)
            ours = whole = player.engine.answer(ask._replace(bar_from=metre[1], bars_before=metre[2])).ours
            notes.append(ours)
            if ahead:
                player.engine.think_ahead()
        answers.append(notes)
    assert same(*answers)
    assert not same(answers[0][22:], Player(make_network()).play(range(30))[22:]), (
        "the place in the bar is heard"
    )


def test_a_full_memory_forgets_moments_but_not_the_song(make_network) -> None:  # type: ignore[no-untyped-def]
    roomy, tight = Player(make_network()), Player(make_network())
    tight.engine = Engine(make_network(), memory=SongMemory(limit=6_000))
    first = roomy.play(range(16 * 40))
    assert same(tight.play(range(16 * 40)), first)
    for bar in (1, 7, 22, 38):
        assert same(tight.play(range(bar * 16, bar * 16 + 16)), first[bar * 16 : bar * 16 + 16])


def test_memory_stays_within_its_limit() -> None:
    memory = SongMemory(limit=50_000)
    for bar in range(500):
        memory.played(bar * 16, Played(SILENT, SILENT))
        memory.enter_bar(bar * 16, bar, Moment((np.zeros(500, np.float32),), SILENT, SILENT))
        assert memory.size <= 50_000


def test_uniforms_are_philox_as_published() -> None:
    """The known answer of Random123's kat_vectors for philox4x64-10 with key and counter zero."""
    words = np.random.Philox(key=[0, 0], counter=np.array([2**64 - 1] * 4, np.uint64)).random_raw(4)
    assert [int(word) for word in words] == [
        0x16554D9ECA36314C,
        0xDB20FE9D672D0FDC,
        0xD7E772CEE186176B,
        0x7E68B68AEC7BA23B,
    ]
    here = uniforms(3, 0, 1, 40)
    assert here.shape == (128, 2)
    assert here.min() >= 0
    assert here.max() < 1
    assert np.array_equal(here, uniforms(3, 0, 1, 40))
    others = [uniforms(4, 0, 1, 40), uniforms(3, 1, 1, 40), uniforms(3, 0, 2, 40), uniforms(3, 0, 1, 41)]
    assert all(len(np.intersect1d(here, other)) == 0 for other in others)


def test_each_draft_has_dice_of_its_own_and_the_first_those_that_it_has_alone() -> None:
    """Else `drafts=1` and `drafts=8` would be unlike in rhythm, and eight drafts one."""
    many = dice(3, 0, 1, 40, 8)
    assert many.shape == (8, 128, 2)
    assert len(np.unique(many)) == many.size
    assert np.array_equal(many[0], dice(3, 0, 1, 40)[0])
    assert np.array_equal(many[:4], dice(3, 0, 1, 40, 4))
    assert all(not np.isin(many[1:], dice(3, 0, 1, step, 8)).any() for step in (39, 41))


def test_more_drafts_strike_and_hold_as_many_notes_and_other_ones(make_network) -> None:  # type: ignore[no-untyped-def]
    """Step by step against the first draft, in the same place of the song."""
    network, others = make_network(eagerness=-1), 0
    silence = np.zeros((network.pitches.size, 2), np.float32)
    for step in range(40):
        few, many = (
            Engine(network).answer(
                Ask(1, step, 16, silence, silence, silence, True, Sampling(voices=16, drafts=drafts))
            )
            for drafts in (1, 12)
        )
        assert few.ours.sum(0).tolist() == many.ours.sum(0).tolist(), "struck and held"
        others += not np.array_equal(few.ours, many.ours)
    assert others > 4
