"""The shelf: one folder a style."""
