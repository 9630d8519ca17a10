"""A take as audio, where FluidSynth and a SoundFont are installed."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from descant_daemon.user_folders import expanded

SOUNDFONT_VARIABLE = "DESCANT_SOUNDFONT"
SOUNDFONT_FOLDERS = (
    Path("~/.local/share/soundfonts"),
    Path("~/.local/share/sounds/sf2"),
    Path("~/.local/share/sounds/sf3"),
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/sounds/sf3"),
    Path("/usr/share/soundfonts"),
    Path("/usr/local/share/soundfonts"),
    Path("/opt/homebrew/share/soundfonts"),
    Path("C:/soundfonts"),
)
SAMPLE_RATE = 44_100
WAV_HEADER_BYTES = 44
KINDS = {".wav": "wav", ".ogg": "oga"}  # suffix → what FluidSynth calls it


def find_soundfont(folders: Iterable[Path] = SOUNDFONT_FOLDERS) -> Path | None:
    """The SoundFont to play with: ``$DESCANT_SOUNDFONT``, else the first in the usual places, else None.

    Within a folder one called "default" comes first, as distributions mark theirs, then by name. A variable
    that names no file counts as none, so that a slip in it is not covered up by another sound.
    """
    if named := os.environ.get(SOUNDFONT_VARIABLE):
        path = expanded(Path(named))
        return path if path.is_file() else None
    for folder in folders:
        fonts = [
            path
            for path in expanded(folder).glob("*")
            if path.suffix.lower() in {".sf2", ".sf3"} and path.is_file()
        ]
        if fonts:
            return min(fonts, key=lambda path: (not path.name.lower().startswith("default"), path.name))
    return None


class _NoAudioError(Exception):
    """Why there is none: half a sentence."""


def render_wav(midi: Path, wav: Path, *, limit_s: float = 60.0) -> Path | str:
    """Play ``midi`` into ``wav`` (44.1 kHz, 16 bit, stereo): the path, or one sentence that says why not.

    A path that ends in .ogg gets Ogg Vorbis, a tenth of the size. Never raises for what is missing on the
    machine, and gives up after ``limit_s`` seconds. The file is there whole or not at all.
    """
    partial = wav.with_name(f".{wav.name}.{os.getpid()}")
    try:
        program, font = _instrument()
        if not midi.is_file():
            raise _NoAudioError(f"{midi} is not there")
        if not wav.absolute().parent.is_dir():
            raise _NoAudioError(f"there is no folder {wav.parent}")
        _fluidsynth(program, font, midi, partial, KINDS.get(wav.suffix, "wav"), limit_s)
        partial.replace(wav)
    except _NoAudioError as reason:
        return f"No audio: {reason}."
    except OSError as error:
        return f"No audio: {wav} could not be written ({error.strerror})."
    finally:
        partial.unlink(missing_ok=True)
    return wav


def _instrument() -> tuple[str, Path]:
    """The program and its SoundFont."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise _NoAudioError("FluidSynth is not installed")
    font = find_soundfont()
    if font is None:
        if named := os.environ.get(SOUNDFONT_VARIABLE):
            raise _NoAudioError(f"{SOUNDFONT_VARIABLE} names {named}, which is not a file")
        raise _NoAudioError(
            f"no SoundFont (.sf2, .sf3) in the usual folders; name one in {SOUNDFONT_VARIABLE}"
        )
    if not _is_soundfont(font):
        raise _NoAudioError(f"{font} is not a SoundFont")
    return program, font


def _fluidsynth(program: str, font: Path, midi: Path, out: Path, kind: str, limit_s: float) -> None:
    command = [
        program,
        "-n",  # no MIDI driver
        "-i",  # no shell
        "-q",
        *("-r", str(SAMPLE_RATE), "-g", "0.6", "-T", kind, "-O", "s16"),
        *("-F", str(out.absolute())),
        str(font.absolute()),
        str(midi.absolute()),
    ]
    try:
        # Its exit status is 0 even where a file cannot be read, so its words and the file are asked too.
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise _NoAudioError(f"FluidSynth was not done after {limit_s:g} s") from None
    said = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode or any("error" in line.lower() for line in said) or not _sounds(out):
        last = said[-1].removeprefix("fluidsynth: ") if said else f"exit status {done.returncode}"
        raise _NoAudioError(f"FluidSynth failed with {font.name} ({last})")


def _is_soundfont(path: Path) -> bool:
    """True for a RIFF file of form ``sfbk``; FluidSynth takes any other file for music to play."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"sfbk"


def _sounds(wav: Path) -> bool:
    """True when there is more in the file than its header."""
    return wav.is_file() and wav.stat().st_size > WAV_HEADER_BYTES
