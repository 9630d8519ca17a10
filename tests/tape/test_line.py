"""The format: there and back, and what is wrong is said."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tape.studio import TRACKS, header

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.parameters import TABLE, Parameters
from descant_daemon.settings.rig.values import Program
from descant_daemon.tape.header import read_header
from descant_daemon.tape.take_line import (
    KINDS,
    LONGEST,
    Cycle,
    Hole,
    ItemField,
    decode,
    encode_cycle,
    encode_hole,
    encode_item,
    encode_message,
)  # fmt: skip
from descant_routing.errors import DescantError
from descant_routing.timed import Timed

NS = st.integers(-LONGEST // 4, LONGEST // 4)  # so that sums and differences are within it too
NAMES = st.from_regex(r"([0-9]{1,3}/)?[a-z_]{1,40}", fullmatch=True)
VALUES = st.dictionaries(NAMES, st.one_of(st.integers(), st.booleans(), st.text(), st.just(0.1)))
# Texts that are not free: the field's place in its kind.
METRES = st.sampled_from(["3/4", "12/8"])
WORDS = {"act": st.sampled_from(sorted(ACTIONS)), "metre": METRES, "bar": METRES}


def values_of(kind: str, field: ItemField) -> st.SearchStrategy[Any]:
    if field.type is int:
        return st.integers(math.ceil(max(field.low, -(2**63))), math.floor(min(field.high, 2**63)))
    if field.type is float:
        return st.floats(field.low, field.high)
    strategies: dict[type, st.SearchStrategy[Any]] = {bool: st.booleans(), str: st.text(), dict: VALUES}
    return WORDS.get(kind, strategies[field.type])


OTHERS = sorted(set(KINDS) - {"in", "out"})


@st.composite
def items(draw: st.DrawFn) -> tuple[Any, ...]:
    kind = draw(st.sampled_from(OTHERS))
    fields = KINDS[kind].fields + (KINDS[kind].more if draw(st.booleans()) else ())
    return (kind, *(draw(values_of(kind, each)) for each in fields))


MESSAGES = st.builds(Timed, NS, st.binary(max_size=40), st.sampled_from(["", "keys", "Orgel ü"]))


@settings(max_examples=100, deadline=None)
@given(NS, st.integers(0, 10**10), NS, st.lists(items(), max_size=5), st.lists(MESSAGES, max_size=4))
def test_a_cycle_there_and_back(
    origin: int, length: int, begin: int, others: list[tuple[Any, ...]], messages: list[Timed]
) -> None:
    texts = [encode_item(item) for item in others]
    texts += [encode_message(way, begin, each) for way in ("in", "out") for each in messages]
    line = encode_cycle(begin, begin + length, texts, origin)
    assert line.count(b"\n") == 1
    back = decode(line, origin)
    assert isinstance(back, Cycle)
    assert back[:2] == (begin, begin + length)
    assert list(back.items[: len(others)]) == others
    assert back.messages("in") == back.messages("out") == messages


def test_a_line_as_it_stands_in_the_file() -> None:
    """The format is a promise: files of years ago are to be read."""
    note = Timed(61_000_001_000, b"\x90\x3c\x40")
    texts = [encode_item(("answer", 0, 17)), encode_message("in", 61_000_000_000, note)]
    texts += [
        encode_message("out", 61_000_000_000, note._replace(port="keys")),
        encode_item(("beat", 5, 96, 2, 1)),
    ]
    line = encode_cycle(61_000_000_000, 61_005_333_333, texts, 1_000_000_000)
    assert line == (
        b'[60000000000,5333333,["answer",0,17],["in",1000,"903c40"],["out",1000,"903c40","keys"],["beat",5,96,2,1]]\n'
    )
    assert encode_hole(Hole(3)) == b'["hole",3]\n'
    assert decode(b'["hole",3]\n', 5) == Hole(3)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("[1,2", "it is not JSON"),
        ('{"a":1}', "it is no cycle"),
        ('[1,"2"]', "it is no cycle"),
        ('[1,2,["dance",1]]', '["dance", 1] is nothing that happens'),
        ('[1,2,["in",1]]', "has not the fields of its kind"),
        ('[1,2,["in",true,"90"]]', "has not the fields of its kind"),
        ('[1,2,["in",1,"9x"]]', "has not the fields of its kind"),
        ("[1,-2]", "it is no cycle"),
        (f"[{10**18},2]", "it is no cycle"),
        ("[" * 100_000, "it is not JSON"),
        ("[1,2," + "[" * 900 + "]" * 900 + "]", "is nothing that happens"),
        ('[1,2,["sample",0,true,1,NaN,2.0]]', "it is not JSON"),
        ('[1,2,["sample",0,true,1,1e999,2e6]]', "has not the fields of its kind"),
        ('[1,2,["sample",0,true,1,1.0,0.5]]', "has not the fields of its kind"),
        ('[1,2,["set",{"/voices":1}]]', "has not the fields of its kind"),
        ('[1,2,["set",{"x/voices":1}]]', "has not the fields of its kind"),
        ('[1,2,["set",{"voices":[1]}]]', "has not the fields of its kind"),
        ('[1,2,["act","dance"]]', "has not the fields of its kind"),
        ('[1,2,["metre","4/4/4"]]', "has not the fields of its kind"),
        ('[1,2,["mark","\\ud800"]]', "has not the fields of its kind"),
        (f'[1,2,["song",{10**30},0]]', "has not the fields of its kind"),
        ("[" + "9" * 5000 + ",2]", "it is not JSON"),
        ('[1,2,["sample",0,true,1,2.0]]', "has not the fields of its kind"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        decode(line.encode(), 0)


def test_a_header_there_and_back() -> None:
    facts = header("link", TRACKS, send_clock=True, tap_note=36, offset=-12_000_000, inputs=("keys", "pads"))
    assert facts.encode().count(b"\n") == 1
    back = read_header(facts.encode(), Path("a.take"))
    assert back == facts
    played = [each.programs[0].parameters for each in back.rig.instances]
    assert played == [track.programs[0].parameters for track in TRACKS]


def test_every_parameter_is_in_the_header_and_comes_back() -> None:
    knobs = {row.name: row.high for row in TABLE.values() if row.kind == "float"}
    changed = Parameters().with_values({**knobs, "metre": "7/8", "thru": False, "seed": 2**32 - 1})
    track = replace(TRACKS[0], programs=(Program(changed),))
    (back,) = read_header(header("midi", [track]).encode(), Path("a.take")).rig.instances
    assert back.programs[0].parameters == changed


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"", "is not a take: it does not begin with a header"),
        (b"MThd\x00\x00", "is not a take: it does not begin with a header"),
        (b"[1,2]\n", "is not a take: it does not begin with a header"),
        (b'{"title":"x"}\n', "is not a take: it does not begin with a header"),
        (b'{"take":3,"new":1}\n', "is a take of format 3; this Descant reads formats 1 and 2"),
        (
            b'{"take":1,"rig":{"presets":1}}\n',
            "its header is wrong, 'rig': it is not put together as rigs were",
        ),
        (
            header().encode().replace(b'"midi"', b'"sun"'),
            "its header is wrong, 'rig.clock': Input should be",
        ),
        (
            header().encode().replace(b'"instances":[', b'"instances":[],"old":['),
            "its header is wrong, 'rig.instances': Tuple should have at least 1 item",
        ),
    ],
)
def test_what_is_no_header_is_said(line: bytes, sentence: str) -> None:
    with pytest.raises(DescantError, match=re.escape(sentence)) as caught:
        read_header(line, Path("a.take"))
    assert str(caught.value).startswith("a.take ")


def test_every_kind_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "takes.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []
