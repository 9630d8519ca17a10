"""The effect: note state, time, engine, the live loop, the command line."""

from descant_routing.environment import report_nothing

report_nothing()
