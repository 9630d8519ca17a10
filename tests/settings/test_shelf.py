"""Finding presets: by name, yours before the shelf's, or by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from descant_daemon.settings import shelf as shelf_module
from descant_daemon.settings.shelf import ShelfFolder, Shelved, closed, find, own_folder, places, shelf
from descant_routing.errors import UsageError


def put(folder: Path, name: str) -> Path:
    path = folder / name / "preset.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("title: x\nmodel: x\n", encoding="utf-8")
    return path


@pytest.fixture
def two(tmp_path: Path) -> list[ShelfFolder]:
    return [ShelfFolder("yours", tmp_path / "own"), ShelfFolder("shelf", tmp_path / "shelf")]


def test_yours_win_over_the_shelfs(two: list[ShelfFolder]) -> None:
    ragtime, bach = put(two[1].folder, "ragtime"), put(two[1].folder, "bach-chorale")
    assert find("bach-chorale", two) == bach
    mine = put(two[0].folder, "bach-chorale")
    assert find("bach-chorale", two) == mine
    assert shelf(two) == [Shelved("bach-chorale", mine, "yours"), Shelved("ragtime", ragtime, "shelf")]


def test_only_folders_with_a_preset_file_count(two: list[ShelfFolder]) -> None:
    folder = two[1].folder
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "odd" / "preset.yaml").mkdir(parents=True)
    assert shelf(two) == []


def test_a_path_works_wherever_a_name_does(
    two: list[ShelfFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "elsewhere", "mine")
    renamed = path.with_name("night.yml")
    renamed.write_bytes(path.read_bytes())
    assert find(str(path), two) == path
    assert find(str(path.parent), two) == path
    assert find(str(renamed), two) == renamed
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find("mine", two) == Path("mine/preset.yaml")
    on_shelf = put(two[1].folder, "mine")
    assert find("mine", two) == on_shelf  # a name first
    assert find("./mine", two) == Path("mine/preset.yaml")
    monkeypatch.chdir("mine")
    assert find(".", two) == Path("preset.yaml")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("bach-choral", r"^there is no preset called 'bach-choral' \(did you mean 'bach-chorale'\?\)$"),
        ("zzz", r"^there is no preset called 'zzz' \(known: bach-chorale, ragtime\)$"),
        ("", r"^there is no preset called '' \(known: bach-chorale, ragtime\)$"),
        (
            "song.mid",
            r"^there is no preset called 'song.mid': a MIDI file comes behind the preset that answers it",
        ),
        ("my/song.MIDI", r"^there is no preset called 'my/song.MIDI': a MIDI file comes behind"),
        ("no/where", r"^there is no preset at no/where: no preset\.yaml is there$"),
        ("nowhere.yaml", r"^there is no preset at nowhere\.yaml: no preset\.yaml is there$"),
        ("\0", r"^there is no preset called '\\x00' \(known"),
        ("a" * 5000, r"^no preset can be read at 'a+\.\.\.a+' \(File name too long\)$"),
        ("a" * 5000 + "/b.yaml", r"^no preset can be read at 'a+\.\.\.[a/.b]+yaml' \(File name too long\)$"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(two: list[ShelfFolder], asked: str, sentence: str) -> None:
    put(two[1].folder, "bach-chorale")
    put(two[0].folder, "ragtime")
    with pytest.raises(UsageError, match=sentence) as caught:
        find(asked, two)
    assert len(str(caught.value)) < 300


def test_an_empty_house_says_where_to_put_one(two: list[ShelfFolder]) -> None:
    with pytest.raises(UsageError, match=r"none is installed, and .*presets has none"):
        find("bach-chorale", two)


def test_a_folder_that_cannot_be_listed_is_named_and_the_others_are_there(two: list[ShelfFolder]) -> None:
    ragtime = put(two[1].folder, "ragtime")
    assert closed(two) == []
    two[0].folder.write_text("a file in the folder's place", encoding="utf-8")
    assert shelf(two) == [Shelved("ragtime", ragtime, "shelf")]
    assert closed(two) == [f"the presets in {two[0].folder} cannot be listed (Not a directory)"]


def test_places_are_the_users_folder_and_then_what_came_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_folder()
    assert folder is not None
    assert folder.parts[-2:] == ("descant", "presets")
    own, came = places()
    assert (own.origin, own.folder) == ("yours", own_folder())
    assert came.origin == "shelf"
    assert (came.folder / "__init__.py").is_file()
    mine = put(tmp_path, "mine")
    monkeypatch.setattr(shelf_module, "own_folder", lambda: tmp_path)
    assert find("mine") == mine
    assert Shelved("mine", mine, "yours") in shelf()
