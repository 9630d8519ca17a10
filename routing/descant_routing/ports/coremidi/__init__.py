"""CoreMIDI by ctypes: packets bear the time at which they are to leave."""
