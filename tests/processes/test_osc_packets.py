"""Whatever a packet says: commands, or one sentence that names what is wrong, and nothing else."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from tests.processes.osc_bytes import bundle, message, nested, number, text, whole

from descant_daemon.live.control.osc_packets import DEEPEST, MOST, Message, read
from descant_daemon.live.control.osc_wishes import Wishes
from descant_daemon.live.control.panel import LONGEST_COMMAND, SIZE, Command, Panel
from descant_daemon.live.processes.shared import Shared
from descant_daemon.settings.parameters import TABLE

VOICES = message("/descant/voices", "i", whole(3))


def asked(
    packet: bytes, instances: Sequence[str] = ("choir", "brass [2]")
) -> tuple[list[Command], list[str]]:
    wishes = Wishes(("chorale", "rag"), instances)
    messages, faults = read(packet)
    for each in messages:
        faults += wishes.ask(each)
    return wishes.take(), faults


@pytest.mark.parametrize("size", [-4, -(2**31), 2**31 - 1, 0, 3, 1_000])
def test_a_size_that_is_none_ends_its_bundle(size: int) -> None:
    """Catches a reader that goes back by a negative size, for ever."""
    packet = bundle(VOICES) + struct.pack(">i", size) + VOICES
    commands, (fault,) = asked(packet)
    assert commands == [{"set": {"voices": 3}}], "what came before it is whole"
    assert f"an element of {size} bytes" in fault


def test_bundles_may_be_nested_but_not_for_ever() -> None:
    assert asked(nested(VOICES, DEEPEST + 1)) == ([{"set": {"voices": 3}}], [])
    for depth in (DEEPEST + 2, 900, 3000):
        commands, (fault,) = asked(nested(VOICES, depth))
        assert commands == []
        assert "deep in each other" in fault


def test_what_is_wrong_in_a_bundle_does_not_take_the_rest_with_it() -> None:
    packet = bundle(message("/descant/nobody", "i", whole(1)), VOICES, b"junk", message("/descant/panic"))
    commands, faults = asked(packet)
    assert commands == [{"set": {"voices": 3}}, {"panic": True}]
    assert len(faults) == 2


@pytest.mark.parametrize("time", [0, 1, 2, 2**63, 2**64 - 1])
def test_the_time_of_a_bundle_is_now(time: int) -> None:
    assert asked(bundle(VOICES, time=time)) == ([{"set": {"voices": 3}}], [])


def test_a_packet_of_thousands_of_messages_is_cut_short() -> None:
    _, faults = read(bundle(*[message("/descant/panic")] * (MOST + 500)))
    assert faults == [f"a packet of more than {MOST} messages: the others are left out"]


@pytest.mark.parametrize(
    ("name", "types", "value"),
    [
        ("voices", "f", number(float("inf"))),
        ("voices", "f", number(float("-inf"))),
        ("voices", "f", number(float("nan"))),
        ("temperature", "f", number(float("inf"))),
        ("temperature", "f", number(float("nan"))),
        ("thru", "f", number(float("nan"))),
        ("mode", "f", number(float("inf"))),
        ("voices", "d", struct.pack(">d", 1e308)),
        ("voices", "h", struct.pack(">q", 2**63 - 1)),
        ("seed", "h", struct.pack(">q", 2**32)),
        ("voices", "N", b""),
        ("voices", "T", b""),
        ("voices", "s", text("9" * 400)),
        ("style", "s", text("😀" * 100)),
        ("style", "s", text("\x1b]0;owned\a")),
        ("metre", "s", text("6/7")),
        ("metre", "f", number(1.5)),
        ("morph_to", "i", whole(2)),
    ],
)
def test_a_value_that_no_parameter_has_is_refused_by_its_name(name: str, types: str, value: bytes) -> None:
    commands, (fault,) = asked(message(f"/descant/{name}", types, value))
    assert commands == []
    assert fault.startswith(f"{name} must be ")
    assert fault.isprintable()
    assert len(fault) < 400


@pytest.mark.parametrize("types", ["b", "m", "t", "r", "[i]", "S", "c", "I", "q", "é", "i" * 40, "ib"])
def test_types_that_no_parameter_has_are_refused(types: str) -> None:
    commands, (fault,) = asked(message("/descant/voices", types, bytes(200)))
    assert commands == []
    assert "of values that no parameter has" in fault


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"/",
        b"/\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(range(256)),
        bytes(60_000),
        b"/" * 60_000,
        b"/descant/voices\0,i\0\0",
        b"/descant/voices\0,i\0\0\0",
        b"/descant/voices\0i\0\0\0\0\0\0\3",
        b"/descant/\xff\xfe\0\0,i\0\0\0\0\0\1",
        b"/descant/\x1b]0;\0,i\0\0\0\0\0\1",
        b"#bundle",
        b"#bundle\0",
        b"#bundle\0\0\0\0\0",
        text("/descant/" + "0" * 300 + "1/voices") + text(",i") + whole(1),
        message("/descant/" + "٣/voices", "i", whole(1)),
        message("/descant/7/voices", "i", whole(1)),
        message("/descant/0/voices", "i", whole(1)),
        message("/descant/1/2/voices", "i", whole(1)),
        message("/descant/2/panic"),
        message("/descant"),
        message("//voices", "i", whole(1)),
    ],
)
def test_nonsense_is_one_sentence_that_a_terminal_can_show(packet: bytes) -> None:
    commands, (fault,) = asked(packet)
    assert commands == []
    assert fault.isprintable()
    assert len(fault) < 300


def test_every_parameter_of_the_table_can_be_set_and_fits_into_the_memory_between_the_processes() -> None:
    """By the default's text or number; catches a kind of value that gets lost on its way, as metres did."""
    panel = Panel(Shared.create(SIZE))
    for name, row in TABLE.items():
        texts = {
            "style": "rag",
            "chart": "| C | Am7 G/B |",
            "choice": str(row.default),
            "metre": str(row.default),
        }
        argument = texts[row.kind] if row.kind in texts else float(row.default)  # type: ignore[arg-type]
        wishes = Wishes(("chorale", "rag"), ["", ""])
        assert wishes.ask(Message(f"/descant/2/{name}", (argument,))) == [], name
        (command,) = wishes.take()
        assert panel.command(command)
        (told,) = panel.commands(4)
        expected = argument if isinstance(argument, str) else row.default
        assert told == {"set": {f"2/{name}": expected}}


