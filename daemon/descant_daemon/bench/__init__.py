"""``descant bench``: how fast the engine is, and how punctual, measured as it is played."""
