"""Who may import whom. The table is the rule; the rest reads the code against it."""

import subprocess
import sys

import pytest
from tests.house.source import ROOMS, ComputedImportError, Import, all_imports, imports_of

# importer (and everything in it): the modules of ours that it may import (and everything in them)
RULE = {
    "descant_routing": ("descant_routing",),
    "descant_daemon": ("descant_daemon", "descant_routing"),
    "descant_export": (
        "descant_export",
        "descant_routing.environment",  # what is settled before any import
        "descant_routing.errors",  # what a musician reads when something fails
        "descant_routing.printable",
        "descant_routing.wording",
        "descant_daemon.console",  # what it says, and draws while it works
        "descant_daemon.note_state",  # the one representation, shared by training and playing
        "descant_daemon.midi_file",
        "descant_daemon.midi_bytes",
        "descant_daemon.song",
        "descant_daemon.whole_file",
        "descant_daemon.user_folders",
        "descant_daemon.tempo_map",
        "descant_daemon.engine",  # samples in training are drawn by the rule of the engine
        "descant_daemon.picture",  # and shown as its music is
        "descant_daemon.settings",  # configs are read as presets are, takes are rendered by presets
        "descant_daemon.offline",  # takes are judged as they are played
        "descant_daemon.tunes",  # over melodies that everybody has
        "descant_daemon.model.contract",  # what a model file promises, written by one, read by the other
        "descant_daemon.model.model_files",
        "descant_daemon.model.forms",
        "descant_daemon.model.metadata",
        "descant_daemon.model.onnx_file",
        "descant_daemon.families",  # golden parity is with what plays, and takes are rendered by it
        "descant_daemon.model.onnx_session",  # and with the graphs as they are written
    ),
}
# The order of the rooms inside the daemon: a row may import itself, what anyone may, and what its row says. What anyone
# may (MIDI files, the user's folders, what is said) imports none of the rooms.
ANYONE = (
    "compiled",
    "console",
    "in_ascii",
    "midi_bytes",
    "midi_file",
    "note_state",
    "song",
    "tempo_map",
    "user_folders",
    "whole_file",
)
ORDER: dict[str, tuple[str, ...]] = {
    "settings": (),
    "tunes": (),
    "picture": (),
    "service": (),
    "engine": (),
    "time": ("settings",),
    "controls": ("settings",),
    "model": ("settings",),
    "families": ("engine", "model"),
    "effect": ("engine", "settings", "time", "controls", "model"),
    "tape": ("effect", "engine", "settings", "time", "model", "families"),
    "offline": ("tape", "effect", "engine", "settings", "time", "model", "families"),
    "live": ("tape", "effect", "engine", "settings", "time", "model", "families", "controls"),
    "loopback": ("tunes",),  # Descant is another process to it
    "bench": ("live", "tape", "effect", "engine", "settings", "time", "model", "families"),
    "cli": (),  # and every row above
}
ORDER["cli"] = tuple(ORDER)
# Likewise inside routing. No back-end imports another: who knows them all is ``select``, or ``catalogue``.
ROUTING_ANYONE = ("environment", "errors", "printable", "timed", "wording")
ROUTING_ORDER: dict[str, tuple[str, ...]] = {
    "message": (),
    "dampers": ("message",),
    "mpe": ("message",),
    "ledger": ("message",),
    "guards": ("message", "dampers"),
    "routes": ("message",),
    "ports": ("message",),
}
ORDERS = {"descant_daemon": (ANYONE, ORDER), "descant_routing": (ROUTING_ANYONE, ROUTING_ORDER)}
BACKENDS = ("alsa", "coremidi", "jack", "rtmidi")
# What is a function of its arguments alone: no clock, thread, process, port, socket or file.
PURE = (
    "descant_daemon.note_state",
    "descant_daemon.engine",
    "descant_daemon.effect",
    "descant_daemon.time",
    "descant_daemon.controls",
    "descant_routing.message",
    "descant_routing.ledger",
    "descant_routing.dampers",
    "descant_routing.mpe",
    "descant_routing.guards",
)
IMPURE = frozenset(
    (
        "asyncio", "concurrent", "ctypes", "glob", "http", "io", "logging", "mmap", "multiprocessing", "os", "pathlib",
        "queue", "random", "sched", "secrets", "select", "selectors", "shutil", "signal", "socket", "subprocess", "sys",
        "tempfile", "threading", "time", "urllib",
    )
)  # fmt: skip
EXCEPT: dict[tuple[str, str], str] = {}
# importer: what it may import by name, inside a function, because it is an extra that may not be installed
BY_NAME = {"descant_daemon.cli": ("descant_export",)}
# libraries that only some rooms may use at all
ONLY = {
    "torch": ("descant_export",),
    "onnx": ("descant_export",),
    "music21": ("descant_export",),
    "scipy": ("descant_export",),
    "symusic": (),  # tests alone, as the other reader
    "mido": (),
    "matplotlib": ("descant_export",),
    "sklearn": ("descant_export",),
    "rtmidi": ("descant_routing",),
    "jack": ("descant_routing",),
    "alsa_midi": ("descant_routing",),
    "pythonosc": ("descant_daemon.live",),
    "onnxruntime": ("descant_daemon",),
    "numba": ("descant_daemon.compiled",),
}


