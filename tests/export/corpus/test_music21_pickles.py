"""music21 keeps pickles of what it has parsed; whoever can write there could have his code run."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zlib
from pathlib import Path

READ_ONE = """
import sys
from pathlib import Path
from descant_export.corpus.music21_scores import read_score, score_names
from descant_export.corpus.music21_table import COLLECTIONS
from descant_export.corpus.options import IngestOptions
bach = COLLECTIONS["music21:bach"]
name = next(name for name in score_names(bach) if name.startswith("bwv66.6"))
print(len(read_score(bach, IngestOptions(), name).piece.notes), name)
"""

TRAIN = """
from dataclasses import replace
from descant_daemon.user_folders import cache_folder
from tests.export.training import process
from tests.export.training.tiny import TINY
process.learn(TINY.but(updates=1, sample_bars=1), cache_folder() / "run")
"""

PICKLES = """
import sys
from pathlib import Path
from music21 import converter, corpus
for folder in (None, sys.argv[1]):
    print(converter.PickleFilter(corpus.getWork("bach/bwv66.6")).getPickleFp(folder, zipType="gz"))
"""


class Poison:
    """Unpickled, it makes a folder."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._mark),)


def run(script: str, home: Path, *arguments: str) -> str:
    """With a home and a temporary folder of its own."""
    elsewhere = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "TMPDIR": str(home / "tmp")}
    root = Path(__file__).parents[3]
    rooms = [root, *(root / room for room in ("daemon", "routing", "export"))]
    elsewhere |= {"PYTHONPATH": os.pathsep.join(map(str, rooms)), "OMP_NUM_THREADS": "1"}
    environment = {name: value for name, value in os.environ.items() if name != "TORCHINDUCTOR_CACHE_DIR"}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, env=environment | elsewhere, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def test_a_pickle_where_music21_looks_for_one_is_not_run(tmp_path: Path) -> None:
    mark, shared = tmp_path / "ran", tmp_path / "tmp"
    own = tmp_path / ".cache" / "descant" / "music21"
    shared.mkdir()
    own.mkdir(parents=True)
    for place in map(Path, run(PICKLES, tmp_path, str(own)).split()):
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(zlib.compress(pickle.dumps(Poison(mark))))
    assert len(list(shared.rglob("*.p.gz"))) == 1
    before = sorted(shared.rglob("*"))
    assert int(run(READ_ONE, tmp_path).split()[0]) > 100
    assert not mark.exists()
    assert sorted(shared.rglob("*")) == before, "nothing is written there"


def test_nothing_of_a_name_that_others_could_foresee_is_made_in_the_shared_temporary_folder(
    tmp_path: Path,
) -> None:
    """Neither by music21 nor by whatever else a corpus, its page, training and export take: PyTorch, matplotlib."""
    (tmp_path / "tmp").mkdir()
    run(
        READ_ONE + "import descant_export.corpus.corpus_command, descant_export.exporting\n" + TRAIN, tmp_path
    )
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (tmp_path / ".cache" / "descant" / "run" / "last.pt").exists()
    assert (tmp_path / ".cache" / "descant" / "music21").stat().st_mode & 0o077 == 0
