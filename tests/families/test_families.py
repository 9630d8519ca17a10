"""Families live: from their files through the same engine, and what each cannot do, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from tests.families.files import HIGH, LOW, facts, roll, tp_nade, written
from tests.families.plain_nade import PlainNade
from tests.families.scribblers import Events

from descant_daemon import families
from descant_daemon.engine.asking import Ask, Sampling
from descant_daemon.engine.blend import Blend
from descant_daemon.engine.choice import Choice, Line
from descant_daemon.engine.engine import Engine
from descant_daemon.engine.plan import Plan
from descant_daemon.families import load_model
from descant_daemon.families.onnx_writer import OnnxWriter
from descant_daemon.families.tp_nade import TpNadeNetwork
from descant_daemon.model import forms
from descant_daemon.model.forms import RollMetadata, TpNadeMetadata, WriterMetadata
from descant_daemon.model.model_files import check_model_files, model_path
from descant_daemon.note_state import ARTICULATE, PLAY, State
from descant_daemon.settings.parameters import Parameters
from descant_routing.errors import DescantError, UsageError

SIZE = HIGH - LOW + 1
SILENT = np.zeros((SIZE, 2), np.float32)
Make = Callable[[Path], Path]


class EventsMetadata(WriterMetadata, frozen=True):
    """A family that only the tests have."""

    family: str = "test-events"


def events(stem: Path) -> Path:
    symbols = tuple(f"s{at}" for at in range(Events.symbols))
    told = facts(pitch_low=60, pitch_high=71, layers=(6,), symbols=symbols, grammar="test-1")
    return written(stem, EventsMetadata(**told), 3)


@pytest.fixture(params=["tp-nade", "roll", "test-events"])
def stem(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of each family, the last of which is one row in each of two tables."""
    monkeypatch.setitem(forms.FORMS, "test-events", EventsMetadata)
    monkeypatch.setitem(families.LOADERS, "test-events", lambda files: OnnxWriter(files, Events()))
    made: dict[str, Make] = {"tp-nade": tp_nade, "roll": roll, "test-events": events}
    return made[request.param](tmp_path / "a")


class Asker:
    """Asks as the effect does, and keeps what was answered."""

    def __init__(self, stem: Path) -> None:
        self.model = load_model(stem)
        self.silent = np.zeros((self.model.pitches.size, 2), np.float32)
        self.engine = Engine(self.model)
        self.whole = self.ours = self.silent
        self.serial = 0

    def ask(self, step: int, given: State, sampling: Sampling, *, jump: bool) -> State:
        self.serial += 1
        ask = Ask(self.serial, step, 16, given, self.whole, self.ours, jump, sampling, blend=Blend(0, 1, 0.3))
        self.ours = self.engine.answer(ask).ours
        self.whole = np.maximum(given, self.ours)
        return self.ours

    def some(self, rng: np.random.Generator) -> State:
        given = self.silent.copy()
        for row in rng.choice(len(given), int(rng.integers(0, 4)), replace=False):
            given[row] = 1, rng.integers(2)
        return given


def test_random_asks_and_jumps_leave_no_note_without_an_end(stem: Path) -> None:
    """Whatever the family: struck before it is held, within voices and range, never what the player holds."""
    for seed in range(3):
        rng, asker, step = np.random.default_rng(seed), Asker(stem), 0
        sounding: set[int] = set()
        for turn in range(120):
            jump = turn == 0 or rng.random() < 0.06
            step = int(rng.integers(0, 64)) if jump else step + 1
            given = asker.some(rng)
            sampling = Sampling(
                temperature=float(rng.uniform(0.4, 1.6)),
                density=float(rng.uniform(0.3, 1.9)),
                voices=int(rng.integers(0, 5)),
                drafts=int(rng.integers(1, 4)),
                low=50,
                high=75,
                plan=Plan(scale="major", recall=0.5) if rng.random() < 0.5 else Plan(),
            )
            ours = asker.ask(step, given, sampling, jump=jump)
            now = set(np.flatnonzero(ours[:, PLAY]).tolist())
            assert len(now) <= sampling.voices
            assert (ours[:, ARTICULATE] <= ours[:, PLAY]).all()
            assert not (ours[:, PLAY] * given[:, PLAY]).any()
            low = asker.model.pitches.low
            struck = {row + low for row in now if ours[row, ARTICULATE]}
            assert all(50 <= key <= 75 for key in struck)
            assert jump or {row for row in now if not ours[row, ARTICULATE]} <= sounding
            sounding = now
            if rng.random() < 0.7:
                asker.engine.think_ahead()


def test_the_same_song_and_its_loop_have_the_same_notes(stem: Path) -> None:
    def played(asker: Asker, steps: range, ahead: int) -> list[State]:
        notes = []
        for step in steps:
            given = asker.some(np.random.default_rng(step))
            notes.append(asker.ask(step, given, Sampling(voices=4), jump=step == steps.start))
            for _ in range(ahead):
                asker.engine.think_ahead()
        return notes

    first, other = Asker(stem), Asker(stem)
    song = played(first, range(64), 9)
    assert any(state.any() for state in song)
    assert np.array_equal(song, played(other, range(64), 0))
    assert np.array_equal(song[16:], played(first, range(16, 64), 1))
    assert np.array_equal(song[24:], played(other, range(24, 64), 0))


