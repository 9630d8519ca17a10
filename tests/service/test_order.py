"""The unit and the agent as files, to be read by a person and by the two service managers."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

import pytest

from descant_daemon.service import agent, unit
from descant_daemon.service.order import Order, order
from descant_routing.errors import DescantError

HERE = Path(__file__).parent
PLAY = ("-P", "-m", "descant_daemon.cli", "play", "bach-chorale", "--clock", "midi", "--set", "voices=2")
ORDER = Order(
    ("/home/clara/my studio/bin/python", *PLAY),
    {"JACK_DEFAULT_SERVER": "studio"},
    (Path("/home/clara/my takes"),),
)


def test_the_unit() -> None:
    assert unit.unit(ORDER).decode() == (HERE / "descant.service").read_text()


def test_the_agent() -> None:
    written = agent.agent(ORDER, Path("/home/clara"))
    assert written.decode() == (HERE / "descant.play.plist").read_text()
    assert plistlib.loads(written)["ProgramArguments"] == list(ORDER.command)


@pytest.mark.parametrize(
    ("word", "written"),
    # The right-hand sides were read back by systemd 252 (systemd --user --test), which gave the left-hand ones.
    [
        ("plain-1.0", "plain-1.0"),
        ("a b", '"a b"'),
        ("50%", '"50%%"'),
        ("$HOME ${USER}", '"$$HOME $${USER}"'),
        ('back\\slash "q"', '"back\\\\slash \\"q\\""'),
        ("it's", '"it\'s"'),
        (";", '";"'),
        ("", '""'),
        ("préset", '"préset"'),
    ],
)
def test_a_word_of_the_command_reaches_play_as_it_was_typed(word: str, written: str) -> None:
    lines = unit.unit(Order(("/bin/python", word), {})).decode().split("\n")
    assert f"ExecStart=/bin/python {written}" in lines


def test_a_dollar_is_no_variable_in_the_executable_and_in_the_environment() -> None:
    lines = unit.unit(Order(("/a $b%h/python",), {"LD_LIBRARY_PATH": "/x %h:$Y"})).decode().split("\n")
    assert 'ExecStart="/a $b%%h/python"' in lines
    assert 'Environment="LD_LIBRARY_PATH=/x %%h:$Y"' in lines


def test_an_executable_that_systemd_refuses_is_refused_here() -> None:
    with pytest.raises(DescantError, match=r'quotes or backslashes in it: /a"b/python'):
        unit.unit(Order(('/a"b/python',), {}))


def test_the_order_is_for_this_python_and_takes_along_which_jack_is_meant() -> None:
    found = order(["bach-chorale"], {"JACK_DEFAULT_SERVER": "studio", "HOME": "/home/clara", "LANG": "C"})
    assert found.command == (sys.executable, "-P", "-m", "descant_daemon.cli", "play", "bach-chorale")
    assert found.environment == {"JACK_DEFAULT_SERVER": "studio"}


def test_a_line_break_cannot_add_a_line_to_the_unit() -> None:
    with pytest.raises(DescantError, match="without a shape"):
        order(["x\nExecStartPre=/bin/sh"], {})


@pytest.mark.parametrize("other", [b"", b"[Service]\n", b"<plist", plistlib.dumps({"Label": "descant.play"}),
                                   plistlib.dumps(["descant.play"]), b"\xff\xfe"])  # fmt: skip
def test_what_others_have_written_is_not_ours(other: bytes) -> None:
    assert not unit.is_ours(other)
    assert not agent.is_ours(other)


def test_what_was_written_here_is_ours() -> None:
    assert unit.is_ours(unit.unit(ORDER))
    assert agent.is_ours(agent.agent(ORDER, Path("/home/clara")))
