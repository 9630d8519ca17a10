"""Random routes."""

from __future__ import annotations

from hypothesis import strategies as st

from descant_routing.routes.changes import (
    CurvedVelocity,
    FixedVelocity,
    Rechannel,
    ScaledVelocity,
    SqueezedVelocity,
    Transpose,
)
from descant_routing.routes.conditions import Channels, Condition, Facet, Keys, Kinds, Velocities
from descant_routing.routes.kinds import KINDS
from descant_routing.routes.route import Branch, Drop, Layer, Only, Route, Split, Step


def numbers(low: int, high: int) -> st.SearchStrategy[frozenset[int]]:
    ends = st.tuples(st.integers(low, high), st.integers(low, high))
    ranges = ends.map(lambda pair: frozenset(range(min(pair), max(pair) + 1)))
    return ranges | st.frozensets(st.integers(low, high), min_size=1, max_size=5)


KINDS_ASKED = st.builds(
    Kinds, st.frozensets(st.sampled_from(list(KINDS))), st.just(frozenset[int]()) | numbers(0, 127)
).filter(lambda kinds: bool(kinds.names or kinds.controllers))
CHANNELS = st.builds(Channels, numbers(0, 15))
KEYS = st.builds(Keys, numbers(0, 127))
VELOCITIES = st.builds(Velocities, numbers(1, 127))
FACETS: st.SearchStrategy[Facet] = st.one_of(KINDS_ASKED, CHANNELS, KEYS, VELOCITIES)
CONDITIONS: st.SearchStrategy[Condition] = st.lists(FACETS, min_size=1, max_size=4, unique_by=type).map(tuple)


def _squeezed(one: int, other: int) -> SqueezedVelocity:
    return SqueezedVelocity(min(one, other), max(one, other))


ONE = st.integers(0, 15)
TARGETS = ONE.map(lambda channel: (channel,) * 16) | st.tuples(*[ONE] * 16)
VELOCITY_STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(FixedVelocity, st.integers(1, 127)),
    st.builds(ScaledVelocity, st.floats(0, 10), st.integers(-127, 127)),
    st.builds(CurvedVelocity, st.sampled_from([0.7, 1.4]) | st.floats(0.1, 10)),
    st.builds(_squeezed, st.integers(1, 127), st.integers(1, 127)),
)
PLAIN_STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Only, CONDITIONS),
    st.builds(Drop, CONDITIONS),
    CHANNELS,
    KEYS,
    VELOCITIES,
    st.builds(Transpose, st.integers(-127, 127)),
    st.builds(Rechannel, TARGETS),
    VELOCITY_STEPS,
)


def _routes(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Route]:
    return st.builds(Route, st.lists(steps, max_size=3).map(tuple))


def _split(ways: list[Branch], rest: Route | None) -> Split:
    return Split((*ways, *([Branch((), rest)] if rest is not None else [])))


def _forks(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    routes = _routes(steps)
    branches = st.lists(st.builds(Branch, CONDITIONS, routes), min_size=1, max_size=3)
    return st.one_of(
        st.builds(Layer, st.lists(routes, min_size=1, max_size=3).map(tuple)),
        st.builds(_split, branches, st.none() | routes),
    )


ROUTES = _routes(st.recursive(PLAIN_STEPS, _forks, max_leaves=6))
