"""What moves what, once the defaults and the cc maps over them have settled it."""

from __future__ import annotations

from pathlib import Path

import pytest

from descant_daemon.settings.actions import ACTIONS
from descant_daemon.settings.bindings import bind, movable
from descant_daemon.settings.parameters import TABLE
from descant_daemon.settings.preset import parse_preset
from descant_daemon.settings.source import Controller, Nrpn, Pair, Source
from descant_routing.errors import UsageError

HEAD = "title: Chorale\nmodel: bach\n"


def test_without_a_map_everything_has_its_default() -> None:
    bindings = bind()
    assert bindings.names[Controller(21)] == "temperature"
    assert bindings.names[Controller(85)] == "freeze"
    assert "tap" not in bindings.names.values()
    assert bindings.names[Controller(102)] == "capture"
    assert [name for name in bindings.names.values() if name in ACTIONS] == [
        "capture", "variation_up", "variation_down", "variation_back", "freeze",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "gone"),
    [
        ({"low": Controller(22)}, {"density"}),
        ({"low": Pair(21, 22)}, {"density", "temperature"}),
        ({"low": Nrpn(5)}, set[str]()),
        ({"low": None}, {"low"}),
        ({"panic": Controller(102)}, {"capture"}),
        ({"low": Controller(22), "density": Controller(24)}, set[str]()),  # which was low's
    ],
)
def test_a_map_takes_from_the_defaults_what_it_needs_and_no_more(
    own: dict[str, Source | None], gone: set[str]
) -> None:
    bindings = bind(own)
    moved = set(bindings.names.values())
    assert set(bind().names.values()) - moved == gone
    assert {source: name for name, source in own.items() if source}.items() <= bindings.names.items()


def test_a_rig_s_map_lies_over_its_preset_s() -> None:
    preset: dict[str, Source | None] = {"low": Controller(1), "high": Pair(2, 34), "gate": None}
    rig: dict[str, Source | None] = {"voices": Controller(34), "gate": Controller(1)}
    bindings = bind(preset, rig)
    assert bindings.names[Controller(34)] == "voices"
    assert bindings.names[Controller(1)] == "gate"
    assert "high" not in bindings.names.values()
    assert "low" not in bindings.names.values()


def test_who_reads_controllers_one_by_one_has_pairs_by_their_coarse_half() -> None:
    text = HEAD + "cc: {temperature: 21+53, low: nrpn 5, gate: 1, panic: 2}\n"
    controllers = parse_preset(text, Path("p.yaml")).controllers()
    assert controllers[21] == "temperature"
    assert controllers[1] == "gate"
    assert 53 not in controllers
    assert "low" not in controllers.values()
    assert set(controllers.values()) <= set(TABLE)


def test_what_nothing_can_move_is_told() -> None:
    assert movable("morph") == "morph"
    assert movable("capture") == "capture"
    with pytest.raises(UsageError, match=r"^metre cannot be moved by a controller$"):
        movable("metre")
    with pytest.raises(UsageError, match=r"^unknown parameter 'captur' \(did you mean 'capture'"):
        movable("captur")
