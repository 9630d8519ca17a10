"""Where presets stand: the user's own folder first, then the shelf that Descant came with."""

from __future__ import annotations

from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from descant_daemon.settings.preset import FILE_NAME
from descant_daemon.user_folders import config_folder
from descant_routing.errors import UsageError
from descant_routing.wording import hint, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Origin = Literal["yours", "shelf"]
SUFFIXES = (".yaml", ".yml")
MIDI_SUFFIXES = (".mid", ".midi", ".smf", ".kar", ".rmi")


class ShelfFolder(NamedTuple):
    """A folder of presets, a folder each."""

    origin: Origin
    folder: Path


class Shelved(NamedTuple):
    """A preset that can be asked for by name; ``path`` is its ``preset.yaml``."""

    name: str
    path: Path
    origin: Origin


def own_folder() -> Path | None:
    """Where the user's presets are looked for; it need not exist. None where there is no home."""
    config = config_folder()
    return None if config is None else config / "presets"


def places() -> list[ShelfFolder]:
    """Where presets are looked for, the first to have a name wins it."""
    own = own_folder()
    yours = [] if own is None else [ShelfFolder("yours", own)]
    return [*yours, *(ShelfFolder("shelf", folder) for folder in _came_with_us())]


def shelf(where: Sequence[ShelfFolder] | None = None) -> list[Shelved]:
    """Every preset that has a name, in alphabetical order; those of a ``closed`` place are left out."""
    found: dict[str, Shelved] = {}
    for origin, folder in places() if where is None else where:
        with suppress(OSError):
            for path in _presets_in(folder):
                found.setdefault(path.parent.name, Shelved(path.parent.name, path, origin))
    return sorted(found.values())


def closed(where: Sequence[ShelfFolder] | None = None) -> list[str]:
    """A sentence for each place that is there and cannot be listed."""
    sentences: list[str] = []
    for _, folder in places() if where is None else where:
        try:
            _presets_in(folder)
        except OSError as error:
            sentences.append(f"the presets in {folder} cannot be listed ({error.strerror})")
    return sentences


def _presets_in(folder: Path) -> list[Path]:
    try:
        entries = list(folder.iterdir())
    except FileNotFoundError:
        return []  # nobody has put a preset there
    return [path for entry in entries if _is_there(path := entry / FILE_NAME)]


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # whoever reads it is told what is wrong


def find(name_or_path: str, where: Sequence[ShelfFolder] | None = None, beside: Path = Path()) -> Path:
    """The ``preset.yaml`` of a name, or of the path of a folder or file as seen from the folder ``beside``.

    Raises UsageError with the nearest names when there is none.
    """
    known = {each.name: each.path for each in shelf(where)}
    if name_or_path in known:
        return known[name_or_path]
    for path in _as_path(name_or_path, beside):
        try:
            if path.is_file():
                return path
        except OSError as error:  # too long to be a name, or closed to Descant
            raise UsageError(f"no preset can be read at {shown(name_or_path)} ({error.strerror})") from error
    if name_or_path.lower().endswith(MIDI_SUFFIXES):
        raise UsageError(
            f"there is no preset called {shown(name_or_path)}: a MIDI file comes behind the preset that answers it, "
            f"as in descant render bach-chorale {shown(name_or_path)}"
        )
    if any(mark in name_or_path for mark in "/\\") or name_or_path.endswith(SUFFIXES):
        raise UsageError(f"there is no preset at {name_or_path}: no {FILE_NAME} is there")
    own = own_folder()
    nowhere = "none is installed" + (f", and {own} has none" if own else "")
    names = hint(name_or_path, known) if known else f" ({nowhere})"
    raise UsageError(f"there is no preset called {shown(name_or_path)}{names}")


def _as_path(text: str, beside: Path) -> Iterator[Path]:
    if text.endswith(SUFFIXES):
        yield beside / text
    if text:
        yield beside / text / FILE_NAME


def _came_with_us() -> Iterator[Path]:
    """The checkout's top-level folder, or the data package of an installed wheel."""
    rooms = Path(__file__).parents[2]
    if rooms.name == "daemon":
        # An editable install has the data package too, but as a copy from the day it was installed.
        yield rooms.parent / "presets"
        return
    folder = resources.files("descant_presets")
    if isinstance(folder, Path):  # ONNX files are read as files, so not from inside a zip
        yield folder
