"""Opening ALSA's queue: its timer and its ports, see ``kernel.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.routing.ports.alsa.kernel import KEYBOARD, SYNTH, Kernel
from tests.routing.ports.doubles import one

from descant_routing.errors import DescantError, UsageError
from descant_routing.ports.alsa.backend import AlsaBackend
from descant_routing.timed import MAIN

if TYPE_CHECKING:
    from descant_routing.ports.api import Backend


def test_named_ports_are_connected_and_our_own_are_hidden(kernel: Kernel) -> None:
    backend = AlsaBackend(one("keystation", "prophet"))
    assert backend.inputs == {MAIN: "Keystation:Keystation MIDI 1 20:0"}
    assert backend.outputs == {MAIN: "Prophet:Prophet MIDI 1 24:0"}
    assert ("Descant in", KEYBOARD, 0) in kernel.connected
    assert ("Descant out", SYNTH, 0) in kernel.connected
    backend.close()
    with pytest.raises(UsageError, match="there is no ALSA input port 'organ'"):
        AlsaBackend(one("organ"))
    assert kernel.closed


def test_a_port_that_somebody_else_holds_is_a_sentence(kernel: Kernel) -> None:
    kernel.refuses_connections = True
    with pytest.raises(DescantError, match="ALSA refused a port: Device or resource busy"):
        AlsaBackend(one("keystation"))
    assert kernel.closed


def test_its_own_ports_are_for_others_to_connect(kernel: Kernel) -> None:
    backend: Backend = AlsaBackend()
    assert (backend.inputs, backend.outputs) == ({MAIN: "Descant in"}, {MAIN: "Descant out"})
    assert [port for port, *_ in kernel.connected] == ["watch"]
    backend.close()


def test_the_hr_timer_is_asked_for_and_the_system_timer_taken(kernel: Kernel) -> None:
    AlsaBackend().close()
    assert kernel.timer == (3, 6250)
    kernel.timers = (0,)
    AlsaBackend().close()
    assert kernel.timer == (0, 0)
    kernel.timers = ()
    with pytest.raises(DescantError, match="ALSA gave no queue: No such device"):
        AlsaBackend()
    assert kernel.closed


def test_a_queue_that_does_not_run_is_no_rung(kernel: Kernel) -> None:
    kernel.runs = False
    with pytest.raises(DescantError, match="queue does not start"):
        AlsaBackend()
