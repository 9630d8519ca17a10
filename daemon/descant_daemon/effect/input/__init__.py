"""What the player does: keys, pedals, chords, buttons, program changes; which notes are held, and for how long."""
