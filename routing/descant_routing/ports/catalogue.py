"""What MIDI there is on this machine: which systems, why not the others, and the names of their ports."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from descant_routing.errors import DescantError
from descant_routing.ports.alsa.client import AlsaClient
from descant_routing.ports.alsa.queue import queue_timer
from descant_routing.ports.bounded import bounded
from descant_routing.ports.coremidi.library import load_coremidi
from descant_routing.ports.libraries import load_jack, load_rtmidi, quiet_stderr
from descant_routing.ports.rtmidi.ends import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable

_SEQUENCER = Path("/dev/snd/seq")
_ANSWER = 3.0  # s that a server has to answer
_PROBE = "descant-ports"  # what Descant is called while it looks
_STUCK = "open Audio MIDI Setup once, or restart the Mac: CoreMIDI's server is stuck"
_UNTRIED = "written from documentation and not yet tried on hardware; should it fail, take --backend"


@dataclass(frozen=True)
class MidiSystem:
    """One way to get MIDI in and out; everything that a listing or a doctor has to say of it."""

    key: str
    """As ``--backend`` takes it."""
    title: str
    available: bool
    reason: str
    """What was found, or why the system cannot be used."""
    advice: str = ""
    """What to do about it; empty where it is available."""
    inputs: tuple[str, ...] = ()
    """The ports that Descant can listen to, as ``--input`` takes them."""
    outputs: tuple[str, ...] = ()
    """The ports that Descant can play to, as ``--output`` takes them."""


def systems(platform: str = sys.platform) -> list[MidiSystem]:
    """The MIDI systems of a platform (as ``sys.platform`` spells it), best first, looked at now.

    Opens nothing that stays, writes nothing to stderr, raises nothing; a JACK server that hangs costs
    3 s.
    """
    return [look() for look in _LOOKS.get(platform, (_jack, _alsa, _alsa_rtmidi))]


def _jack() -> MidiSystem:
    start = "start JACK (QjackCtl, or: jackd -d alsa), or do without: Descant then uses the next system"
    try:
        jack = load_jack()
    except DescantError as error:
        return MidiSystem("jack", "JACK", available=False, reason=str(error), advice=start)

    def look() -> MidiSystem:
        client: Any = jack.Client(_PROBE, no_start_server=True)
        try:
            rate, period = client.samplerate, client.blocksize
            return MidiSystem(
                "jack",
                "JACK",
                available=True,
                reason=f"a server is running: {rate} Hz, {period} frames ({1000 * period / rate:.1f} ms)",
                inputs=tuple(port.name for port in client.get_ports(is_midi=True, is_output=True)),
                outputs=tuple(port.name for port in client.get_ports(is_midi=True, is_input=True)),
            )
        finally:
            client.close()

    try:
        return bounded("JACK", _ANSWER, look)
    except jack.JackError:
        return MidiSystem("jack", "JACK", available=False, reason="no server is running", advice=start)
    except DescantError as error:
        return MidiSystem("jack", "JACK", available=False, reason=str(error), advice="restart JACK")


def _alsa() -> MidiSystem:
    if (refusal := _no_sequencer("alsa", "ALSA")) is not None:
        return refusal
    try:
        client = AlsaClient(_PROBE)
        try:
            timer = queue_timer(client.queue)
            inputs, outputs = (
                tuple(port.name for port in client.ports(readable=readable)) for readable in (True, False)
            )
        finally:
            client.close()
    except DescantError as error:
        advice = "see whether another program holds the sequencer, or take --backend alsa-rtmidi"
        return MidiSystem("alsa", "ALSA", available=False, reason=str(error), advice=advice)
    by = timer or "by a timer that it does not name"
    reason = f"the kernel sends at its time {by} ({_UNTRIED} alsa-rtmidi)"
    return MidiSystem("alsa", "ALSA", available=True, reason=reason, inputs=inputs, outputs=outputs)


def _alsa_rtmidi() -> MidiSystem:
    refusal = _no_sequencer("alsa-rtmidi", SYSTEMS["alsa-rtmidi"].title)
    return refusal or _rtmidi("alsa-rtmidi", "see whether another program holds the sequencer")


def _no_sequencer(key: str, title: str) -> MidiSystem | None:
    # Asked of the kernel first: ALSA's library, when it finds no sequencer, says so on stderr.
    if not _SEQUENCER.exists():
        reason = f"the kernel's MIDI sequencer ({_SEQUENCER}) is not there"
        advice = "load it with: sudo modprobe snd-seq (a container must be given /dev/snd)"
        return MidiSystem(key, title, available=False, reason=reason, advice=advice)
    if not os.access(_SEQUENCER, os.R_OK | os.W_OK):
        reason = f"this user may not use {_SEQUENCER}"
        advice = "join the group audio (sudo usermod -aG audio $USER), then log in again"
        return MidiSystem(key, title, available=False, reason=reason, advice=advice)
    return None


def _coremidi() -> MidiSystem:
    try:
        midi = load_coremidi()
        inputs, outputs = (tuple(midi.endpoints(sources=sources)) for sources in (True, False))
    except DescantError as error:
        return MidiSystem("coremidi", "CoreMIDI", available=False, reason=str(error), advice=_STUCK)
    reason = f"it sends to a named destination at each message's stamp ({_UNTRIED} coremidi-rtmidi)"
    return MidiSystem("coremidi", "CoreMIDI", available=True, reason=reason, inputs=inputs, outputs=outputs)


def _coremidi_rtmidi() -> MidiSystem:
    return _rtmidi("coremidi-rtmidi", _STUCK)


def _winmm() -> MidiSystem:
    return _rtmidi("winmm", "see whether Windows knows a MIDI device, or install loopMIDI")


def _rtmidi(key: str, advice: str) -> MidiSystem:
    facts = SYSTEMS[key]
    try:
        rtmidi = load_rtmidi()
    except DescantError as error:
        return MidiSystem(key, facts.title, available=False, reason=str(error), advice="reinstall Descant")
    try:
        with quiet_stderr():
            inputs, outputs = (
                _names(kind, getattr(rtmidi, facts.constant)) for kind in (rtmidi.MidiIn, rtmidi.MidiOut)
            )
    except rtmidi.RtMidiError as error:
        return MidiSystem(key, facts.title, available=False, reason=str(error), advice=advice)
    if not facts.virtual and not (inputs and outputs):
        reason = "Windows has no virtual ports of its own, and there is no other"
        advice = "install loopMIDI (tobias-erichsen.de) and make two ports in it, to Descant and back"
        return MidiSystem(key, facts.title, available=False, reason=reason, advice=advice)
    reason = "Descant gets ports of its own" if facts.virtual else "name one input and one output port"
    return MidiSystem(key, facts.title, available=True, reason=reason, inputs=inputs, outputs=outputs)


def _names(kind: Callable[..., Any], api: int) -> tuple[str, ...]:
    midi = kind(api, name=_PROBE)
    try:
        return tuple(midi.get_ports())
    finally:
        midi.delete()


_LOOKS: dict[str, tuple[Callable[[], MidiSystem], ...]] = {
    "darwin": (_jack, _coremidi, _coremidi_rtmidi),
    "win32": (_winmm,),
}
