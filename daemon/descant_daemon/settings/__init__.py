"""Settings: the parameter table, presets, and the shelf that presets stand on."""
