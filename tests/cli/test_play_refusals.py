"""``descant play`` with options that cannot be: one sentence, before any port is opened."""

from __future__ import annotations

import socket

import pytest

from descant_daemon.cli.app import main


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
