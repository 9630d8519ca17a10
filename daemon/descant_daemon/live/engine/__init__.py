"""The engine's process, and io's end of it."""
