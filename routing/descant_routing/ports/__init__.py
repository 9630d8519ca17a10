"""The back-ends: every way in which MIDI gets in and out."""
