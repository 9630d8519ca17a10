"""``descant export``, behind the command line."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from descant_daemon.console import make_console, say
from descant_daemon.model.metadata import ModelMetadata
from descant_daemon.model.model_files import is_model, model_paths
from descant_daemon.whole_file import make_folder, writable, write_whole
from descant_export.corpus.corpus_command import gather_with_bar
from descant_export.corpus.kept import choice_of
from descant_export.corpus.read import Corpus
from descant_export.evaluate.held_out import HOLD, MARKOV, MODEL, Report, report_on
from descant_export.families.network import Network
from descant_export.first_preset import PRESET, first_preset
from descant_export.onnx_graphs.export import export as write_graphs
from descant_export.onnx_graphs.parity import check_parity
from descant_export.stages import stages
from descant_export.training import checkpoint
from descant_export.training.checkpoint import Checkpoint
from descant_export.training.model_card import model_card
from descant_export.verdict import quoted, verdict
from descant_routing.errors import UsageError

CARD = "card.md"
console = make_console(err=True)


def export(
    run: Path, place: Path, also: Sequence[Path] = (), credit: str | None = None, licence: str | None = None
) -> None:
    """Write graphs and card of a run's best checkpoint; nothing is kept unless they agree with PyTorch.

    With ``also``, of the mean of its weights and of those runs'. ``place``: see ``stem_of``. Where no preset stands
    beside them yet, a first one is written, so that the folder can be played. ``credit`` and ``licence`` win over
    what the corpus says.
    """
    stem = stem_of(place)
    state = checkpoint.mean_of(
        [checkpoint.load(each / "best.pt" if each.is_dir() else each) for each in (run, *also)]
    )
    make_folder(stem.parent)
    writable(stem.parent / CARD)  # better known now than after the measuring
    _check_card(stem)
    model = state.network()
    choice = choice_of(run, state.corpus)
    gathered = gather_with_bar(choice)
    split = gathered.split
    corpus = gathered.corpus
    corpus = corpus._replace(credit=credit or corpus.credit, licence=licence or corpus.licence)
    with stages(console) as tell:
        report = report_on(model, split, tell)
        with tempfile.TemporaryDirectory(dir=stem.parent, prefix=".export.") as folder:
            made = Path(folder) / stem.name
            tell("writing it down", None)
            whole = write_graphs(model, _metadata(model, state, corpus, report, choice.steps_per_beat), made)
            tell("comparing what was written with the network", None)
            worst = check_parity(model, made, split.test[0])
            for new, path in zip(model_paths(made, whole), model_paths(stem, whole), strict=True):
                new.replace(path)
    card = model_card(stem.name, state, corpus, split, report, whole.pair, [each.name for each in also])
    written = [path.name for path in model_paths(stem, whole)] + [CARD]
    write_whole(stem.parent / CARD, card.encode("utf-8", "backslashreplace"))
    if not (stem.parent / PRESET).exists():
        preset = first_preset(whole, stem.name, corpus, split.train)
        write_whole(stem.parent / PRESET, preset.encode("utf-8", "backslashreplace"))
        written.append(PRESET)
    scores = {name: score.total for name, score in report.scores.items()}
    say(f"{stem.name}: agrees with PyTorch to {worst:.1e} of a logit; {scores[MODEL]:.3f} nats a step.")
    say(verdict(scores[MODEL], scores[HOLD], scores[MARKOV]))
    say(f"Written to {stem.parent}: {', '.join(written)}. Now: descant play {quoted(stem.parent)}")


def stem_of(place: Path) -> Path:
    """The stem of the model's files: in a folder of its own, since a folder is a preset.

    ``presets/tangos`` and ``presets/tangos/tangos`` are one place; where a model lies already it is exported again.
    UsageError when the place has no name.
    """
    place = place.resolve() if place.name in ("", "..") else place
    if not place.name:
        raise UsageError(f"{place} names no model; write presets/NAME.")
    if place.parent.name == place.name or is_model(place):
        return place
    return place / place.name


def _check_card(stem: Path) -> None:
    """The card in the folder, where there is one, is that of this model. Raises UsageError."""
    path = stem.parent / CARD
    try:
        title = (
            path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].removeprefix("#").strip()
        )
    except FileNotFoundError:
        return
    if title != stem.name:
        raise UsageError(
            f"{path} is the card of {title!r}, which would be lost: export {stem.name} to a folder of its own, "
            f"such as {stem.parent.parent / stem.name}."
        )


def _metadata(model: Network, state: Checkpoint, corpus: Corpus, report: Report, beat: int) -> ModelMetadata:
    """All but the hash of the graphs, which is not known yet. ``beat``: its steps."""
    return model.metadata(
        steps_per_beat=beat,
        styles=state.config.styles,
        corpus=corpus.credit,
        licences=(corpus.licence,),
        steps=state.update,
        seconds=state.seconds,
        test_log_likelihood=report.scores[MODEL].total,
        pair="0" * 64,
    )
