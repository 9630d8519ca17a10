"""Playing live: the io process around the effect, and the engine in a process of its own."""
