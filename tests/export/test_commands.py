"""``descant train`` and ``descant export`` as they are typed, with a network small enough for a test."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.model.forms import BiaxialMetadata
from descant_daemon.model.model_files import check_model_files
from descant_export import commands, exporting
from descant_export.claim import LOCK, claimed
from descant_export.corpus.corpus_choice import CorpusChoice
from descant_export.corpus.read import Corpus, read_corpus
from descant_export.corpus.splits import Split
from descant_export.training.config import Config
from descant_export.training.config_file import changed, load_config
from descant_export.training.sizes import SIZES
from descant_routing.errors import DescantError, UsageError

SMALL = ["time_layers=[6]", "note_layers=[5]", "segment=16", "batch=2", "evaluate_every=2", "sample_bars=0"]


@pytest.fixture(autouse=True)
def _few_pieces(monkeypatch: pytest.MonkeyPatch, split: Split) -> None:
    """Of the chorales: what is tested here is the way, not how far one gets on it."""

    def few(_: CorpusChoice, corpus: Corpus) -> Split:
        assert corpus.name == "music21:bach"
        return Split(*(sorted(side, key=lambda piece: piece.steps)[:3] for side in split))

    monkeypatch.setattr(CorpusChoice, "split", few)

    def no_page(*_: object) -> None:
        """See corpus/test_command.py."""

    monkeypatch.setattr(commands, "summarise", no_page)


def descant(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_train_go_on_and_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_corpus("music21:bach", lambda name: None)
    settings = [part for text in SMALL for part in ("--set", text)]
    run, place = tmp_path / "run", tmp_path / "small"
    descant("train", "music21:bach", "--run", str(run), "--updates", "2", *settings)
    assert (run / "best.pt").exists()
    said = descant("train", "music21:bach", "--run", str(run), "--updates", "4", *settings)
    for words in (
        "Split: train 3 pieces, ",
        "update 4 of 4, ",
        "update 4: validation ",
        "(higher is better; holding the last note: ",
        "train longer",
        f"Now: descant export {run} presets/bach",
    ):
        assert words in said
    assert "update 2: validation" not in said, "it went on from where it was"
    exported = descant("export", str(run), str(place))
    for words in (
        "agrees with PyTorch",
        "scoring it under given notes\n",
        "train longer",
        f"Written to {place}: small.time.onnx, small.note.onnx, card.md, preset.yaml. "
        f"Now: descant play {place}\n",
    ):
        assert words in exported
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
    stem = place / "small"
    metadata = check_model_files(stem).metadata
    assert isinstance(metadata, BiaxialMetadata)
    assert metadata.time_layers == (6,)
    assert metadata.steps in (2, 4)
    card = (place / "card.md").read_text()
    for words in (
        "per-pitch Markov",
        "hold the last step",
        "| voice 1 of 4 |",
        f"{metadata.test_log_likelihood:.3f}",
    ):
        assert words in card
    descant("export", str(run), str(tmp_path / "mean"), "--mean", str(run / "last.pt"))
    assert "mean of that run's and of those of `last.pt`" in (tmp_path / "mean" / "card.md").read_text()

    def differs(*_: object) -> float:
        raise DescantError("the exported graphs differ")

    before = {path: path.read_bytes() for path in place.iterdir()}
    monkeypatch.setattr(exporting, "check_parity", differs)
    with pytest.raises(DescantError, match="differ"):
        CliRunner().invoke(app, ["export", str(run), str(stem)], catch_exceptions=False)
    assert {path: path.read_bytes() for path in place.iterdir()} == before
    (place / "card.md").write_text("# waltz\n\nAnother style's.\n")
    with pytest.raises(UsageError, match=r"card\.md is the card of 'waltz', which would be lost"):
        CliRunner().invoke(app, ["export", str(run), str(stem)], catch_exceptions=False)
    assert (place / "card.md").read_text().startswith("# waltz")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["train", "music21:nobody"], "no corpus 'music21:nobody'"),
        (["train", "--size", "huge"], "no size 'huge'; there are small, medium, large"),
        (["train", "--set", "dropuot=1"], "no hyperparameter 'dropuot=1'"),
        (["train", "--set", "dropout=much"], "dropout must be a number, not 'much'"),
        (
            ["train", "--set", "optimiser=sgd"],
            "optimiser must be 'adamw', 'adadelta' or 'rmsprop', not 'sgd'",
        ),
    ],
)
def test_what_cannot_be_trained(typed: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        CliRunner().invoke(app, typed, catch_exceptions=False)


def test_a_run_is_trained_by_one_process_at_a_time(tmp_path: Path) -> None:
    settings = [part for text in SMALL for part in ("--set", text)]
    with (
        claimed(tmp_path),
        pytest.raises(DescantError, match=rf"is being trained by process {os.getpid()}: "),
    ):
        descant("train", "music21:bach", "--run", str(tmp_path), "--updates", "1", *settings)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / LOCK).write_text("1\n")  # a killed one's: no process claims it
    descant("train", "music21:bach", "--run", str(tmp_path), "--updates", "1", *settings)
    assert not (tmp_path / LOCK).exists()


def test_a_run_that_comes_to_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no corpus"):
        descant("train", "music21:nobody", "--run", str(tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "stem"),
    [
        ("presets/tangos", "presets/tangos/tangos"),
        ("presets/tangos/", "presets/tangos/tangos"),
        ("presets/tangos/tangos", "presets/tangos/tangos"),
        ("tangos", "tangos/tangos"),
        ("presets/here", "presets/here"),
        ("presets/folk/..", "presets/presets"),
    ],
)
def test_a_model_is_exported_to_a_folder_of_its_own(
    typed: str, stem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "presets" / "folk").mkdir(parents=True)
    (tmp_path / "presets" / "here.time.onnx").write_bytes(b"an earlier one's")
    monkeypatch.chdir(tmp_path)
    assert exporting.stem_of(Path(typed)).resolve() == tmp_path / stem


def test_the_documents_agree_on_how_long_a_small_network_takes() -> None:
    root = Path(__file__).parents[2]
    texts = [(root / "README.md").read_text(), (root / "export/descant_export/training/sizes.py").read_text()]
    texts.append(descant("train", "--help"))
    for text in texts:
        about_small = [part for part in re.split(r"[.;:]\s", " ".join(text.split())) if "hour" in part]
        assert about_small
        assert all("quarter of an hour" in re.sub(r"[│\s]+", " ", part) for part in about_small)


def test_another_network_is_another_run(tmp_path: Path) -> None:
    settings = [part for text in SMALL for part in ("--set", text)]
    descant("train", "music21:bach", "--run", str(tmp_path), "--updates", "1", *settings)
    with pytest.raises(
        UsageError, match=r"was begun with time_layers=\[6\], not \[7\]; another --run begins anew"
    ):
        descant("train", "music21:bach", "--run", str(tmp_path), "--set", "time_layers=[7]")


def test_a_config_to_change(tmp_path: Path) -> None:
    path = tmp_path / "style.yaml"
    assert str(path) in descant("train", "--write-config", str(path))
    assert load_config(path) == Config()
    path.write_text("updates: none")
    with pytest.raises(
        DescantError, match=r"style\.yaml, line 1: updates must be a whole number, not 'none'"
    ):
        descant("train", "--config", str(path), "--run", str(tmp_path))


@pytest.mark.parametrize(("family", "size"), [(family, size) for family in SIZES for size in SIZES[family]])
def test_what_is_typed_wins_over_a_size(family: str, size: str) -> None:
    changes = [f"family={family}", *SIZES[family][size]]
    assert changed(Config(), [*changes, "time_layers=[7]"]).as_dict()["time_layers"] == [7]
    parameters = sum(each.numel() for each in changed(Config(), changes).build().parameters())
    assert (size == "small") == (parameters < 250_000)
