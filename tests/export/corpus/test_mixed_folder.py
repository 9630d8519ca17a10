"""Sixty mixed files, from the folder to the page: what each became, and whether the page says so."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from descant_daemon.midi_file import read_song
from descant_daemon.note_state import PitchRange
from descant_daemon.tunes import load
from descant_export.corpus import cache
from descant_export.corpus.corpus_command import write_page
from descant_export.corpus.facts import KEPT, FileReport
from descant_export.corpus.oddities import sentences
from descant_export.corpus.options import IngestOptions
from descant_export.corpus.read import Corpus, Step, read_corpus
from descant_export.corpus.splits import split_corpus
from descant_export.corpus.tally import tally
from descant_export.corpus.tunes import tune_groups
from descant_routing.errors import DescantError

EVERY_KEY = PitchRange(0, 127)


@pytest.fixture(scope="module")
def corpus(mixed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Only looked at; in a cache of its own."""
    cache = {"descant": str(tmp_path_factory.mktemp("cache"))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("platformdirs.user_cache_dir", cache.get)
        return read_corpus(str(mixed_folder), lambda step: None, processes=2)


def test_each_file_becomes_what_it_should(corpus: Corpus, mixed_folder: Path) -> None:
    reports = list(corpus.reports())
    assert [report.name for report in reports] == sorted(
        path.relative_to(mixed_folder).as_posix() for path in mixed_folder.rglob("*.[mM][iI][dD]")
    )
    assert len(reports) == 60
    out = {report.name: (report.kind, report.reason) for report in reports if report.kind != KEPT}
    assert out == {
        "broken-empty.mid": ("broken", "is empty"),
        "broken-film.mid": ("broken", "counts time in 18 film frames of 40 ticks, which nobody does"),
        "broken-gigabyte.mid": (
            "broken",
            "is torn: track 1 should have 1,073,741,824 bytes and has 8",
        ),
        "broken-page.mid": ("broken", "is not a MIDI file (it does not begin with MThd)"),
        "broken-zero.mid": ("broken", "says that a beat has no ticks"),
        "broken-torn.mid": ("broken", "is torn: track 1 should have 164 bytes and has 155"),
        "drums.mid": ("drums", "has nothing but drums"),
        "performed.mid": ("ungridded", out["performed.mid"][1]),
        "silent.mid": ("empty", "has no notes"),
        "zz-dundee-again.mid": ("duplicate", "has the notes of hymns/dundee.mid"),
        "zz-dundee-higher.MID": ("duplicate", "has the notes of hymns/dundee.mid, 3 semitones higher"),
    }
    assert re.fullmatch(r"has \d\d% of its onsets near the grid, as chance would", out["performed.mid"][1])
    assert [piece.name for piece in corpus.pieces] == [r.name for r in reports if r.kind == KEPT]
    assert len(corpus.pieces) == 49


def test_pieces_have_the_notes_of_the_tune(corpus: Corpus) -> None:
    """The tune was typed in: its own table of notes is the oracle."""
    by_name = {piece.name: piece for piece in corpus.pieces}
    for name in ("hymns/st-anne", "greensleeves", "azmon"):
        tune, piece = load(name.rpartition("/")[2]), by_name[f"{name}.mid"]
        first = tune.notes[0].start
        typed = [(n.start - first, n.start + n.length - first, n.key) for n in tune.notes]
        assert piece.notes[["on", "off", "key"]].tolist() == typed
        assert piece.step_in_bar.tolist() == [
            (first + step) % tune.steps_per_bar for step in range(piece.steps)
        ], "a tune with a pick-up begins late in its bar"


def test_the_daemon_reads_the_same_music(corpus: Corpus, mixed_folder: Path) -> None:
    """The other way from a file to states: mido and the note log, as ``descant render`` has it."""
    for piece in corpus.pieces[:20]:
        states, _ = read_song(mixed_folder / piece.name).states(EVERY_KEY, 4)
        first = int(np.flatnonzero(states.any((1, 2)))[0])
        assert np.array_equal(piece.state(range(piece.voices), EVERY_KEY), states[first:])


def test_no_tune_stands_on_two_sides_even_when_copies_are_kept(mixed_folder: Path) -> None:
    options = IngestOptions(keep_duplicates=True)
    corpus = read_corpus(str(mixed_folder), lambda step: None, options, processes=1)
    assert len(corpus.pieces) == 51
    sides = [{piece.name for piece in side} for side in split_corpus(corpus, options)]
    assert sum(map(len, sides)) == 51
    assert all(sides)
    copies = {"hymns/dundee.mid", "zz-dundee-again.mid", "zz-dundee-higher.MID"}
    assert sorted(len(side & copies) for side in sides) == [0, 0, 3]


def test_upside_down_and_backwards_are_tunes_of_their_own(corpus: Corpus) -> None:
    assert max(len(group) for group in tune_groups(corpus.pieces)) <= 2


def test_the_number_of_processes_changes_nothing(mixed_folder: Path, own_cache: Path) -> None:
    contents = []
    for processes in (1, 2):
        read_corpus(str(mixed_folder), lambda step: None, processes=processes)
        (folder,) = (own_cache / "corpora").iterdir()
        contents.append({path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".npz"})
        shutil.rmtree(folder)
    assert contents[0] == contents[1]


def test_progress_tells_every_file_once_and_the_second_reading_none(mixed_folder: Path) -> None:
    told: list[Step] = []
    read_corpus(str(mixed_folder), told.append)
    assert [step.done for step in told] == list(range(1, 61))
    assert {step.total for step in told} == {60}
    read_corpus(str(mixed_folder), told.append)
    assert len(told) == 60


def test_a_changed_file_is_read_again(tmp_path: Path, mixed_folder: Path) -> None:
    (tmp_path / "a.mid").write_bytes((mixed_folder / "azmon.mid").read_bytes())
    before = read_corpus(str(tmp_path), lambda step: None).pieces[0].notes.tolist()
    (tmp_path / "a.mid").write_bytes((mixed_folder / "carol.mid").read_bytes())
    assert read_corpus(str(tmp_path), lambda step: None).pieces[0].notes.tolist() != before


def test_a_cache_that_cannot_be_written_is_a_sentence(mixed_folder: Path, own_cache: Path) -> None:
    (own_cache / "corpora").write_text("in the way")
    with pytest.raises(DescantError, match=r"The corpus cache .* cannot be written: "):
        read_corpus(str(mixed_folder), lambda step: None)


def test_the_sentences_say_what_is_odd(corpus: Corpus) -> None:
    told = "\n".join(sentences(tally(corpus.pieces, corpus.reports())))
    for sentence in (
        "6 files cannot be read: broken-empty.mid (is empty)",
        "1 file has no notes: silent.mid",
        "1 file has nothing but drums: drums.mid",
        "1 file keeps to no grid of sixteenths or triplets (performed freely?): performed.mid",
        "2 files are copies of others: zz-dundee-again.mid",
        "Most pieces begin in 4/4; 12 in 6/8, 1 in 3/4.",
        "Off the grid lie 0.0% of the notes at 4 steps a beat",
    ):
        assert sentence in told


class _Sources(HTMLParser):
    """Everything that a page would fetch, and every tag that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_stands_alone_and_a_name_is_only_a_name(corpus: Corpus, tmp_path: Path) -> None:
    name = "<script>alert('&')</script>.mid"
    hostile = Corpus(
        "my <b>songs</b>",
        corpus.pieces,
        corpus.credit,
        corpus.licence,
        lambda: [*corpus.reports(), FileReport(name, "broken", "is <i>torn</i>")],
    )
    found = tally(hostile.pieces, hostile.reports())
    path = write_page(tmp_path / "out", hostile, found, {"Pieces": "49", "Credit": hostile.credit}, 4)
    page = _Sources()
    page.feed(text := path.read_text(encoding="utf-8"))
    assert len(page.fetched) == 6
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in page.fetched)
    assert not page.tags & {"script", "b", "i", "link"}
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;.mid" in text
    assert "Old hymn tunes, typed in by hand." in text
    assert text.count(hostile.credit) == 1
    assert "1 file has nothing but drums</summary>" in text
    assert [entry.name for entry in path.parent.iterdir()] == ["corpus.html"]


def test_credit_and_licence_come_from_the_folder(corpus: Corpus) -> None:
    assert corpus.credit == "Old hymn tunes, typed in by hand."
    assert corpus.licence == "Public Domain These tunes are in the public domain."


def test_the_pieces_lie_on_disk(corpus: Corpus) -> None:
    assert isinstance(corpus.pieces, cache.LazyPieces)
    assert not corpus.pieces[3].notes.flags.owndata
