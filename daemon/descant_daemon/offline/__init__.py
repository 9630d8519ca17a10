"""Without a MIDI system: a host of our own, for rendering and the demo."""
