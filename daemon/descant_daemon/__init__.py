"""The effect: note state, time, engine, the live loop, the command line."""
