"""Programs that do not come up, fail, or will not end; and the pipe between them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from descant_daemon.loopback.children import Child, play
from descant_daemon.loopback.measure import SAME, choose
from descant_daemon.loopback.recording import Recording
from descant_daemon.loopback.stimulus import Cue
from descant_daemon.loopback.wire import WireJob
from descant_daemon.settings.preset import load_preset
from descant_daemon.settings.shelf import find, shelf
from descant_routing.errors import DescantError
from descant_routing.ports.catalogue import MidiSystem

NO_JACK = MidiSystem("jack", "JACK", available=False, reason="no server is running", advice="start JACK")
SOME = MidiSystem("alsa", "ALSA", available=True, reason="there")


def test_play_that_refuses_is_quoted() -> None:
    with (
        play("bachh", "jack") as program,
        pytest.raises(
            DescantError, match=r"^descant play does not come up: there is no preset called 'bachh'"
        ),
    ):
        program.cables()


def test_a_program_that_ends_without_a_word() -> None:
    with (
        Child("It", "keyword") as program,
        pytest.raises(DescantError, match=r"^It does not come up: without a word\."),
    ):
        program.cables()


def test_a_program_that_fails_is_quoted() -> None:
    with (
        Child("It", "nothing_of_that_name") as program,
        pytest.raises(DescantError, match="No module named"),
    ):
        program.result(20, lambda: None)


def test_a_program_that_hangs_is_given_up_and_ended() -> None:
    # asyncio's prompt waits for its standard input, which is never closed before the block ends.
    with (
        Child("It", "asyncio") as program,
        pytest.raises(DescantError, match=r"^It did not end within 0 s"),
    ):
        program.result(0, lambda: None)
    assert program.ended


@pytest.mark.parametrize("name", [preset.name for preset in shelf()])
def test_what_a_preset_asks_to_be_late_is_not_measured(name: str) -> None:
    settings = [after for word, after in pairwise(SAME) if word == "--set"]
    parameters = load_preset(find(name)).to_parameters().with_settings(settings)
    assert (parameters.humanise, parameters.swing) == (0, 0)


def test_a_job_and_a_recording_survive_the_pipe() -> None:
    job = WireJob(
        "jack", "Descant:in", "Descant:out", (Cue(0, b"\xfa"), Cue(2000, b"\x90\x3c\x5a")), 1.5, 0.25
    )
    assert WireJob.decode(job.encode()) == job._replace(cues=list(job.cues))
    recording = Recording([0, 2000], [(2003, b"\x91\x30\x50"), (2013, b"\x81\x30\x40")], 2)
    assert Recording.decode(recording.encode()) == recording
    assert [(strike.time, strike.key) for strike in recording.strikes(1)] == [(2003, 48)]
    assert recording.strikes(0) == []


def test_which_system_is_measured() -> None:
    assert choose("auto", [NO_JACK, SOME]) == "alsa"
    assert choose("alsa", [NO_JACK, SOME]) == "alsa"
    with pytest.raises(DescantError, match=r"JACK cannot be measured: no server is running; start JACK\."):
        choose("jack", [NO_JACK, SOME])
    with pytest.raises(DescantError, match="There is no MIDI system to measure"):
        choose("auto", [NO_JACK])
    with pytest.raises(DescantError, match="it takes jack, alsa, "):
        choose("winmm", [NO_JACK, SOME])
