"""Routes: what becomes of a message between an input and an output; as values, in words, and with notes held."""

from descant_routing.routes.describe import describe
from descant_routing.routes.held import Passage
from descant_routing.routes.parse import parse_route
from descant_routing.routes.route import THRU, Route
from descant_routing.routes.router import Router
from descant_routing.routes.text import plain_route, route_text

__all__ = ["THRU", "Passage", "Route", "Router", "describe", "parse_route", "plain_route", "route_text"]
