"""A file that breaks off is read up to there, wherever it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tape.studio import Studio, fixed, header, storm

from descant_daemon.tape.reader import Take
from descant_routing.errors import DescantError


@pytest.fixture(scope="module")
def studio() -> Studio:
    played = Studio(header("auto"), 7)
    played.play(storm(7, 60), fixed())
    return played


def test_cut_at_every_byte(studio: Studio, tmp_path: Path) -> None:
    path = studio.save(tmp_path / "a.take")
    content = path.read_bytes()
    begin = len(studio.header.encode())
    whole = studio.recorded
    for size in range(begin, len(content), 7):
        path.write_bytes(content[:size])
        read = list(Take(path).lines())
        assert read == whole[: len(read)]
        assert len(read) == content[begin:size].count(b"\n")


def test_a_line_that_is_wrong_is_named(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.take"
    path.write_bytes(studio.header.encode() + studio.tape[0] + b"[1,2,\n" + studio.tape[1])
    with pytest.raises(DescantError, match=r"a\.take, line 3: it is not JSON\.$"):
        list(Take(path).lines())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DescantError, match=r"a\.take cannot be read: No such file"):
        Take(tmp_path / "a.take")
