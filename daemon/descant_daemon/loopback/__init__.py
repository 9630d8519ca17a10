"""``descant doctor --loopback``: play to Descant through real ports, listen to it, and measure."""
