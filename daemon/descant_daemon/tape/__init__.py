"""Takes: what the effect is told, written down so that it can be told again, and its music as MIDI files."""
