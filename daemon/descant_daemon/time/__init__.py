"""Time: from clock bytes and tempo to the moment of every tick. Pure; times are integer ns."""
