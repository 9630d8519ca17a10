"""Reading in several processes: in order, and past a file that kills its reader.

``eval`` stands for the reader: it pickles, and a name can do what a file might.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from descant_export.corpus.pool import read_in_order

DEADLY = "__import__('os')._exit(9)"


def test_results_come_in_the_order_of_names() -> None:
    names = [str(number) for number in range(50)]
    assert list(read_in_order(eval, names, str, processes=2)) == list(range(50))


def test_a_file_that_kills_its_process_is_named_and_the_rest_are_read() -> None:
    names = [str(number) for number in range(50)]
    names[3] = names[4] = names[40] = DEADLY
    read = list(read_in_order(eval, names, lambda name: f"lost {name}", processes=2))
    expected: list[object] = list(range(50))
    expected[3] = expected[4] = expected[40] = f"lost {DEADLY}"
    assert read == expected


def test_a_reader_that_was_killed_once_is_not_the_fault_of_its_file(tmp_path: Path) -> None:
    """The first reader of the seventh file dies of something else: it is read again, and no other is lost."""
    mark = tmp_path / "died"
    once = f"7 if __import__('os').path.exists({str(mark)!r}) else (open({str(mark)!r}, 'w'), {DEADLY})"
    names = [str(number) for number in range(20)]
    names[7] = once
    assert list(read_in_order(eval, names, str, processes=2)) == list(range(20))


def test_processes_that_cannot_begin_are_no_files_fault(tmp_path: Path) -> None:
    """A script without a main guard: its children run it again, and end."""
    (tmp_path / "script.py").write_text(
        "from descant_export.corpus.pool import read_in_order\n"
        "print(list(read_in_order(eval, ['1', '2'], str, processes=2)))\n"
    )
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "DescantError: The processes that read files end as soon as they begin" in done.stderr
    assert not done.stdout


READ_AND_SAY_WHO = """
import os, signal, sys
from descant_export.corpus.pool import read_in_order
if __name__ == "__main__":
    slow = "(print(__import__('os').getpid(), flush=True), __import__('time').sleep(600))"
    list(read_in_order(eval, [slow] * 40, str, processes=2))
"""


@pytest.mark.parametrize("options", [[], ["-P"]])
def test_the_readers_end_with_the_process_that_is_killed(tmp_path: Path, options: list[str]) -> None:
    """Both hold the end of the pipe that is read here, so it ends when, and only when, both are gone."""
    (tmp_path / "random.py").write_text(
        "raise SystemExit('the random.py of the current folder was imported')"
    )
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "script.py").write_text(READ_AND_SAY_WHO)
    command = [sys.executable, *options, str(tmp_path / "elsewhere" / "script.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as parent:
        assert parent.stdout is not None
        readers = {int(parent.stdout.readline()) for _ in range(2)}
        parent.kill()
        assert parent.stdout.read() == "", "ends when the last reader has gone"
    assert len(readers) == 2
    assert parent.pid not in readers
    assert os.getpid() not in readers
