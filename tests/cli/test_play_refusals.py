"""``descant play`` with options that cannot be: one sentence, before any port is opened."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from descant_daemon.cli.app import main
from descant_daemon.cli.play_checks import listened
from descant_daemon.cli.taping import open_files
from descant_routing.errors import UsageError


def refused(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["descant", "play", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert isinstance(exit_.value.code, int)
    return exit_.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--clock", "sundial"), 2, "There is no clock 'sundial'; choose auto, midi, internal, link, jack."),
        (("--clock", "midi", "--send-clock"), 2, "somebody else sends it"),
        (("--osc-out", "nowhere"), 2, "--osc-out takes HOST:PORT"),
        (("--osc-out", "here:99999"), 2, "--osc-out takes HOST:PORT"),
        (("--osc-out", "nobody.invalid:9001"), 1, "OSC: there is no host 'nobody.invalid'"),
        (("--osc-out", "\x1b[2J..:9001"), 1, "OSC: there is no host '\\x1b[2J..'"),
        (("--osc", "0"), 2, "--osc takes PORT or HOST:PORT"),
        (("--osc", "70000"), 2, "--osc takes PORT or HOST:PORT"),
        (("--osc", "x:y"), 2, "--osc takes PORT or HOST:PORT"),
        (("--osc", ":9000"), 2, "--osc takes PORT or HOST:PORT"),
        (("--osc", "nobody.invalid:9000"), 1, "OSC: there is no host 'nobody.invalid'"),
        (("--osc", "192.0.2.1:9000"), 1, "OSC port 192.0.2.1:9000 cannot be opened"),
        (("--captures", f"{__file__}/below"), 2, "test_play_refusals.py is not a folder"),
    ],
)
def test_a_sentence_and_the_right_exit_code(
    arguments: tuple[str, ...],
    code: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    got, said = refused(*arguments, monkeypatch=monkeypatch, capsys=capsys)
    assert got == code
    assert sentence in said
    assert said.count("\n") == 1


def test_an_osc_port_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        got, said = refused("--osc", str(port), monkeypatch=monkeypatch, capsys=capsys)
    assert got == 1
    assert f"OSC port {port} cannot be opened" in said


def test_a_session_is_recorded_to_a_file_of_a_kind_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And where it is none, nothing is left behind."""
    for wanted, words in (
        (tmp_path, "is a folder: name a file in it"),
        (tmp_path / "a.mp3", "called like neither"),
    ):
        with pytest.raises(UsageError, match=words):
            open_files(wanted)
    assert list(tmp_path.iterdir()) == []


def test_whoever_opens_osc_to_a_network_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))
        port = other.getsockname()[1]
    place = listened(f"0.0.0.0:{port}")
    assert place is not None
    assert (place.host, place.port) == ("0.0.0.0", port)
    assert "whoever reaches this machine there can set every parameter" in capsys.readouterr().err
    for local in (f"{port}", f"127.0.0.1:{port}", f"localhost:{port}"):
        assert listened(local) is not None
        assert capsys.readouterr().err == ""
