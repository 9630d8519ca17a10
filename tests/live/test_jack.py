"""Through real ports: what a producer hears, as an independent client writes it down."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mido
import pytest
from tests.live.conftest import PATIENCE, StatusLines
from tests.tunes.as_midi import write_midi
from typer.testing import CliRunner

from descant_daemon.cli.app import app
from descant_daemon.tunes.book import COMMON_METRE, medley

if TYPE_CHECKING:
    from tests.live.conftest import Performance, Rig

BAR = 96  # ticks
PLAYER, OURS = 0, 1  # channels
MELODY = [[note.start * 6, note.length * 6, note.key] for note in medley(COMMON_METRE)]
"""Hymn tunes that Bach never set (see the tunes' own tests): the model has not met them."""


def tenth(performance: Performance) -> int:
    """100 ms in frames."""
    return performance.rate // 10


def rendered(folder: Path, ticks: int) -> list[tuple[int, int]]:
    """(step, key) of our notes when ``descant render`` plays the same melody with the same seed."""
    source, target = folder / "melody.mid", folder / "rendered.mid"
    write_midi(medley(COMMON_METRE), source, tempo=100)
    arguments = [
        "render",
        "bach-chorale",
        str(source),
        "-o",
        str(target),
        "--seed",
        "7",
        "--bars",
        str(ticks // BAR),
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    notes, now = [], 0
    for message in mido.MidiFile(target).tracks[2]:
        now += message.time
        if message.type == "note_on" and message.velocity:
            notes.append((now // 120, message.note))
    return notes


def test_32_bars_in_harmony(
    make_rig: Callable[[int], Rig], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = make_rig(512)
    rig.master(160)
    rig.descant("--clock", "midi", "--seed", "7")
    heard = rig.witness(MELODY, 32 * BAR, freewheel=True)
    late = heard.lateness(OURS)
    stop = next(frame for frame, status in heard.transport if status == 0xFC)
    with capsys.disabled():
        print(f"\n32 bars: {len(late)} onsets, 0 to {max(late)} frames after their sixteenth "
              f"(period {heard.period}), {heard.voices(OURS):.2f} voices")  # fmt: skip
    assert len(late) > 100
    assert min(late) >= -1, "nothing comes before its sixteenth"
    assert max(late) <= heard.period
    assert heard.voices(OURS) >= 2
    assert heard.sounding(stop + tenth(heard), OURS) == set()
    struck = {heard.ticks[tick] for tick, _, _ in MELODY if tick < len(heard.ticks)}
    assert {frame for frame, _ in heard.strikes(PLAYER)} <= struck, "the dry path costs not one frame"
    # The master stops a moment after the last bar, a rendering on its double bar line.
    live = [(heard.step(frame), key) for frame, key in heard.strikes(OURS) if heard.step(frame) < 32 * 16]
    assert sorted(live) == sorted(rendered(tmp_path, 32 * BAR))


def test_playing_by_itself_is_on_the_very_frame(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    rig.master(120)  # 1,000 frames a tick: at other tempos the master itself rounds to frames
    rig.descant("--clock", "midi", "--mode", "free", "--set", "density=1.3")
    heard = rig.witness([], 8 * BAR, freewheel=True)
    first_step = heard.step(heard.strikes(OURS)[0][0])
    late = [
        late
        for late, (frame, _) in zip(heard.lateness(OURS), heard.strikes(OURS), strict=True)
        if heard.step(frame)
        > first_step  # the first is asked for when the song begins, and may wait a period
    ]
    assert len(late) > 20
    assert set(late) == {0}


def test_terminated_mid_phrase(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    rig.master(160)
    descant = rig.descant("--clock", "midi", "--json")
    status = StatusLines(descant)
    wait = rig.begin_witness(MELODY, 10 * BAR, listen=0.2)
    status.wait_for(music)
    descant.send_signal(signal.SIGTERM)
    assert descant.wait(PATIENCE) == 0
    with closing(rig.stopwatch()) as stopwatch:
        gone = stopwatch.frame_time
    heard = wait()
    assert len(heard.strikes(OURS)) > 3
    assert heard.sounding(gone, OURS) == heard.sounding(gone, PLAYER) == set()
    assert heard.heard[-1][0] <= gone < heard.stopped, "the song went on without it"


def test_panic_by_signal_is_silence_and_the_song_goes_on(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    rig.master(120)
    descant = rig.descant("--clock", "midi", "--json")
    status = StatusLines(descant)
    wait = rig.begin_witness(MELODY, 6 * BAR)
    status.wait_for(lambda now: music(now) and bool(now["held"]))
    descant.send_signal(signal.SIGUSR1)
    heard = wait()
    ends = {heard.ticks[tick + length] for tick, length, _ in MELODY if tick + length < len(heard.ticks)}
    offs = [frame for frame, data in heard.heard if data[0] == 0x80 | PLAYER]
    silent = next(
        frame for frame in offs if frame not in ends
    )  # the player's key is still down: it was panic
    assert heard.sounding(silent, OURS) == heard.sounding(silent, PLAYER) == set()
    assert [frame for frame, _ in heard.strikes(OURS) if frame > silent], "the next key is harmonised again"


def test_engine_killed_mid_phrase(make_rig: Callable[[int], Rig]) -> None:
    rig = make_rig(256)
    rig.master(120)
    descant = rig.descant("--clock", "midi", "--json")
    status = StatusLines(descant)
    wait = rig.begin_witness(MELODY, 12 * BAR)
    status.wait_for(music)
    engine = child(descant.pid, "engine")
    with closing(rig.stopwatch()) as stopwatch:
        killed = stopwatch.frame_time
        os.kill(engine, signal.SIGKILL)
    status.wait_for(lambda now: now["engine_lost"] == 1 and now["engine"] and music(now))
    heard = wait()
    assert child(descant.pid, "engine") != engine, "another engine has taken over"
    assert len([frame for frame, _ in heard.strikes(OURS) if frame < killed]) > 3
    silent = heard.silence(OURS, killed)
    assert [frame for frame, _ in heard.strikes(OURS) if frame > silent], "it plays again"
    struck = {heard.ticks[tick] for tick, _, _ in MELODY if tick < len(heard.ticks)}
    dry = [frame for frame, _ in heard.strikes(PLAYER)]
    assert set(dry) <= struck
    assert len(dry) == len([tick for tick, _, _ in MELODY if tick < len(heard.ticks)]), (
        "the dry path did not notice"
    )


def music(now: dict[str, Any]) -> bool:
    """So far into the song that voices sound."""
    return bool(now["running"] and now["sounding"] and now["notes"] > 12)


def child(pid: int, name: str) -> int:
    """The process ``name`` among those that a process has started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    started = [each for thread in threads for each in (thread / "children").read_text().split()]
    (found,) = [
        int(each)
        for each in started
        if f"{name}_process".encode() in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    return found