def test_a_command_that_is_too_long_is_refused_and_not_raised() -> None:
    panel = Panel(Shared.create(SIZE))
    assert not panel.command({"set": {"style": "x" * LONGEST_COMMAND}})
    assert panel.command({"set": {"style": "😀" * 100}})
    assert list(panel.commands(4)) == [{"set": {"style": "😀" * 100}}]


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("/descant/*/temperature", ["1/temperature", "2/temperature"]),
        ("/descant/[12]/temperature", ["1/temperature", "2/temperature"]),
        ("/descant/[!1]/temperature", ["2/temperature"]),
        ("/descant/?/temp*", ["1/temperature", "2/temperature"]),
        ("/descant/temp*", ["temperature"]),
        ("/descant/{temperature,density}", ["temperature", "density"]),
        ("/des*/density", ["density"]),
        ("/descant/002/density", ["2/density"]),
        ("/descant/choir/density", ["1/density"]),
        ("/descant/brass [2]/density", ["2/density"]),
        ("/descant/{choir,2}/density", ["1/density", "2/density"]),
        ("/descant/ch*/density", ["1/density"]),
    ],
)
def test_patterns_mean_what_they_match(address: str, places: list[str]) -> None:
    commands, faults = asked(message(address, "f", number(0.5)))
    assert faults == []
    assert sorted(str(each) for each in commands) == sorted(str({"set": {place: 0.5}}) for place in places)


@pytest.mark.parametrize(
    "address", ["/descant/zz*", "/descant/[3-9]/density", "/descant/{a,b", "/descant/*x/density"]
)
def test_a_pattern_that_matches_nothing_is_told(address: str) -> None:
    commands, (fault,) = asked(message(address, "f", number(0.5)))
    assert commands == []
    assert address.rpartition("/")[2] in fault or "there is no instance" in fault


def test_choices_come_by_name_and_by_number() -> None:
    for value, mode in ((0, "free"), (1.0, "harmonise"), (2.4, "instant"), ("freeze", "freeze")):
        wishes = Wishes((), [""])
        assert wishes.ask(Message("/descant/mode", (value,))) == []
        assert wishes.take() == [{"set": {"mode": mode}}]
    wishes = Wishes(("chorale", "rag"), [""])
    assert wishes.ask(Message("/descant/morph_to", (1,))) == []
    assert wishes.take() == [{"set": {"morph_to": "rag"}}]


def test_a_flood_in_one_packet_is_as_many_commands_as_there_are_parameters() -> None:
    flood = bundle(*(message("/descant/*/*", "f", number(value / 900)) for value in range(900)))
    commands, _ = asked(flood, [""] * 16)
    assert len(commands) <= 16 * len(TABLE)
