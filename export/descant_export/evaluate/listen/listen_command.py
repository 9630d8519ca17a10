"""``descant listen STYLE``: takes rendered, drawn, played into files, and shown on one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from descant_daemon.console import say
from descant_daemon.picture.from_midi import draw_file
from descant_daemon.whole_file import write_whole
from descant_export.corpus.piece import Piece
from descant_export.evaluate.listen.listening_page import Shown, figures, page
from descant_export.evaluate.listen.sound import Sound, counted
from descant_export.evaluate.takes.melody import Melody, melodies_of, tunes
from descant_export.evaluate.takes.style import Style, load_style
from descant_export.evaluate.takes.take import Take, several
from descant_routing.errors import DescantError

PAGE = "index.html"


def listen(
    preset: str,
    folder: Path | None,
    held_out: Sequence[Piece] | None,
    *,
    count: int,
    bars: int,
    tempo: float,
    settings: Sequence[str],
    mode: str | None,
) -> None:
    """Write the page into ``folder``; melodies are from pieces ``held_out``, or else from Descant's own tunes.

    A style that is made to be played to has the first half of its takes over melodies, the others free.
    """
    style = load_style(preset, settings, mode)
    folder = made(folder or Path("listen") / style.name)
    over = (count + 1) // 2 if style.over_melody else 0
    melodies = melodies_for(style, held_out, bars) if over else []
    with counted("takes", count) as bar:
        takes = several(
            style, melodies, over, bars, tempo=tempo, progress=lambda: bar.advance(bar.task_ids[0])
        )
        takes += several(
            style,
            [],
            count - over,
            bars,
            first_seed=over + 1,
            tempo=tempo,
            progress=lambda: bar.advance(bar.task_ids[0]),
        )
    sound = Sound()
    with counted("sound and pictures", count) as bar:
        shown = []
        for number, take in enumerate(takes, 1):
            shown.append(_written(take, folder, f"take-{number}", style, sound))
            bar.advance(bar.task_ids[0])
    about = [
        f"{count} take{'' if count == 1 else 's'}, seed{'' if count == 1 else 's'} 1"
        f"{'' if count == 1 else f' to {count}'}, at {tempo:g} BPM, as descant render plays them. "
        + ("Blue is Descant, orange the melody that was played to it." if over else "Blue is Descant."),
        *([sound.missing] if sound.missing else []),
    ]
    write_whole(folder / PAGE, page(style.title, about, shown).encode())
    say(
        f"{folder / PAGE}: {count} take{'' if count == 1 else 's'}."
        + (f" {sound.missing}" if sound.missing else "")
    )


def melodies_for(style: Style, held_out: Sequence[Piece] | None, bars: int) -> list[Melody]:
    """Long enough ones where there are any. DescantError when the held-out pieces have no melody."""
    if held_out is None:
        return tunes()
    longest_first = sorted(melodies_of(held_out, 1), key=lambda melody: -melody.bars)
    found = melodies_of(held_out, bars) or longest_first
    if not found:
        raise DescantError(f"No held-out piece has a melody to play to {style.name}.")
    return found


def made(folder: Path) -> Path:
    """The folder, made where it is not. DescantError when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DescantError(f"{folder} cannot be made: {error.strerror or error}.") from error
    return folder


def _written(take: Take, folder: Path, stem: str, style: Style, sound: Sound) -> Shown:
    midi, picture = folder / f"{stem}.mid", folder / f"{stem}.png"
    take.write(midi)
    draw_file(midi, picture, title=take.name, subtitle=style.title)
    audio = sound.of(midi, folder / f"{stem}.ogg")
    return Shown(take.name, midi.name, picture.name, audio.name if audio else None, figures(take.piece))
