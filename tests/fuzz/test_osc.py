"""Whatever comes by UDP: nothing is raised, nothing hangs, and little is said.

``DESCANT_FUZZ=100000 pytest tests/fuzz/test_osc.py -s`` is the long run, ``DESCANT_SEED`` another one.
"""

from __future__ import annotations

import contextlib
import os
import random
import struct
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.processes.osc_bytes import bundle, message, nested, text

from descant_daemon.live.control.complaints import Complaints
from descant_daemon.live.control.osc_packets import MOST, read
from descant_daemon.live.control.osc_wishes import ROOT, Wishes
from descant_daemon.live.control.panel import SIZE, Panel
from descant_daemon.live.processes.shared import Shared
from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_routing.errors import UsageError

PACKETS = int(os.environ.get("DESCANT_FUZZ", "2000"))
SEED = int(os.environ.get("DESCANT_SEED", "3"))
LIMIT = 2.0  # s of processor time for one packet; the largest there is takes a tenth of that
NAMES = ("", "choir", "1", "[*]")
INSTANCES = len(NAMES)
NUMBERS = (
    0.0,
    -0.0,
    0.5,
    1.0,
    3.49,
    -1.0,
    127.0,
    1e9,
    -1e30,
    3.4e38,
    float("inf"),
    float("-inf"),
    float("nan"),
)
WORDS = (
    "",
    "free",
    "3/4",
    "33/4",
    "😀" * 100,
    "\x1b[2J",
    "9" * 500,
    "true",
    "nan",
    "1e999",
    "\u202e",
    "x" * 3000,
)
STRANGE = (
    "..",
    "panic",
    "*",
    "[",
    "{",
    "{a,",
    "[!-]",
    "1" * 60,
    "0",
    "-1",
    "٣",
    "é",
    "\x1b]0;x",
    " ",
    "#",
    "*" * 90,
)


def address(dice: random.Random) -> str:
    name = dice.choice([*TABLE, *ACTIONS])
    match dice.randrange(8):
        case 0:
            return f"{ROOT}{dice.choice((*STRANGE, '1', '2'))}/{name}"
        case 1:
            return f"{ROOT}{dice.choice(STRANGE)}"
        case 2:
            return ROOT + "".join(dice.choice((letter, "*", "?")) for letter in name)
        case 3:
            return "/".join(dice.choice(STRANGE) for _ in range(dice.randrange(1, 5)))
        case 4:
            return f"{ROOT}{dice.randrange(1, 6)}/{name}"
        case _:
            return f"{ROOT}{name}"


def values(dice: random.Random) -> tuple[str, bytes]:
    types, content = "", b""
    for _ in range(dice.choice((1, 1, 1, 1, 0, 2, 20))):
        kind = dice.choice("iiffffsshdTFNbtmr[]IcSq")
        types += kind
        if kind in "ihdfs":
            content += {
                "i": lambda: struct.pack(">i", dice.choice((0, 1, 3, -1, 2**31 - 1, -(2**31)))),
                "h": lambda: struct.pack(">q", dice.choice((0, 2**63 - 1, -(2**63), 7))),
                "d": lambda: struct.pack(">d", dice.choice(NUMBERS)),
                "f": lambda: struct.pack(">f", dice.choice(NUMBERS)),
                "s": lambda: text(dice.choice(WORDS)),
            }[kind]()
        elif kind == "b":
            content += struct.pack(">i", dice.choice((-4, 0, 4, 2**31 - 1))) + bytes(4)
        elif kind not in "TFNI[]":
            content += bytes(8)
    return types, content


def whole_message(dice: random.Random) -> bytes:
    types, content = values(dice)
    return message(address(dice), types, content)


def wrong_size(dice: random.Random) -> bytes:
    size = struct.pack(">i", dice.choice((-4, -(2**31), 2**31 - 1, 0, 1, 8)))
    return bundle(whole_message(dice)) + size + dice.randbytes(dice.randrange(40))


def torn(dice: random.Random) -> bytes:
    content = bytearray(bundle(whole_message(dice), whole_message(dice)))
    for _ in range(dice.randrange(1, 6)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content[: dice.randrange(len(content) + 1)])


KINDS: dict[str, tuple[int, Callable[[random.Random], bytes]]] = {
    "a message": (300, whole_message),
    "random bytes": (50, lambda dice: dice.randbytes(dice.randrange(200))),
    "a bundle": (100, lambda dice: bundle(*(whole_message(dice) for _ in range(dice.randrange(6))))),
    "a wrong size": (50, wrong_size),
    "nested bundles": (50, lambda dice: nested(whole_message(dice), dice.choice((1, 8, 9, 10, 400, 3000)))),
    "a torn bundle": (100, torn),
    "the largest": (1, lambda _: bundle(*[message(f"{ROOT}*/*", "f", bytes(4))] * 2000)[:65_507]),
}
"""How often, and what."""


def test_packets_of_every_kind_leave_commands_that_io_takes_and_few_words() -> None:
    dice, panel, complaints = random.Random(SEED), Panel(Shared.create(SIZE)), Complaints()
    wishes, parameters = Wishes(("chorale", "rag"), NAMES), Parameters()
    kinds, counts, said, slowest = Counter[str](), Counter[str](), 0, 0.0
    for number in range(PACKETS):
        (kind,) = dice.choices(list(KINDS), [often for often, _ in KINDS.values()])
        packet = KINDS[kind][1](dice)
        kinds[kind] += 1
        begun = time.process_time()
        messages, faults = read(packet)
        for each in messages:
            faults += wishes.ask(each)
        commands = wishes.take()
        slowest = max(slowest, time.process_time() - begun)
        assert slowest < LIMIT, (SEED, number, kind)
        assert len(messages) <= MOST
        assert len(commands) <= (INSTANCES + 1) * (len(TABLE) + len(ACTIONS))
        for command in commands:
            assert panel.command(command), command
            (told,) = panel.commands(2)
            assert told == command
            for place, value in told.get("set", {}).items():
                instance, _, name = place.rpartition("/")
                assert instance in ("", *map(str, range(1, INSTANCES + 1)))
                if TABLE[name].kind != "style":
                    parameters = parameters.with_values({name: value})  # raises for what io would refuse
        for fault in faults:
            assert fault.isprintable(), fault
            assert len(fault) < 500
            complaints.add(fault)
        said += sum(map(len, complaints.due(number / 1000)))
        counts += Counter(packets=1, messages=len(messages), commands=len(commands), faults=len(faults))
    print(
        f"\nseed {SEED}: {dict(counts)}, {said} characters said, the slowest {slowest * 1000:.0f} ms; {dict(kinds)}"
    )
    assert counts["commands"] > PACKETS / 10
    assert counts["faults"] > PACKETS / 10
    assert said < 20_000


def test_whatever_json_can_bring_io_takes_or_refuses_by_a_sentence() -> None:
    dice, refused = random.Random(SEED), 0
    for _ in range(PACKETS):
        name = dice.choice([*TABLE, "nobody", "x/y"])
        value: Any = dice.choice((*NUMBERS, *WORDS, None, [], {}, [3, 4], 10**30, True, "x" * 1000))
        with contextlib.suppress(UsageError):  # and nothing else
            Parameters().with_values({name: value})
            continue
        refused += 1
    assert refused > PACKETS / 2
