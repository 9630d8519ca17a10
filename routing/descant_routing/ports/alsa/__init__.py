"""The queue of ALSA's sequencer: the kernel stamps what arrives, and sends what leaves at its time."""
