"""JACK's transport: rolling or not, and where; tempo, bars and metre from the timebase master, or else Descant's tempo.

Frames are counted. Bars, beats and ticks say where to begin: when the transport starts or is moved, and when the tempo
changes. A difference from them that lasts is believed as well, because the first cycles after a move may be told
wrongly. One that grows is a master that contradicts itself; then nothing but frames counts.
"""

from __future__ import annotations

from collections.abc import Callable

from descant_daemon.settings.metre import Metre
from descant_daemon.time.metre_map import Stretch
from descant_daemon.time.sampled_clock import Sample
from descant_daemon.time.timeline import PPQN, Timeline, ns_per_tick
from descant_routing.ports.jack.transport import Bar, Transport

MOVED = 2e-4  # s between the transport's place and its frames since the last cycle: less is rounding
LASTS = 60_000_000  # ns that a difference must stay as it is to be believed
ROUNDING = 0.02  # ticks, beside what a bar's own ticks leave open,
SAME = 0.1  # and by which a difference may vary that lasts
UNLIKE = 1.0  # ticks of difference that is not to be explained by rounding,
CONTRADICTS = 500_000_000  # ns after which it is told of,
AGREES = 3_000_000_000  # and ns without it after which it is forgotten


class TransportSource:
    """A ``Source``.

    ``query``: the transport of the present cycle; ``bpm`` serves where there is no timebase master.
    """

    def __init__(self, query: Callable[[], Transport], bpm: float) -> None:
        self._query = query
        self._bpm = bpm
        self._line: Timeline | None = None
        self._last: Transport | None = None
        self._bar: Stretch | None = None
        self._bar_begin = 0.0  # ticks
        self._begins: dict[int, float] = {}  # bar's number → tick, of bars that have been passed
        self._off: tuple[float, int] | None = (
            None  # ticks by which the bars differ from the line, and since when
        )
        self._unlike_since: int | None = None
        self._alike_since = 0
        self._contradicts = False

    def sample(self, now: int) -> Sample:  # noqa: ARG002
        """See ``Source``."""
        transport = self._query()
        if not transport.rolling:
            self._line = self._last = None
            return Sample(running=False, line=None)
        if transport != self._last:
            self._line = self._look(transport)
            self._last = transport
        return Sample(True, self._line, self._bar, self._contradicts)

    # -- inside --------------------------------------------------------------------------------------

    def _look(self, transport: Transport) -> Timeline:
        """Where the song is in a cycle that Descant has not looked at."""
        line, last, bar = self._line, self._last, transport.bar
        bpm = transport.bpm or self._bpm
        frames = 0.0 if last is None else transport.seconds - last.seconds
        moved = last is None or abs(frames - (transport.time - last.time) / 1e9) > MOVED
        per_tick = ns_per_tick(bpm)
        if line is None or last is None:
            return _line(self._told(transport, bpm), transport.time, per_tick)
        counted = line.tick_at(transport.time)
        if self._contradicts:
            counted = max(0.0, line.tick_at(last.time) + frames * bpm / 60 * PPQN)
        elif moved or bar is None or last.bar is None:
            unmoved = not moved and bar is last.bar and line.per_tick == per_tick
            return line if unmoved else _line(self._told(transport, bpm), transport.time, per_tick)
        off = 0.0 if bar is None else self._compare(bar, counted, transport.time)
        if self._contradicts or (line.per_tick != per_tick and abs(off) >= UNLIKE):
            return _line(counted, transport.time, per_tick)
        if line.per_tick != per_tick:
            return _line(counted + off, transport.time, per_tick)
        return line._replace(time=line.time - self._believed(off, transport.time) * per_tick)

    def _told(self, transport: Transport, bpm: float) -> float:
        """The tick that the transport itself says."""
        self._off = self._unlike_since = None
        bar = transport.bar
        if bar is None:
            self._bar = None
            return transport.seconds * bpm / 60 * PPQN
        self._enter(bar, self._begins.get(bar.number, bar.begin * PPQN))
        return self._bar_begin + bar.into * PPQN

    def _pass_bars(self, bar: Bar, tick: float) -> None:
        """Into another bar, counted from where the last one ended, whatever its metre."""
        if self._bar is None or (bar.number, _metre(bar)) == (self._bar.bar, self._bar.metre):
            return
        ended = self._bar_begin + self._bar.length
        begin = tick - bar.into * PPQN
        follows = bar.number == self._bar.bar + 1 and abs(begin - ended) < UNLIKE
        self._enter(bar, ended if follows else begin)

    def _enter(self, bar: Bar, begin: float) -> None:
        metre = _metre(bar)
        self._bar_begin = self._begins[bar.number] = begin
        self._bar = None if metre is None else Stretch(round(begin), bar.number, metre)

    def _compare(self, bar: Bar, tick: float, time: int) -> float:
        """By how many ticks the master says another place than ``tick``; none where that is rounding."""
        self._pass_bars(bar, tick)
        off = self._bar_begin + bar.into * PPQN - tick
        within = ROUNDING + 2 * bar.grain * PPQN
        self._weigh(abs(off) > max(UNLIKE, within), time)
        return 0.0 if abs(off) <= within else off

    def _believed(self, off: float, time: int) -> float:
        """By how many ticks the line is to be moved: by a difference that has lasted as it is.

        Places are told rounded down, so the most that it has been is the nearest to the truth.
        """
        if not off:
            self._off = None
        elif self._off is None or abs(off - self._off[0]) > SAME:
            self._off = off, time
        else:
            most, since = max(off, self._off[0]), self._off[1]
            self._off = most, since
            if time - since >= LASTS:
                self._off = self._unlike_since = None
                return most
        return 0.0

    def _weigh(self, unlike: bool, time: int) -> None:
        """Whether the master contradicts itself."""
        if not unlike:
            self._unlike_since = None
            self._contradicts = self._contradicts and time - self._alike_since < AGREES
            return
        self._alike_since = time
        if self._unlike_since is None:
            self._unlike_since = time
        self._contradicts = self._contradicts or time - self._unlike_since >= CONTRADICTS


def _metre(bar: Bar) -> Metre | None:
    """What Descant can play in; None for a metre that music has not."""
    return Metre.parse(f"{bar.beats:g}/{bar.unit:g}")


def _line(tick: float, time: int, per_tick: float) -> Timeline:
    """Through ``tick`` at ``time``, from the whole tick before it."""
    whole = int(tick // 1)
    return Timeline(whole, time - (tick - whole) * per_tick, per_tick)
