"""Without a MIDI system: a host of Descant's, for rendering and the demo."""