def within(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def broken(found: Import) -> str | None:
    """The sentence for an import that the tables forbid, None for one that they allow."""
    library = found.module.partition(".")[0]
    where = f"{found.importer}:{found.line}"
    if library in ONLY and not within(found.importer, ONLY[library]):
        return f"{where} imports {library}; only {', '.join(ONLY[library])} may"
    if library not in ROOMS:
        return None
    if found.by_name:
        allowed = any(
            within(found.importer, (importer,)) and within(found.module, names)
            for importer, names in BY_NAME.items()
        )
        return None if allowed and not found.at_top else f"{where} imports {found.module} by name"
    if not within(found.module, RULE[found.importer.partition(".")[0]]):
        return f"{where} imports {found.module}"
    return None


def out_of_order(found: Import) -> str | None:
    """Likewise for an import from one room of a package into another, or from one back-end into another."""
    package, importer, backend = (*found.importer.split("."), "", "")[:3]
    other, room, part = (*found.module.split("."), "", "")[:3]
    if package != other or package not in ORDERS:
        return None
    if importer == room == "ports" and {backend, part} <= set(BACKENDS) and backend != part:
        return f"{found.importer}:{found.line} imports {found.module}; {backend} is to do without {part}"
    anyone, order = ORDERS[package]
    if room in (importer, "", *anyone) or not importer or room in order.get(importer, ()):
        return None
    return f"{found.importer}:{found.line} imports {found.module}; {importer} is below {room}"


def impure(found: Import) -> str | None:
    """Likewise for what a pure room may not import."""
    library = found.module.partition(".")[0]
    if library not in IMPURE or not within(found.importer, PURE) or (found.importer, library) in EXCEPT:
        return None
    return f"{found.importer}:{found.line} imports {library}, and is to be a function of its arguments alone"


def test_every_import_is_one_that_the_table_allows() -> None:
    rules = (broken, out_of_order, impure)
    assert [sentence for one in all_imports() for rule in rules if (sentence := rule(one))] == []


@pytest.mark.parametrize("package", ORDERS)
def test_the_order_has_a_row_for_every_room_and_goes_down_only(package: str) -> None:
    anyone, order = ORDERS[package]
    folder = ROOMS[package]
    rooms = {path.name for path in folder.iterdir() if (path / "__init__.py").is_file()}
    assert rooms <= set(order)
    assert {path.stem for path in folder.glob("*.py")} <= {*anyone, *order, "__init__"}
    above: set[str] = set()
    for room, below in order.items():
        assert set(below) <= above | {room}, f"{room} may import what may import {room}"
        above.add(room)


def test_no_exception_is_kept_that_nobody_needs() -> None:
    needed = {(one.importer, one.module.partition(".")[0]) for one in all_imports()}
    assert set(EXCEPT) <= needed


@pytest.mark.parametrize(
    ("importer", "line", "sentence"),
    [
        ("descant_routing.x", "import descant_daemon", "imports descant_daemon"),
        ("descant_routing.x", "from descant_daemon import note_state", "imports descant_daemon.note_state"),
        ("descant_routing.x", "from . import errors", None),
        ("descant_daemon.x", "from descant_routing.timed import Timed", None),
        ("descant_daemon.x", "import descant_export.training", "imports descant_export.training"),
        ("descant_daemon.cli.x", "import descant_export", "imports descant_export"),
        ("descant_daemon.cli.x", "import_module('descant_export.training')", "by name"),
        ("descant_daemon.cli.x", "def f():\n  importlib.import_module('descant_export.training')", None),
        ("descant_daemon.x", "def f():\n  import_module('descant_export')", "by name"),
        ("descant_daemon.cli.x", "def f():\n  import torch", "only descant_export may"),
        ("descant_daemon.cli.x", "def f():\n  import_module('torch')", "only descant_export may"),
        ("descant_daemon.x", "import onnxruntime, onnx.helper", "imports onnx;"),
        ("descant_daemon.x", "import jack", "only descant_routing may"),
        ("descant_export.x", "from descant_daemon.note_state import State", None),
        ("descant_export.x", "from descant_daemon import note_state", None),
        ("descant_export.x", "from descant_daemon import effect", "imports descant_daemon.effect"),
        ("descant_export.x", "import torch.nn, numpy", None),
    ],
)
def test_the_reader_sees_through_every_way_to_write_an_import(
    importer: str, line: str, sentence: str | None
) -> None:
    found = [broken(one) for one in imports_of(importer, line, is_package=False)]
    told = "; ".join(filter(None, found))
    assert (sentence in told) if sentence else not told


@pytest.mark.parametrize(
    ("importer", "line", "sentence"),
    [
        ("descant_daemon.effect.x", "from descant_daemon.live import session", "effect is below live"),
        (
            "descant_daemon.effect.x",
            "from descant_daemon.tape.cycle import play_cycle",
            "effect is below tape",
        ),
        ("descant_daemon.engine.x", "import descant_daemon.effect.effect", "engine is below effect"),
        (
            "descant_daemon.midi_file",
            "from descant_daemon.settings import row",
            "midi_file is below settings",
        ),
        ("descant_daemon.effect.x", "from descant_daemon.note_state import State", None),
        ("descant_daemon.cli.x", "from descant_daemon.bench import step", None),
        ("descant_daemon.effect.x", "import threading", "function of its arguments"),
        ("descant_daemon.time.x", "def f():\n  from time import monotonic", "function of its arguments"),
        ("descant_routing.guards.x", "from os import path", "function of its arguments"),
        ("descant_daemon.time.x", "from descant_daemon.time import line", None),
        ("descant_daemon.live.x", "import threading, time", None),
        ("descant_routing.guards.x", "from descant_routing.ports import api", "guards is below ports"),
        ("descant_routing.errors", "import descant_routing.message", "errors is below message"),
        ("descant_routing.ports.jack.x", "from descant_routing.ports.alsa import ends", "to do without alsa"),
        ("descant_routing.ports.jack.x", "from descant_routing.ports.wiring import Wiring", None),
        ("descant_routing.ports.select", "from descant_routing.ports.alsa import backend", None),
    ],
)
def test_the_order_and_the_purity_of_rooms(importer: str, line: str, sentence: str | None) -> None:
    found = list(imports_of(importer, line, is_package=False))
    told = "; ".join(said for one in found for rule in (out_of_order, impure) if (said := rule(one)))
    assert (sentence in told) if sentence else not told


def test_an_import_by_a_computed_name_is_refused() -> None:
    with pytest.raises(ComputedImportError, match=r"descant_daemon\.x:1"):
        list(imports_of("descant_daemon.x", "import_module(f'descant_{room}')", is_package=False))


def test_the_command_line_starts_without_what_only_training_or_the_engine_needs() -> None:
    """``descant play`` is io: the engine's machine code, and what makes it, are in a process of their own."""
    code = "import sys, descant_daemon.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    heavy = {
        "torch",
        "onnx",
        "music21",
        "matplotlib",
        "scipy",
        "sklearn",
        "symusic",
        "numba",
        "descant_export",
    }
    assert not heavy & set(done.stdout.split())
