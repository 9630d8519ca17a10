"""The engine: what to play in a step, given everything before it. Pure: no port, thread, clock or file."""
