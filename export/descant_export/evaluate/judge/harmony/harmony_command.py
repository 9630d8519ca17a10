"""``descant judge --harmony``, behind the command line: read, play, count, tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from descant_daemon.engine.key import Key
from descant_daemon.tunes.book import SHELVES, Shelf
from descant_export.evaluate.judge.harmony import harmony_tables, shock
from descant_export.evaluate.judge.harmony.figures import errors, figures, pooled
from descant_export.evaluate.judge.harmony.free import free
from descant_export.evaluate.judge.harmony.measured import heard
from descant_export.evaluate.judge.harmony.phrases import top_line
from descant_export.evaluate.judge.harmony.playing import Job, PlayedJob, played
from descant_export.evaluate.judge.harmony.reading import read_settings
from descant_export.evaluate.judge.harmony.setting import Setting, built_in, detached, lifted, repeated
from descant_export.evaluate.judge.harmony.tune_key import key_of, told
from descant_export.evaluate.listen.sound import console, counted
from descant_export.evaluate.tables import as_json
from descant_export.evaluate.takes.melody import Melody
from descant_export.evaluate.takes.style import load_style
from descant_routing.errors import DescantError, UsageError

How = Literal["plain", "detached", "shock", "free"]
Measured = TypeVar("Measured")
Found = dict[str, dict[str, dict[int, Measured]]]
"""Preset → piece → seed → what was measured of the take."""


class Asked(NamedTuple):
    """``presets``: what each is called → its name or path; ``settings``: as by ``--set``."""

    presets: Mapping[str, str]
    settings: tuple[str, ...]
    seeds: Sequence[int]
    bars: int


def judge_harmony(
    presets: Sequence[str],
    over: str,
    *,
    seeds: Sequence[int],
    bars: int,
    settings: Sequence[str],
    how: How,
    json: bool,
) -> None:
    """``over``: a folder of MIDI files, or a shelf of the tunes that come with Descant."""
    asked = Asked(_named(presets, settings), tuple(settings), seeds, bars)
    report: dict[str, Any] = {"how": how, "seeds": list(seeds), "bars": bars, "settings": list(settings)}
    if how == "free":
        show = _free(asked, report)
    else:
        shelves: dict[str, Shelf] = {name: name for name in SHELVES}
        shelf = None if Path(over).is_dir() else shelves.get(over)
        pieces = (
            built_in(shelf)
            if shelf
            else read_settings(Path(over), lambda line: console.print(line, markup=False))
        )
        report["over"] = over
        show = _shock(asked, pieces, report) if how == "shock" else _plain(asked, pieces, report, how)
    if json:
        as_json(report)
    else:
        show()


def _named(presets: Sequence[str], settings: Sequence[str]) -> dict[str, str]:
    """Each loads, or the first that does not says why."""
    if len(set(presets)) < len(presets):
        raise UsageError("Each preset is judged once.")
    names = [load_style(preset, settings).name for preset in presets]
    return dict(zip(names if len(set(names)) == len(names) else presets, presets, strict=True))


def _plain(asked: Asked, pieces: Sequence[Setting], report: dict[str, Any], how: How) -> Callable[[], None]:
    """The figures of each preset, and of the human settings of the same bars."""
    keys = {each.name: _key(each, asked.bars) for each in pieces}
    lines = {each.name: top_line(each.melody.notes) for each in pieces}
    human = {
        each.name: figures(
            heard(each.piece(each.bars(asked.bars)), each.melody.metre), keys[each.name], lines[each.name]
        )
        for each in pieces
        if each.others
    }
    melodies = {each.name: detached(each.melody) if how == "detached" else each.melody for each in pieces}
    found = _takes(
        asked,
        [(each, melodies[each.name], each.bars(asked.bars)) for each in pieces],
        lambda name, take: figures(heard(take.piece, take.metre), keys[name], lines[name]),
    )
    takes = {
        preset: pooled([each for seeds in files.values() for each in seeds.values()])
        for preset, files in found.items()
    }
    theirs = pooled(list(human.values())) if human else None
    report["pieces"] = {
        name: {"key": told(key), "human": human[name].values() if name in human else None}
        for name, key in keys.items()
    }
    report["human"] = theirs and theirs.values()
    report["human_errors"] = errors([[each] for each in human.values()]) if human else None
    report["presets"] = {
        preset: {
            "takes": takes[preset].values(),
            "errors": errors([list(seeds.values()) for seeds in files.values()]),
            "files": {
                name: {seed: each.values() for seed, each in seeds.items()} for name, seeds in files.items()
            },
        }
        for preset, files in found.items()
    }
    return lambda: harmony_tables.figures(takes, theirs)


def _shock(asked: Asked, pieces: Sequence[Setting], report: dict[str, Any]) -> Callable[[], None]:
    """Half-way the tune moves up; short tunes are repeated until then."""
    half = asked.bars // 2
    keys = {
        each.name: key for each in pieces if (key := _key(each, asked.bars)) is not None
    }  # one of twelve equal notes has none
    found = _takes(
        asked,
        [
            (each, lifted(repeated(each.melody, asked.bars), half * bar, shock.UP), asked.bars)
            for each in pieces
            if each.name in keys
            for bar in (each.melody.metre.steps_per_bar(4),)
        ],
        lambda name, take: shock.shock(heard(take.piece, take.metre), keys[name], half),
    )
    takes = {
        preset: [each for seeds in files.values() for each in seeds.values()]
        for preset, files in found.items()
    }
    report["pieces"] = {name: {"key": told(key)} for name, key in keys.items()}
    report["presets"] = {
        preset: {
            "takes": shock.pooled(takes[preset]).as_values(),
            "never": sum(each.bars is None for each in takes[preset]),
            "of": len(takes[preset]),
            "files": {
                name: {seed: each.as_values() for seed, each in seeds.items()}
                for name, seeds in files.items()
            },
        }
        for preset, files in found.items()
    }
    return lambda: harmony_tables.shocks(takes)


def _free(asked: Asked, report: dict[str, Any]) -> Callable[[], None]:
    """Takes without a tune."""
    found = _takes(asked, [(None, None, asked.bars)], lambda _, take: free(heard(take.piece, take.metre, 0)))
    takes = {preset: files[""] for preset, files in found.items()}
    report["presets"] = takes
    return lambda: harmony_tables.frees({preset: list(seeds.values()) for preset, seeds in takes.items()})


def _takes(
    asked: Asked,
    parts: Sequence[tuple[Setting | None, Melody | None, int]],
    measure: Callable[[str, PlayedJob], Measured],
) -> Found[Measured]:
    """Each preset plays each (piece, what is played of it, bars) with each seed, and is measured."""
    if not parts:
        raise DescantError("There is no tune in any key to play.")
    jobs = {
        (preset, piece.name if piece else "", seed): Job(
            which, asked.settings, seed, bars, melody, *((piece.tempo,) if piece else ())
        )
        for preset, which in asked.presets.items()
        for piece, melody, bars in parts
        for seed in asked.seeds
    }
    found: Found[Measured] = {preset: {} for preset in asked.presets}
    with counted("takes", len(jobs)) as bar:
        for (preset, name, seed), take in zip(jobs, played(list(jobs.values())), strict=True):
            found[preset].setdefault(name, {})[seed] = measure(name, take)
            bar.advance(bar.task_ids[0])
    return found


def _key(setting: Setting, bars: int) -> Key | None:
    """Of all that the file has, tune and all."""
    return key_of(heard(setting.piece(setting.bars(bars)), setting.melody.metre).together)
