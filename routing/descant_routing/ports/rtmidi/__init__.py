"""RtMidi, for ALSA, CoreMIDI and Windows: it sends at once or not at all."""
