"""The cache: whole or not there, and never loaded whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descant_export.corpus.cache import LazyPieces, load, save
from descant_export.corpus.piece import NOTE, Piece, from_notes
from descant_routing.errors import DescantError


def piece(name: str, low: int, steps: int = 8) -> Piece:
    return from_notes(name, [[(0, 2, low + 7), (4, 6, low)], [(0, steps, low - 12)]], np.arange(steps) % 16)


def test_what_goes_in_comes_out_in_order_and_in_part(tmp_path: Path) -> None:
    pieces = [piece(f"né {number}", 60 + number, 8 + number) for number in range(5)]
    save(tmp_path / "some", pieces)
    read = load(tmp_path / "some")
    assert [one.name for one in read] == [one.name for one in pieces]
    for before, after in zip(pieces, read, strict=True):
        assert np.array_equal(before.notes, after.notes)
        assert np.array_equal(before.step_in_bar, after.step_in_bar)
        assert before.voices == after.voices
    assert [one.name for one in read[1:4][::-1]] == ["né 3", "né 2", "né 1"]
    assert read.chosen([4, 0])[-1].name == "né 0"
    with pytest.raises(IndexError):
        read[5]


def test_interrupted_it_leaves_nothing(tmp_path: Path) -> None:
    def pieces() -> Iterator[Piece]:
        yield piece("one", 60)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "half", pieces())
    assert list(tmp_path.iterdir()) == []


def test_who_comes_second_leaves_what_the_first_wrote(tmp_path: Path) -> None:
    save(tmp_path / "same", [piece("one", 60)])
    save(tmp_path / "same", [piece("two", 60)])
    assert [one.name for one in load(tmp_path / "same")] == ["one"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["same"]


def test_a_damaged_cache_is_refused_in_a_sentence(tmp_path: Path) -> None:
    save(tmp_path / "some", [piece("one", 60)])
    with (tmp_path / "some" / "notes.bin").open("ab") as file:
        file.write(b"?")
    with pytest.raises(DescantError, match=r"damaged .*notes\.bin has not the length"):
        load(tmp_path / "some")


READ_THREE = """
import resource, sys
from pathlib import Path
from descant_export.corpus.cache import load
pieces = load(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
notes = sum(int(pieces[number].notes["off"].max() < 9) for number in (0, 500, 999))
print(len(pieces), notes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_two_gigabytes_are_not_loaded(tmp_path: Path) -> None:
    """A sparse file of two gigabytes; a process of its own says how much memory three pieces of it took."""
    each = 2 * 2**30 // NOTE.itemsize // 1000
    save(tmp_path / "big", [piece(f"piece {number}", 60) for number in range(1000)])
    index: dict[str, np.ndarray[Any, Any]] = dict(np.load(tmp_path / "big" / "index.npz"))
    index["notes_end"] = each * np.arange(1, 1001)
    np.savez(tmp_path / "big" / "index.npz", **index)  # type: ignore[arg-type]
    with (tmp_path / "big" / "notes.bin").open("ab") as file:
        file.truncate(each * 1000 * NOTE.itemsize)
    command = [sys.executable, "-c", READ_THREE, str(tmp_path / "big")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pieces, notes, grown = map(int, told.split())
    assert (pieces, notes) == (1000, 3)
    assert grown < 30_000, "kilobytes: the three pieces are 6,400 of them"


def test_pieces_of_a_cache_that_holds_none(tmp_path: Path) -> None:
    save(tmp_path / "none", [])
    assert list(LazyPieces(tmp_path / "none")) == []
