"""The cache: whole or not there, and never loaded whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from descant_export.corpus.cache import INDEX, SUMMED, CacheWriter, DamagedError, load, save
from descant_export.corpus.facts import FileReport
from descant_export.corpus.piece import NOTE, Piece, from_notes


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


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)


def replaced(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [torn, emptied, flipped, replaced, Path.unlink])
@pytest.mark.parametrize("name", [*SUMMED, INDEX])
def test_whatever_is_done_to_a_file_of_the_cache_is_noticed(
    name: str, harm: Callable[[Path], None], tmp_path: Path
) -> None:
    with CacheWriter(tmp_path / "some") as cache:
        cache.add(piece("one", 60))
        cache.report(FileReport("one", "kept"))
    harm(tmp_path / "some" / name)
    with pytest.raises(DamagedError, match=r"The corpus cache .*some is damaged \(.+\)\."):
        load(tmp_path / "some")


@pytest.mark.parametrize(
    "wrong",
    [
        {"notes_end": np.array([5, 3])},
        {"notes_end": np.array([3])},
        {"voices": np.array([2])},
        {"bars_end": np.array([8.0, 16.0])},
        {"names": np.array([["one", "two"]])},
        {"checksums": np.array(["?"])},
    ],
)
def test_an_index_that_does_not_agree_with_itself_is_noticed(wrong: dict[str, Any], tmp_path: Path) -> None:
    save(tmp_path / "some", [piece("one", 60), piece("two", 60)])
    index: dict[str, Any] = dict(np.load(tmp_path / "some" / INDEX))
    np.savez(tmp_path / "some" / INDEX, **(index | wrong))
    with pytest.raises(DamagedError):
        load(tmp_path / "some")


def test_what_a_killed_process_was_writing_is_tidied_away_and_what_is_being_written_is_not(
    tmp_path: Path,
) -> None:
    began = "import sys, os; from pathlib import Path; from descant_export.corpus.cache import CacheWriter\n"
    began += "writer = CacheWriter(Path(sys.argv[1]))\nwriter.__enter__()\nos._exit(9)"
    subprocess.run([sys.executable, "-c", began, str(tmp_path / "killed")], check=False)
    assert len([*tmp_path.iterdir()]) == 1
    with CacheWriter(tmp_path / "other") as other:
        save(tmp_path / "some", [piece("one", 60)])
        assert len([*tmp_path.glob(".*")]) == 1
        other.add(piece("two", 60))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "some"]


def test_a_folder_without_an_owner_is_somebodys_who_is_about_to_say_so_until_it_is_old(
    tmp_path: Path,
) -> None:
    (tmp_path / ".young").mkdir()
    (tmp_path / ".old").mkdir()
    os.utime(tmp_path / ".old", (0, 0))
    save(tmp_path / "some", [piece("one", 60)])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".young", "some"]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The limit on a file's size stands for the disk: it, too, is met when what was buffered is written at the end."""
    full = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from descant_export.corpus.cache import save
from descant_export.corpus.facts import FileReport
from descant_export.corpus.piece import from_notes
notes = from_notes("one", [[(step, step + 1, 60) for step in range(100)]], np.zeros(100))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    save(Path(sys.argv[1]), [notes] * int(sys.argv[3]))
except OSError:
    print("refused")
"""
    for limit, pieces in ((1000, 1), (10_000, 1000), (1200, 1)):  # at the end, on the way, in the index
        command = [sys.executable, "-c", full, str(tmp_path / "some"), str(limit), str(pieces)]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "refused\n"
        assert list(tmp_path.iterdir()) == []


READ_THREE = """
import resource, sys
from pathlib import Path
from descant_export.corpus import cache
cache._checksum = lambda path: 0  # it reads what is to lie on disk, a part at a time
pieces = cache.load(Path(sys.argv[1]))
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
    with (tmp_path / "big" / "notes.bin").open("ab") as file:
        file.truncate(each * 1000 * NOTE.itemsize)
    index["checksums"][:] = 0
    np.savez(tmp_path / "big" / "index.npz", **index)  # type: ignore[arg-type]
    command = [sys.executable, "-c", READ_THREE, str(tmp_path / "big")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pieces, notes, grown = map(int, told.split())
    assert (pieces, notes) == (1000, 3)
    assert grown < 30_000, "kilobytes: the three pieces are 6,400 of them"


def test_pieces_of_a_cache_that_holds_none(tmp_path: Path) -> None:
    save(tmp_path / "none", [])
    assert list(load(tmp_path / "none")) == []
