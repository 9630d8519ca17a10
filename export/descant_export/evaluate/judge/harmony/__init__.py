"""Does a take play in the player's key and in his harmony? Counted, beside the human setting of the same bars."""
