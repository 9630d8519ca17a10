"""The process that keeps what happens, and io's end of it."""