@pytest.mark.parametrize("window", ["centred", "below"])
def test_a_tp_nade_file_plays_as_its_equations_say(tmp_path: Path, window: str) -> None:
    """Its weights by name from the file, what it knows before the tick from ONNX Runtime."""
    stem = tp_nade(tmp_path / "a", velocity=True, window=window)
    network = load_model(stem)
    assert isinstance(network, TpNadeNetwork)
    plain = PlainNade(0, reach=window)
    plain.hidden = 9
    plain.window, plain.output = (by_onnx(model_path(stem, "note"), name) for name in ("window", "output"))
    rng, played, hidden = np.random.default_rng(0), 0, network.time_start
    before = SILENT
    for step in range(24):
        known, hidden = network.along_time(before, step % 16, hidden)
        assert known.shape == (SIZE, 9 + 2 + 16)
        uniforms = rng.uniform(1e-6, 1 - 1e-6, (1, SIZE, 2))
        every = np.ones(SIZE, np.bool_)
        choice = Choice(np.log(uniforms) - np.log1p(-uniforms), every, before[:, PLAY] > 0, 1.0, 1.0, 6)
        given = SILENT.copy()
        given[rng.choice(SIZE, 2, replace=False)] = 1
        (found,) = network.choose([Line(known, given, choice)])
        wanted, _, _ = plain.chosen(Line(known, given, choice), 0)
        assert np.array_equal(found.ours, wanted.ours)
        assert np.array_equal(found.velocities, wanted.velocities)
        before = np.maximum(given, found.ours)
        played += int(found.ours.sum())
    assert played > 20


def by_onnx(path: Path, name: str) -> NDArray[np.float32]:
    model = onnx.load(path)
    found = next(each for each in model.graph.initializer if each.name == name)
    array: NDArray[np.float32] = numpy_helper.to_array(found)
    return array


def test_a_roll_hears_what_is_held_in_the_next_step_alone(tmp_path: Path) -> None:
    """The same notes but for the keys that the player has; then others."""
    held = SILENT.copy()
    held[20] = 1
    one, other = Asker(roll(tmp_path / "a")), Asker(tmp_path / "a")
    first = one.ask(0, SILENT, Sampling(voices=16), jump=True)
    second = other.ask(0, held, Sampling(voices=16), jump=True)
    free = np.arange(SIZE) != 20
    assert np.array_equal(first[free], second[free])
    after, told = (asker.ask(1, SILENT, Sampling(voices=16), jump=False) for asker in (one, other))
    assert not np.array_equal(after, told)


def test_what_a_family_cannot_do_is_refused_in_a_sentence_that_names_what_works(tmp_path: Path) -> None:
    abilities = check_model_files(roll(tmp_path / "a")).metadata.abilities
    free = Parameters(mode="free")
    abilities.check(free)
    abilities.check(Parameters(mode="freeze", drafts=4, density=1.2, scale="major"))
    for parameters, sentence in (
        (Parameters(), "this model (family roll) does not play in the mode harmonise; it plays in free or respond or "
         "continue or freeze"),
        (Parameters(mode="instant"), "this model (family roll) does not play in the mode instant; it plays in free or "
         "respond or continue or freeze"),
        (Parameters(mode="free", follow=1.0), "this model (family roll) cannot heed follow, which has to stay at 0.0; "
         "drafts, critic, density, density_target, recall, form, space, scale, key_pull, chords work"),
    ):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            abilities.check(parameters)
        assert str(caught.value) == sentence


def test_a_knob_for_the_mode_reaches_the_modes_that_there_are(tmp_path: Path) -> None:
    row = check_model_files(roll(tmp_path / "a")).metadata.abilities.row("mode")
    assert [row.from_position(at) for at in (0.0, 0.4, 0.6, 1.0)] == ["free", "respond", "continue", "freeze"]


@pytest.mark.parametrize(
    ("form", "wrong", "sentence"),
    [
        (RollMetadata, {"hears": "now"}, "a roll model hears what is played in the next step"),
        (RollMetadata, {"modes": ("free", "instant")}, "cannot play in the mode instant"),
        (RollMetadata, {"can": ("follow",)}, "a roll model cannot do 'follow'"),
        (TpNadeMetadata, {"hidden": 0}, "hidden"),
        (TpNadeMetadata, {"window": "above"}, "window"),
    ],
)
def test_a_file_cannot_say_what_its_family_cannot_do(form: Any, wrong: dict[str, Any], sentence: str) -> None:
    sizes = {"time_layers": (6,)} | ({"hidden": 9} if form is TpNadeMetadata else {})
    with pytest.raises(ValueError, match=sentence):
        form(**facts(**sizes | wrong))


def test_files_that_are_missing_or_of_another_model_are_named(tmp_path: Path) -> None:
    one, other = tp_nade(tmp_path / "one"), tp_nade(tmp_path / "other", 1)
    model_path(one, "note").write_bytes(model_path(other, "note").read_bytes())
    with pytest.raises(
        DescantError, match=r"one\.time\.onnx and one\.note\.onnx in .* are not of the same model"
    ):
        load_model(one)
    model_path(other, "note").unlink()
    with pytest.raises(DescantError, match=r"the model file .*other\.note\.onnx cannot be read"):
        load_model(other)


def test_a_graph_that_is_left_over_from_another_family_does_no_harm(tmp_path: Path) -> None:
    stem = tp_nade(tmp_path / "a")
    roll(stem)
    assert check_model_files(stem).metadata.family == "roll"
    assert load_model(stem).pitches.size == SIZE
