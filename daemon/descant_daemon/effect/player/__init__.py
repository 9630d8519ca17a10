"""What the player does: keys, pedals, chords, buttons; which notes are held, and for how long."""
