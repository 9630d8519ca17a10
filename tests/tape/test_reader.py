"""A file that breaks off is read up to there, wherever it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.tape.studio import Studio, fixed, header, storm

from descant_daemon.tape.header import plain_rig
from descant_daemon.tape.reader import TakeFile
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
        read = list(TakeFile(path).lines())
        assert read == whole[: len(read)]
        assert len(read) == content[begin:size].count(b"\n")


def test_a_line_that_is_wrong_is_named(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.take"
    path.write_bytes(studio.header.encode() + studio.tape[0] + b"[1,2,\n" + studio.tape[1])
    with pytest.raises(DescantError, match=r"a\.take, line 3: it is not JSON\.$"):
        list(TakeFile(path).lines())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DescantError, match=r"a\.take cannot be read: No such file"):
        TakeFile(tmp_path / "a.take")


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ('["in",0,"903c40","pads"]', "there is no input 'pads'"),
        ('["out",0,"903c40","pads"]', "there is no output 'pads'"),
        ('["unplugged","pads"]', "there is no cable 'pads'"),
        ('["start",0]', "nobody starts a clock that is not Descant's own"),
        ('["rig",{}]', "the rig is wrong, 'instances': Field required"),
        ('["hole",1]', '["hole", 1] is nothing that happens'),
    ],
)
def test_a_line_that_makes_no_sense_in_this_take_is_named(
    studio: Studio, tmp_path: Path, item: str, sentence: str
) -> None:
    path = tmp_path / "a.take"
    path.write_bytes(studio.header.encode() + studio.tape[0] + f"[1,2,{item}]\n".encode())
    with pytest.raises(DescantError) as caught:
        list(TakeFile(path).lines())
    assert str(caught.value) == f"{path}, line 3: {sentence}."


def test_cables_of_a_rig_that_comes_later_are_known_from_there_on(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.take"
    rig = json.dumps(plain_rig(header("auto", inputs=("keys",), outputs=("synth",)).rig))
    lines = [
        f'[1,2,["rig",{rig}]]',
        '[3,2,["in",0,"903c40","keys"],["out",0,"903c40","synth"],["out",0,"80"]]',
    ]
    path.write_bytes(studio.header.encode() + "".join(f"{line}\n" for line in lines).encode())
    assert len(list(TakeFile(path).lines())) == 2
    path.write_bytes(studio.header.encode() + f"{lines[1]}\n{lines[0]}\n".encode())
    with pytest.raises(DescantError, match="line 2: there is no input 'keys'"):
        list(TakeFile(path).lines())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"clock_from": "pads"}, "'rig': there is no input 'pads'"),
        ({"feedback": "pads"}, "'rig': there is no output 'pads'"),
        ({"outputs": [{}, {}]}, "'rig': two cables have one label"),
        ({"outputs": [{"label": "synth"}]}, "'rig': there is no output ''"),
    ],
)
def test_a_header_that_contradicts_itself_is_told(
    tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    facts = header().model_dump(mode="json")
    facts["rig"] |= change
    (tmp_path / "a.take").write_text(json.dumps(facts) + "\n")
    with pytest.raises(DescantError) as caught:
        TakeFile(tmp_path / "a.take")
    assert sentence in str(caught.value)
