"""A folder that one process at a time works in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from descant_export.claim import LOCK, ClaimedError, claimed

HOLD = """
import sys
from pathlib import Path
from descant_export.claim import claimed
with claimed(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_who_the_first_is(tmp_path: Path) -> None:
    with claimed(tmp_path):
        with pytest.raises(ClaimedError) as told, claimed(tmp_path):
            pass
        assert told.value.process == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_the_claim_of_a_process_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(ClaimedError) as told, claimed(tmp_path):
            pass
        assert told.value.process == other.pid
        other.kill()
        other.wait()
        assert (tmp_path / LOCK).exists()
        with claimed(tmp_path):
            assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"


def test_a_lock_of_nonsense_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(b"\xff" * 100)
    with claimed(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
