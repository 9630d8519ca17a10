"""Two peers of the real Ableton Link library in one process: Link finds peers on one machine too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import link
import pytest

from descant_daemon.live.link_session import LinkSession
from descant_daemon.time.link_source import LinkMoment

PATIENCE = 30  # s
BAR = 4  # quarters


class Peer:
    """Somebody else's program."""

    def __init__(self, bpm: float) -> None:
        self.link: Any = link.Link(bpm)
        self.link.startStopSyncEnabled = True
        self.link.enabled = True

    def change(self, change: Callable[[Any, int], None]) -> None:
        state = self.link.captureSessionState()
        change(state, self.link.clock().micros())
        self.link.commitSessionState(state)

    def beat(self, host: int) -> float:
        return float(self.link.captureSessionState().beatAtTime(host, BAR))


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer(120)
    yield peer
    peer.link.enabled = False


@pytest.fixture
def session(peer: Peer) -> Iterator[LinkSession]:
    """Joined: one tempo and one bar for both."""
    session = LinkSession(97, BAR)
    until(lambda: peer.link.numPeers() == 1)
    until(lambda: abs(apart(peer, session) % BAR) < 0.01)
    yield session
    session.close()


def until(wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def apart(peer: Peer, session: LinkSession) -> float:
    """Beats, half of a µs's worth moved up so that a whole number is not just missed."""
    moment = session.moment()
    return moment.beat - peer.beat(moment.host) + 1e-4


def moment_when(session: LinkSession, wanted: Callable[[LinkMoment], bool]) -> LinkMoment:
    seen: list[LinkMoment] = []

    def look() -> bool:
        seen[:] = [session.moment()]
        return wanted(seen[0])

    until(look)
    return seen[0]


def test_the_song_begins_at_beat_0_where_a_peer_has_it(peer: Peer, session: LinkSession) -> None:
    """However long the session has lasted: the same song has the same bars, and so the same notes."""
    moment_when(session, lambda now: now.beat > 5)
    peer.change(lambda state, now: state.setIsPlayingAndRequestBeatAtTime(True, now, 0, BAR))
    begun = moment_when(session, lambda now: now.playing and now.beat < BAR)
    assert begun.beat == pytest.approx(peer.beat(begun.host), abs=0.001)
    assert begun.beat > -BAR
    peer.change(lambda state, now: state.setTempo(200, now))
    faster = moment_when(session, lambda now: now.bpm == pytest.approx(200))
    assert faster.beat == pytest.approx(peer.beat(faster.host), abs=0.001), "a tempo is no new beginning"


def test_every_start_begins_anew(peer: Peer, session: LinkSession) -> None:
    peer.change(lambda state, now: state.setTempo(300, now))
    for _ in range(2):
        peer.change(lambda state, now: state.setIsPlayingAndRequestBeatAtTime(True, now, 0, BAR))
        until(lambda: abs(apart(peer, session)) < 0.001 and session.moment().beat > 0)
        peer.change(lambda state, now: state.setIsPlaying(False, now))
        moment_when(session, lambda now: not now.playing)


def test_until_somebody_starts_the_session_plays_bar_on_bar(peer: Peer, session: LinkSession) -> None:
    assert session.moment().playing
    assert apart(peer, session) % BAR == pytest.approx(0, abs=0.01)
