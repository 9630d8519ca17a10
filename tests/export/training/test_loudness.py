"""The velocity head, from a corpus with dynamics to the notes that the effect plays."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.toy import metadata
from tests.export.training.tiny import PITCHES, TINY

from descant_daemon.families import load_model
from descant_daemon.model.contract import CLASSES, PLANES, VELOCITY
from descant_daemon.model.model_files import check_model_files, model_path
from descant_daemon.offline.render import render
from descant_daemon.settings.parameters import Parameters
from descant_daemon.tempo_map import TempoMap
from descant_export.corpus.piece import Piece, from_notes, velocities
from descant_export.corpus.splits import Split
from descant_export.evaluate.baselines import marginal_velocity
from descant_export.evaluate.held_out import report_on
from descant_export.evaluate.teacher_forcing import validate
from descant_export.families.biaxial import Biaxial
from descant_export.onnx_graphs.export import export
from descant_export.onnx_graphs.parity import TOLERANCE, parity
from descant_export.training import checkpoint
from descant_export.training.batches import segment
from descant_export.training.beginnings import begin_with
from descant_export.training.config import Config
from descant_export.training.fitted import fitted, has_dynamics, settled
from descant_export.training.train import train
from descant_routing import message

LOUD = TINY.but(velocity=True)


def silenced(pieces: list[Piece]) -> list[Piece]:
    """The same pieces as a corpus without dynamics has them."""
    return [with_velocities(piece, [0]) for piece in pieces]


def with_velocities(piece: Piece, velocities: Sequence[int]) -> Piece:
    """These, in turn."""
    notes = piece.notes.copy()
    notes["velocity"] = np.resize(velocities, len(notes))
    return replace(piece, notes=notes)


def test_velocities_stand_where_notes_are_struck() -> None:
    piece = from_notes("", [[(0, 4, 60, 90), (4, 8, 90, 20)], [(0, 2, 60, 50), (2, 4, 61, 70)]], range(8))
    found = velocities(piece.notes, PITCHES, 1, 0, 4)
    expected = np.zeros((4, 36))
    expected[0, 61 - 40] = 90  # the louder of two voices, moved up a semitone
    expected[2, 62 - 40] = 70
    assert np.array_equal(found, expected)
    assert not velocities(piece.notes, PITCHES, 1, 3, 4).any(), "what was struck before is not struck here"


def test_a_segment_has_the_velocities_of_its_own_steps(pieces: list[Piece]) -> None:
    whole = segment(pieces[1], 0, 24, 2, [], LOUD.shape())
    part = segment(pieces[1], 20, 8, 2, [], LOUD.shape())
    assert torch.equal(part.velocity[0, :4], whole.velocity[0, 20:])
    assert not part.velocity[0, 4:].any()
    struck = whole.now[0, ..., 1] > 0
    assert torch.equal(whole.velocity[0] > 0, struck)
    assert segment(pieces[1], 0, 24, 2, [], TINY.shape()).velocity.shape == (1, 24, 0)


def test_auto_is_where_the_corpus_has_dynamics(pieces: list[Piece]) -> None:
    auto = TINY.but(velocity="auto")
    played = [with_velocities(piece, range(40, 100, 5)) for piece in pieces]
    assert settled(auto, played).velocity is True
    assert settled(auto, silenced(pieces)).velocity is False
    assert settled(TINY, played) == TINY
    assert fitted(played, ("x",), 4, Config()).velocity is True
    assert fitted(silenced(pieces), ("x",), 4, Config()).velocity is False


@pytest.mark.parametrize(
    ("velocities", "dynamics"),
    [
        (range(60, 67), False),  # seven, as often
        (range(60, 69), True),  # nine
        ([110, 125, 127], False),  # beats, as abc2midi writes them
        ([90] * 30 + list(range(40, 100)), True),
        ([90] * 200 + list(range(40, 60)), False),  # one velocity, and hardly anything else
        ([0] * 60 + list(range(40, 90)), False),  # most notes have none
        ([0] * 40 + list(range(40, 90)), True),
    ],
)
def test_a_few_accents_are_no_dynamics(velocities: Sequence[int], dynamics: bool) -> None:
    piece = from_notes(
        "", [[(at, at + 1, 60) for at in range(len(velocities) * 7)]], range(len(velocities) * 7)
    )
    assert has_dynamics([with_velocities(piece, velocities)]) is dynamics


def curve(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "curve.csv").read_text().splitlines()))


def test_it_learns_how_loud_notes_are(pieces: list[Piece], folder: Path) -> None:
    config = LOUD.but(updates=80, evaluate_every=40, learning_rate=0.02, dropout=0.0)
    train(config, "tiny", pieces, pieces, folder, lambda _: None)
    rows = curve(folder)
    assert float(rows[-1]["train_velocity"]) > float(rows[0]["train_velocity"]) + 0.5
    best = checkpoint.load(folder / "best.pt")
    assert best.config.velocity is True
    score = validate(best.network(), pieces)
    average = marginal_velocity(pieces, pieces, PITCHES)
    assert score.velocity > average.a_note * average.notes_a_step + 0.1
    assert float(rows[-1]["velocity"]) == pytest.approx(score.velocity, abs=0.05), (
        "the last look was the best"
    )


def test_a_run_without_the_head_leaves_what_it_always_left(pieces: list[Piece], folder: Path) -> None:
    train(TINY, "tiny", pieces, pieces, folder, lambda _: None)
    assert list(curve(folder)[0]) == ["update", "learning_rate", "train", "alone", "under_melody"]
    last = torch.load(folder / "last.pt", weights_only=True)
    assert not [name for name in last["model"] if "velocity" in name]
    del last["config"]["velocity"]  # as runs were kept before there was such a head
    torch.save(last, folder / "last.pt")
    assert checkpoint.load(folder / "last.pt").config == TINY


def test_a_run_begins_with_the_weights_of_one_that_knows_more_or_less(
    pieces: list[Piece], tmp_path: Path
) -> None:
    for name, config in (("plain", TINY), ("loud", LOUD)):
        train(config.but(updates=1), "tiny", pieces, pieces, tmp_path / name, lambda _: None)
    for name, config in (("plain", LOUD), ("loud", TINY)):
        model = Biaxial(config.shape())
        own = {key: weight.clone() for key, weight in model.state_dict().items()}
        begin_with(model, config, str(tmp_path / name))
        kept = checkpoint.load(tmp_path / name / "best.pt").model
        for key, weight in model.state_dict().items():
            assert torch.equal(weight, kept.get(key, own[key]))


def test_the_average_against_counting_by_hand(pieces: list[Piece]) -> None:
    training, test = pieces[:1], pieces[1:2]
    seen = [int(v) for v in training[0].notes["velocity"]]
    asked = [int(v) for v in test[0].notes["velocity"]]
    chances = [(sum(v // 8 == each for v in seen) + 1) / (len(seen) + 16) for each in range(16)]
    total = sum(math.log(chances[v // 8]) for v in asked)
    found = marginal_velocity(training, test, PITCHES)
    assert found.a_note == pytest.approx(total / len(asked))
    assert found.notes_a_step == len(asked) / 24
    assert marginal_velocity(training, silenced(test), PITCHES).notes_a_step == 0


@pytest.fixture
def loud_model() -> Biaxial:
    torch.manual_seed(4)
    model = Biaxial(replace(LOUD.shape(), styles=2))
    assert model.velocity is not None
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(2.0)
        model.output.bias.copy_(torch.tensor([-2.0, 0.0]))
        model.velocity.weight.mul_(6.0)  # so that notes are not all of one velocity
    return model.eval()


def test_the_card_says_how_well_it_knows(loud_model: Biaxial, pieces: list[Piece]) -> None:
    report = report_on(loud_model, Split([pieces[0]], [pieces[1]], [pieces[2]]))
    assert report.loudness is not None
    assert report.scores["this model"].velocity < 0
    assert report.scores["this model"].total == pytest.approx(
        sum(report.scores["this model"].notes.values())
    ), "how loud is counted apart"


def test_what_is_exported_plays_as_loud_as_it_learned(
    loud_model: Biaxial, pieces: list[Piece], tmp_path: Path
) -> None:
    told = metadata(loud_model)
    assert told.planes == (*PLANES, VELOCITY)
    export(loud_model, told, tmp_path / "loud")
    network = load_model(tmp_path / "loud")
    assert parity(loud_model, tmp_path / "loud", pieces[1]) < TOLERANCE
    free = Parameters(mode="free", voices=6)

    def take(parameters: Parameters) -> list[tuple[int, bytes]]:
        return list(render(network, parameters, [], TempoMap(24, []), 6 * 96).messages)

    mine, flat = take(free), take(free.with_values({"velocity_source": "player"}))
    loud = [data[2] for _, data in mine if message.is_note_on(data)]
    assert len(loud) > 30
    assert len(set(loud)) > 5
    assert {data[2] for _, data in flat if message.is_note_on(data)} == {80}
    places = [[(at, data[:2]) for at, data in each] for each in (mine, flat)]
    assert places[0] == places[1], "the same notes, however loud"
    assert mine == take(free)


def test_a_model_that_says_nothing_is_written_as_it_always_was(small_model: Biaxial, tmp_path: Path) -> None:
    export(small_model, metadata(small_model), tmp_path / "plain")
    note = model_path(tmp_path / "plain", "note")
    assert b"velocity" not in note.read_bytes()
    assert not check_model_files(tmp_path / "plain").metadata.velocities
    assert CLASSES == 16
